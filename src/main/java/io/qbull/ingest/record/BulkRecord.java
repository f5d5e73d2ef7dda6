package io.qbull.ingest.record;

import io.qbull.model.Due;
import io.qbull.model.JobId;
import org.jspecify.annotations.Nullable;

/**
 * One job of a file or a bulk request.
 *
 * @param key decides partition and order; not empty
 * @param body raw bytes
 * @param contentType of the body
 * @param id in the record; null = none
 * @param due time before which the job does not run; null = none
 */
@SuppressWarnings("ArrayRecordComponent") // Bodies are large and never compared.
public record BulkRecord(
        String key,
        byte[] body,
        String contentType,
        @Nullable JobId id,
        @Nullable Due due) {}
