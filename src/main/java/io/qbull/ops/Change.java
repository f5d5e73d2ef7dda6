package io.qbull.ops;

/** What a person does with dead letters, or with the failed first jobs of held keys. */
public enum Change {
    /** Nothing: they are only counted. */
    COUNT("count", "counted"),
    /** They run again, with their attempts counted anew. */
    RETRY("retry", "retried"),
    /** They are removed for good. */
    DROP("drop", "dropped");

    private final String verb;
    private final String past;

    Change(String verb, String past) {
        this.verb = verb;
        this.past = past;
    }

    /**
     * @return its name on the command line, such as {@code retry}
     */
    public String verb() {
        return verb;
    }

    /**
     * @return the word for what has been done, such as {@code retried}
     */
    public String past() {
        return past;
    }
}
