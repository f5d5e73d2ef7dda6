package io.qbull.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job on its way into a queue. The body array is handed over: neither side changes it afterwards.
 *
 * @param id the job's id
 * @param callerId whether the caller chose the id: only such ids are deduplicated
 * @param key decides the partition and the order; not empty
 * @param body raw bytes
 * @param contentType the body's media type, if known
 * @param headers what passes the header filter; values are strings, numbers or booleans
 * @param format how it is written; with {@link JobFormat#QBULL} the body is all that is written
 * @param due before which it does not run; null = it may run at once
 */
@SuppressWarnings("ArrayRecordComponent") // Bodies are large and never compared; a copy per job would buy nothing.
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

    /** A job in our own format that may run at once. */
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
     * @param time before which it does not run; null = it may run at once
     * @return the same job, due then
     */
    public NewJob due(@Nullable Due time) {
        return new NewJob(id, callerId, key, body, contentType, headers, format, time);
    }
}
