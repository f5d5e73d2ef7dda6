package io.qbull.ingest.http;

/** A body is not what its content coding says. */
final class MalformedContent extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param reason such as {@code ends too early}, without an end
     */
    MalformedContent(String reason) {
        // Expected: a stack trace would help nobody.
        super(reason, null, false, false);
    }
}
