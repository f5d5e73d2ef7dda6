package io.qbull.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job to add to a queue. Nobody changes the body array afterwards.
 *
 * @param id the job's id
 * @param callerId whether the caller gave the id; only such ids are deduplicated
 * @param key determines the partition and the order; not empty
 * @param body raw bytes
 * @param contentType the body's media type, if known
 * @param headers values are strings, numbers or booleans
 * @param format how it is written; with {@link JobFormat#QBULL} only the body is written
 * @param due earliest time to run; null = at once
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Bodies are large and never compared, so a copy for each job would gain nothing.
public record NewJob(
        JobId id,
        boolean callerId,
        String key,
        byte[] body,
        @Nullable String contentType,
        Map<String, Object> headers,
        JobFormat format,
        @Nullable Due due) {
    /**
     * @throws IllegalArgumentException if {@code key} is empty
     */
    public NewJob {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a job needs a key that is not empty");
        }
        headers = Map.copyOf(headers);
    }

    /** A job in the native format that may run at once. */
    public NewJob(
            JobId id,
            boolean callerId,
            String key,
            byte[] body,
            @Nullable String contentType,
            Map<String, Object> headers) {
        this(id, callerId, key, body, contentType, headers, JobFormat.NATIVE, null);
    }

    /**
     * @param time earliest time to run; null = at once
     * @return the same job, due at that time
     */
    public NewJob due(@Nullable Due time) {
        return new NewJob(id, callerId, key, body, contentType, headers, format, time);
    }
}
