package io.qbull.ingest.record;

/** A record can be no job. The message says why, without its content. */
public final class RefusedRecord extends Exception {
    /** The reason when reading it failed in a way that nobody has thought of. The log says more, at level debug. */
    public static final String UNREADABLE = "cannot be read";

    private static final long serialVersionUID = 1L;

    RefusedRecord(String reason) {
        // Expected and frequent: the place where it was noticed tells nobody anything.
        super(reason, null, false, false);
    }

    /**
     * @return the reason
     */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
