package io.qbull.ingest.http;

import io.qbull.model.Due;
import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    private static final String HOW = "; write POST /queues/QUEUE/jobs?key=KEY";

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
        String all = query == null ? "" : query;
        return new JobRequest(queue, key(all, longestKey.applyAsInt(queue), HOW), id(ids), due(all));
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
     * @param query as sent, without the question mark
     * @param longest of the queue, in bytes
     * @param how to write the request; part of the refusal
     * @return the key in the query
     * @throws ProblemException if there is none, or several, or one that is too long
     */
    static String key(String query, int longest, String how) throws ProblemException {
        String raw = only("key", query, how);
        if (raw == null) {
            throw bad("The query parameter key is missing" + how);
        }
        if (raw.startsWith("+")) {
            // In a query a plus sign means a space: +49… would silently become another key than %2B49….
            throw bad("The key begins with '+', which means a space in a query: write %2B for a plus sign");
        }
        String key = decode(raw);
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > longest) {
            throw bad("The key must have 1 to " + longest + " bytes, not " + bytes);
        }
        return key;
    }

    private static @Nullable Due due(String query) throws ProblemException {
        String delay = only("delay", query, HOW);
        String at = only("at", query, HOW);
        if (delay != null && at != null) {
            throw bad("The query has both delay and at: give only one of them");
        }
        try {
            return delay != null ? Due.in(decode(delay)) : at != null ? Due.at(decode(at)) : null;
        } catch (IllegalArgumentException e) {
            String plus = at != null && at.contains("+") ? "; write %2B for a plus sign" : "";
            throw bad("The query parameter " + (at == null ? "delay" : "at") + " is wrong: " + e.getMessage() + plus);
        }
    }

    /** The only value of a parameter, still encoded; null if the parameter is missing. */
    private static @Nullable String only(String wanted, String query, String how) throws ProblemException {
        List<String> found = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (name.equals(wanted)) {
                found.add(equals < 0 ? "" : pair.substring(equals + 1));
            }
        }
        if (found.size() > 1) {
            throw bad("The query has more than one " + wanted + how);
        }
        return found.isEmpty() ? null : found.get(0);
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
            return new JobId(utf8(raw, rule));
        } catch (IllegalArgumentException e) {
            throw bad(rule);
        }
    }

    /** Decodes percent-encoding and plus signs. Invalid UTF-8 is refused, not replaced. */
    static String decode(String text) throws ProblemException {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.put((byte) hex(text, i + 1));
                i += 2;
            } else {
                // The server passes a raw byte as the char with that number.
                bytes.put(c == '+' ? (byte) ' ' : (byte) c);
            }
        }
        return utf8(bytes.flip(), "The query is not percent-encoded UTF-8");
    }

    private static String utf8(ByteBuffer bytes, String otherwise) throws ProblemException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw bad(otherwise);
        }
    }

    private static int hex(String text, int at) throws ProblemException {
        int high = at + 1 < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        int low = high >= 0 ? Character.digit(text.charAt(at + 1), 16) : -1;
        if (low < 0) {
            throw bad("The query has a % without two hexadecimal digits; write %25 for a percent sign");
        }
        return high * 16 + low;
    }

    private static ProblemException bad(String detail) {
        return new ProblemException(Problem.of(400, detail + "."));
    }
}
