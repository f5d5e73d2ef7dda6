package io.qbull.ingest.http;

import java.time.Duration;
import java.util.List;

/**
 * The limits of a bulk request.
 *
 * @param requestSize most bytes of a request; {@link Long#MAX_VALUE} = unlimited
 * @param longestLine in bytes
 * @param deepest nesting of JSON
 * @param keyFields members that can be the key of a line without a body
 * @param patience how long a client may be silent
 * @param bodies shared with all other requests
 */
public record BulkLimits(
        long requestSize, int longestLine, int deepest, List<String> keyFields, Duration patience, BodyLimits bodies) {
    /** Copies the list. */
    public BulkLimits {
        keyFields = List.copyOf(keyFields);
    }
}
