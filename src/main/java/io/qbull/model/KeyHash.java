package io.qbull.model;

import java.nio.charset.StandardCharsets;

/** How a key becomes a number; its remainder by P is the partition. */
public enum KeyHash {
    /** XXH64 with seed 0 over the key's UTF-8 bytes. */
    XXH64 {
        @Override
        public long hash(String key) {
            return Xxh64.hash(key.getBytes(StandardCharsets.UTF_8));
        }
    },

    /** XXH64 with seed 0 over the UTF-8 bytes of Python's {@code repr} of the key: what the original QBull does. */
    QBULL_PYTHON {
        @Override
        public long hash(String key) {
            return Xxh64.hash(PythonRepr.of(key).getBytes(StandardCharsets.UTF_8));
        }
    };

    /**
     * @param key a job's key
     * @return an unsigned 64-bit number
     */
    public abstract long hash(String key);
}
