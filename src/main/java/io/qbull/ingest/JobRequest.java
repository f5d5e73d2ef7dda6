package io.qbull.ingest;

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
 * What a client may choose for a job: the queue by the path, the key by the query, the id by {@code Idempotency-Key}. Parsed
 * here from the request line itself, because a server's merged view of path, query, form and headers lets each speak for the
 * others.
 *
 * @param queue by its name only; whether it exists is another question
 * @param key decides partition and order
 * @param id given by the client; null = none
 */
record JobRequest(QueueName queue, String key, @Nullable JobId id) {
    private static final Pattern PATH = Pattern.compile("/queues/([^/]+)/jobs/?");
    private static final String HOW = "; write POST /queues/QUEUE/jobs?key=KEY";

    /**
     * @param path decoded and normalized
     * @param query as sent, without the question mark; null = none
     * @param ids values of {@code Idempotency-Key}
     * @param longestKey of a queue, in bytes
     * @throws ProblemException if any of it is wrong
     */
    static JobRequest parse(String path, @Nullable String query, List<String> ids, ToIntFunction<QueueName> longestKey)
            throws ProblemException {
        QueueName queue = queueAt(path);
        if (queue == null) {
            throw new ProblemException(Problem.of(404, "There is no such queue."));
        }
        return new JobRequest(queue, key(query == null ? "" : query, longestKey.applyAsInt(queue)), id(ids));
    }

    /**
     * @param path decoded and normalized
     * @return the queue that it is about, which need not exist; null = none
     */
    static @Nullable QueueName queueAt(String path) {
        Matcher matcher = PATH.matcher(path);
        try {
            return matcher.matches() ? new QueueName(matcher.group(1)) : null;
        } catch (IllegalArgumentException e) {
            // A name that no queue can have is a queue that does not exist.
            return null;
        }
    }

    private static String key(String query, int longest) throws ProblemException {
        List<String> found = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (name.equals("key")) {
                found.add(equals < 0 ? "" : pair.substring(equals + 1));
            }
        }
        if (found.size() != 1) {
            throw bad(
                    found.isEmpty()
                            ? "The query parameter key is missing" + HOW
                            : "The query has more than one key" + HOW);
        }
        String raw = found.get(0);
        if (raw.startsWith("+")) {
            // In a query a plus is a blank: +49… would silently become another key than %2B49….
            throw bad("The key begins with '+', which means a blank in a query: write %2B for a plus sign");
        }
        String key = decode(raw);
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > longest) {
            throw bad("The key must have 1 to " + longest + " bytes, not " + bytes);
        }
        return key;
    }

    /**
     * @param ids values of {@code Idempotency-Key}
     * @return the id that they give; null = none
     * @throws ProblemException if they are several, or break the rule of an id
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

    /** Percent-encoding and plus, strictly: what is no UTF-8 is refused instead of being replaced. */
    private static String decode(String text) throws ProblemException {
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.put((byte) hex(text, i + 1));
                i += 2;
            } else {
                // The server hands on a raw byte as the char of that number.
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
