package io.qbull.ingest;

import io.qbull.model.JobId;
import org.jspecify.annotations.Nullable;

/**
 * One job of many that came together.
 *
 * @param key decides partition and order; not empty
 * @param body raw bytes
 * @param contentType of the body
 * @param id that the record names; null = none
 */
@SuppressWarnings("ArrayRecordComponent") // Bodies are large and never compared.
record BulkRecord(
        String key,
        byte[] body,
        String contentType,
        @Nullable JobId id) {}
