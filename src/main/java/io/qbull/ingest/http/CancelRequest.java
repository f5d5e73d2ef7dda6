package io.qbull.ingest.http;

import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The job that a client cancels: queue and id from the path, the key from the query.
 *
 * @param queue a valid name; the queue may not exist
 * @param id of the job
 * @param key of the job
 */
record CancelRequest(QueueName queue, JobId id, String key) {
    private static final Pattern PATH = Pattern.compile("(/queues/[^/]+/jobs)/([^/]+)/?");
    private static final String HOW = "; write DELETE /queues/QUEUE/jobs/ID?key=KEY";

    /**
     * @param path normalized, its segments still encoded
     * @param query as sent, without the question mark; null = none
     * @param longestKey of a queue, in bytes
     * @throws ProblemException if one of them is wrong
     */
    static CancelRequest parse(String path, @Nullable String query, ToIntFunction<QueueName> longestKey)
            throws ProblemException {
        Matcher matcher = PATH.matcher(path);
        QueueName queue = matcher.matches() ? JobRequest.queueAt(matcher.group(1)) : null;
        if (queue == null) {
            throw new ProblemException(Problem.of(404, "There is no such queue."));
        }
        QueryParameters all = QueryParameters.parse(query, List.of("key"), HOW);
        String key = JobRequest.key(all, longestKey.applyAsInt(queue));
        return new CancelRequest(queue, id(matcher.group(2)), key);
    }

    private static JobId id(String segment) throws ProblemException {
        try {
            // In a path, unlike in a query, a plus sign stands for itself.
            return new JobId(PercentEncoding.decode(segment.replace("+", "%2B")));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.of(400, "The job id must be 1 to 256 bytes of UTF-8 without control characters."));
        }
    }
}
