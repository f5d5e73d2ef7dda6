package io.qbull.ingest.record;

/** A record is not a job. The message gives the reason and never the content. */
public final class RefusedRecord extends Exception {
    /** The reason for an unexpected failure, which the log shows at level debug. */
    public static final String UNREADABLE = "cannot be read";

    private static final long serialVersionUID = 1L;

    RefusedRecord(String reason) {
        // Expected and frequent: a stack trace would help nobody.
        super(reason, null, false, false);
    }

    /**
     * @return the reason
     */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
