package io.qbull.ingest.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a file as its records see them: unpacked, and text as UTF-8 or as an encoding that extends ASCII. The same file always gives
 * the same bytes, so that their offsets name records. Used by one thread at a time.
 */
interface Content extends AutoCloseable {
    /**
     * @param into takes bytes; has room
     * @return how many it got; -1 = there are no more, unless the file grows
     * @throws IOException if the file cannot be read
     * @throws DamagedContent if no more bytes of this file can be had, ever
     */
    int read(ByteBuffer into) throws IOException, DamagedContent;

    /**
     * @return how many bytes of the file itself were read
     */
    long fileOffset();

    /**
     * @return what is missing if the file ends here; null = nothing
     */
    @Nullable
    String missing();

    @Override
    void close();

    /** A file that cannot be read on, for a reason that lies in the file. */
    final class DamagedContent extends Exception {
        private static final long serialVersionUID = 1L;

        DamagedContent(String reason) {
            super(reason, null, false, false);
        }

        String reason() {
            return String.valueOf(getMessage());
        }
    }
}
