package io.qbull.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job from a partition's stream or from its held jobs.
 *
 * @param entry the entry that it is, or was before it was held
 * @param streamId the id of the entry as which it came into the queue
 * @param id its id
 * @param key its key
 * @param enqueuedAtMillis when Redis took it, ms since 1970
 * @param body a {@code byte[]}; for an entry written by another program, the map of its fields, names to {@code byte[]}
 * @param contentType the body's media type, if known
 * @param headers the headers that its producer sent along
 * @param attempts how often it has failed or crashed
 */
public record Job(
        EntryId entry,
        StreamId streamId,
        JobId id,
        String key,
        long enqueuedAtMillis,
        Object body,
        @Nullable String contentType,
        Map<String, Object> headers,
        Attempts attempts) {
    /** A job from a partition's own stream. */
    public Job(
            StreamId streamId,
            JobId id,
            String key,
            long enqueuedAtMillis,
            Object body,
            @Nullable String contentType,
            Map<String, Object> headers,
            Attempts attempts) {
        this(EntryId.own(streamId), streamId, id, key, enqueuedAtMillis, body, contentType, headers, attempts);
    }

    /**
     * @param known how often it has failed or crashed by now
     * @return the job with that record
     */
    public Job with(Attempts known) {
        return new Job(entry, streamId, id, key, enqueuedAtMillis, body, contentType, headers, known);
    }
}
