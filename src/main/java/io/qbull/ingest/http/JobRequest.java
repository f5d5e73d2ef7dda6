package io.qbull.ingest.http;

import io.qbull.model.Due;
import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a client chooses for a job: the queue by the path, key and time by the query, the id by {@code Idempotency-Key}. This class
 * parses the request line itself, because in a server's merged view of path, query, form and headers one can override another.
 *
 * @param queue a valid name; the queue may not exist
 * @param key decides partition and order
 * @param id chosen by the client; null = none
 * @param due time before which the job does not run; null = none
 */
record JobRequest(
        QueueName queue,
        String key,
        @Nullable JobId id,
        @Nullable Due due) {
    private static final Pattern PATH = Pattern.compile("/queues/([^/]+)/jobs/?");
    private static final List<String> PARAMETERS = List.of("key", "delay", "at");
    private static final String HOW =
            "; write POST /queues/QUEUE/jobs?key=KEY, or send lines with Content-Type: application/x-ndjson";

    /**
     * @param path decoded and normalized
     * @param query as sent, without the question mark; null = none
     * @param ids values of {@code Idempotency-Key}
     * @param longestKey of a queue, in bytes
     * @throws ProblemException if one of them is wrong
     */
    static JobRequest parse(String path, @Nullable String query, List<String> ids, ToIntFunction<QueueName> longestKey)
            throws ProblemException {
        QueueName queue = queueAt(path);
        if (queue == null) {
            throw new ProblemException(Problem.of(404, "There is no such queue."));
        }
        QueryParameters all = QueryParameters.parse(query, PARAMETERS, HOW);
        return new JobRequest(queue, key(all, longestKey.applyAsInt(queue)), id(ids), due(all));
    }

    /**
     * @param path decoded and normalized
     * @return the queue that the path names, which may not exist; null = none
     */
    static @Nullable QueueName queueAt(String path) {
        Matcher matcher = PATH.matcher(path);
        try {
            return matcher.matches() ? new QueueName(matcher.group(1)) : null;
        } catch (IllegalArgumentException e) {
            // An invalid name is the name of no queue.
            return null;
        }
    }

    /**
     * @param query of the request
     * @param longest of the queue, in bytes
     * @return the key in the query
     * @throws ProblemException if there is none, or one that is too long or may mean another key
     */
    static String key(QueryParameters query, int longest) throws ProblemException {
        String raw = query.get("key");
        if (raw == null) {
            throw bad("The query parameter key is missing" + query.how());
        }
        String key = PercentEncoding.decode(raw);
        if (raw.contains("+") && !plusIsSpace(raw, key)) {
            // +49… or a+b@example.com would silently become another key than that with %2B.
            throw bad("The key has a '+', which means a space in a query: write %2B for a plus sign, %20 for a space");
        }
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > longest) {
            throw bad("The key must have 1 to " + longest + " bytes, not " + bytes);
        }
        return key;
    }

    /** Whether each plus sign can well be a space: it is between two letters or digits, and the key is no mail address. */
    private static boolean plusIsSpace(String raw, String key) throws ProblemException {
        if (key.contains("@")) {
            return false;
        }
        for (int at = raw.indexOf('+'); at >= 0; at = raw.indexOf('+', at + 1)) {
            String before = PercentEncoding.decode(raw.substring(0, at));
            String after = PercentEncoding.decode(raw.substring(at + 1));
            boolean between = !before.isEmpty()
                    && !after.isEmpty()
                    && Character.isLetterOrDigit(before.codePointBefore(before.length()))
                    && Character.isLetterOrDigit(after.codePointAt(0));
            if (!between) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Due due(QueryParameters query) throws ProblemException {
        String delay = query.get("delay");
        String at = query.get("at");
        if (delay != null && at != null) {
            throw bad("The query has both delay and at: give only one of them");
        }
        try {
            return delay != null
                    ? Due.in(PercentEncoding.decode(delay))
                    : at != null ? Due.at(PercentEncoding.decode(at)) : null;
        } catch (IllegalArgumentException e) {
            String plus = at != null && at.contains("+") ? "; write %2B for a plus sign" : "";
            throw bad("The query parameter " + (at == null ? "delay" : "at") + " is wrong: " + e.getMessage() + plus);
        }
    }

    /**
     * @param ids values of {@code Idempotency-Key}
     * @return the id; null = none
     * @throws ProblemException if there are several values, or the value is not a valid id
     */
    static @Nullable JobId id(List<String> ids) throws ProblemException {
        if (ids.isEmpty()) {
            return null;
        }
        if (ids.size() > 1) {
            throw bad("There is more than one Idempotency-Key");
        }
        String rule = "Idempotency-Key must be 1 to 256 bytes of UTF-8 without control characters";
        ByteBuffer raw = ByteBuffer.wrap(ids.get(0).getBytes(StandardCharsets.ISO_8859_1));
        try {
            return new JobId(PercentEncoding.utf8(raw, rule));
        } catch (IllegalArgumentException e) {
            throw bad(rule);
        }
    }

    private static ProblemException bad(String detail) {
        return ProblemException.bad(detail);
    }
}
