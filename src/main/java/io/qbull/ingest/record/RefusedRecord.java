package io.qbull.ingest.record;

/** A record is not a job. The message gives the reason and never the content. */
public final class RefusedRecord extends Exception {
    /** The reason for an unexpected failure, which the log shows at level debug. */
    public static final String UNREADABLE = "cannot be read";

    private static final long serialVersionUID = 1L;

    private final boolean withRest;

    RefusedRecord(String reason) {
        this(reason, false);
    }

    private RefusedRecord(String reason, boolean withRest) {
        // Expected and frequent: a stack trace would help nobody.
        super(reason, null, false, false);
        this.withRest = withRest;
    }

    /**
     * @return the same for the line and all that follows it in its file
     */
    RefusedRecord withRest() {
        return new RefusedRecord(reason(), true);
    }

    /**
     * @return whether the rest of the file cannot be read either
     */
    public boolean isWithRest() {
        return withRest;
    }

    /**
     * @return the reason
     */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
