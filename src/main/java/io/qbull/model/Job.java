package io.qbull.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as it lies in a partition's stream.
 *
 * @param streamId its place
 * @param id its id
 * @param key its key
 * @param enqueuedAtMillis when Redis took it, in milliseconds since 1970
 * @param body a {@code byte[]}, or for an entry written by another program the map of its fields, names to {@code byte[]}
 * @param contentType the body's media type, if known
 * @param headers the headers that its producer kept
 * @param attempts what it has behind it
 */
public record Job(
        StreamId streamId,
        JobId id,
        String key,
        long enqueuedAtMillis,
        Object body,
        @Nullable String contentType,
        Map<String, Object> headers,
        Attempts attempts) {}
