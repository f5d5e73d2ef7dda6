package io.qbull.ingest.record;

/** Packed bytes are not what their coding says. */
public final class MalformedContent extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** What is wrong with them. */
    public enum Kind {
        /** They do not begin as they must. */
        NOT_CODED,
        /** They are not what the coder wrote. */
        DAMAGED,
        /** More is needed. */
        CUT_OFF,
        /** The coded bytes are complete, and others follow. */
        FOLLOWED
    }

    /**
     * @param kind what is wrong
     * @param reason such as {@code ends too early}, without an end
     */
    MalformedContent(Kind kind, String reason) {
        // Expected: a stack trace would help nobody.
        super(reason, null, false, false);
        this.kind = kind;
    }

    /**
     * @return what is wrong
     */
    public Kind kind() {
        return kind;
    }
}
