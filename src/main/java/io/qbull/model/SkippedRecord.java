package io.qbull.model;

/** The outcome of a record that a route left out: nothing was added, and nothing failed. */
public final class SkippedRecord extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Without a stack trace: a filter may leave out many. */
    public SkippedRecord() {
        super("the route left the record out", null, false, false);
    }
}
