package io.qbull.ingest.http;

import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client chooses for a bulk request: the queue by the path, the identity of the request by {@code Idempotency-Key}.
 *
 * @param queue a valid name; the queue may not exist
 * @param id of the whole request; null = none
 */
record BulkRequest(QueueName queue, @Nullable JobId id) {
    /**
     * @param path decoded and normalized
     * @param query as sent, without the question mark; null = none
     * @param ids values of {@code Idempotency-Key}
     * @throws ProblemException if one of them is wrong
     */
    static BulkRequest parse(String path, @Nullable String query, List<String> ids) throws ProblemException {
        QueueName queue = JobRequest.queueAt(path);
        if (queue == null) {
            throw new ProblemException(Problem.of(404, "There is no such queue."));
        }
        if (query != null && !query.isEmpty()) {
            throw new ProblemException(Problem.of(
                    400, "The query must be empty: in application/x-ndjson each line has a key of its own."));
        }
        return new BulkRequest(queue, JobRequest.id(ids));
    }
}
