package io.qbull.app.corpus;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A job as it must be in Redis; characters are those of UTF-8. */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record StoredJob(
        String key,
        byte[] body,
        @Nullable String id,
        @Nullable String contentType,
        boolean delayed) {
    static StoredJob of(String key, String body) {
        return new StoredJob(key, body.getBytes(StandardCharsets.UTF_8), null, null, false);
    }

    StoredJob id(String name) {
        return new StoredJob(key, body, name, contentType, delayed);
    }

    StoredJob type(String name) {
        return new StoredJob(key, body, id, name, delayed);
    }

    StoredJob later() {
        return new StoredJob(key, body, id, contentType, true);
    }
}
