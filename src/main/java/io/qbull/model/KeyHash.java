package io.qbull.model;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Hashes a key. The hash modulo the number of partitions is the partition. */
public enum KeyHash {
    /** XXH64 with seed 0 over the key's UTF-8 bytes. */
    XXH64 {
        @Override
        public long hash(String key) {
            return Xxh64.hash(key.getBytes(StandardCharsets.UTF_8));
        }
    },

    /** XXH64 with seed 0 over the UTF-8 bytes of Python's {@code repr} of the key, as in the original QBull. */
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

    /**
     * @return its name in options, settings and layouts
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
