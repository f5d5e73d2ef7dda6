package io.qbull.ingest.record;

/**
 * Turns the bytes of a body into its content, piece by piece, so that a small body that becomes a large one costs no memory. Used by one
 * thread at a time.
 */
public interface ContentDecoder {
    /**
     * To be called when {@link #read} has returned 0.
     *
     * @param bytes the next part of the body
     */
    void give(byte[] bytes);

    /**
     * @param target gets the next bytes of the content
     * @param most so many at most, at least 1
     * @return how many; 0 = more of the body is needed
     * @throws MalformedContent if the body is not what its coding says
     */
    int read(byte[] target, int most) throws MalformedContent;

    /**
     * @param target gets the next bytes of the content, as many as it has room for
     * @return as above
     * @throws MalformedContent as above
     */
    default int read(byte[] target) throws MalformedContent {
        return read(target, target.length);
    }

    /**
     * The body has ended.
     *
     * @throws MalformedContent if its coding says that there should be more
     */
    void end() throws MalformedContent;

    /** Frees memory; idempotent. Nothing else may be called afterwards. */
    void close();

    /** The content of a body without a coding: the body itself. */
    final class Identity implements ContentDecoder {
        private byte[] bytes = new byte[0];
        private int at;

        @Override
        public void give(byte[] next) {
            bytes = next;
            at = 0;
        }

        @Override
        public int read(byte[] target, int most) {
            int count = Math.min(most, bytes.length - at);
            System.arraycopy(bytes, at, target, 0, count);
            at += count;
            return count;
        }

        @Override
        public void end() {
            // It ends where the body does.
        }

        @Override
        public void close() {
            bytes = new byte[0];
            at = 0;
        }
    }
}
