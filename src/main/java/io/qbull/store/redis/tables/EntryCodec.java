package io.qbull.store.redis.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.qbull.model.Attempts;
import io.qbull.model.Due;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.JobFormat;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.StreamId;
import io.qbull.model.Utf8;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Encodes jobs as stream entries and decodes them. A QBull entry has the fields {@code id key ts body} and, if the job has a content
 * type or headers, {@code ct} and {@code h}; or it has the form of an {@link OriginalJob}. Any other entry is foreign: the body of its
 * job is the map of its fields, and its id and key are its place in the stream. An entry that looks like one of QBull's and breaks the
 * rules is undecodable; the reason names the field, never its content. Pure.
 */
final class EntryCodec {
    /** What is on record of a job that has never run. */
    static final String NO_ATTEMPTS = "0 0 0 0";

    private static final Set<String> OURS = Set.of("id", "key", "ts", "body", "ct", "h");
    private static final String HEADER = "a header in field h";
    private static final List<String> NEEDED = List.of("id", "key", "body");
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private EntryCodec() {}

    /**
     * @param job a job
     * @param args receives due time, id, key, body, content type and headers. Due time, content type and headers are empty if the job
     *     has none. In the format of the original QBull the body is the whole entry, and the key is empty too
     */
    static void encode(NewJob job, List<byte[]> args) {
        args.add(Request.utf8(due(job.due())));
        args.add(Request.utf8(job.id().value()));
        args.add(job.format() == JobFormat.QBULL ? new byte[0] : Request.utf8(job.key()));
        args.add(job.body());
        String contentType = job.contentType();
        args.add(contentType == null ? new byte[0] : Request.utf8(contentType));
        args.add(job.headers().isEmpty() ? new byte[0] : headers(job.headers()));
    }

    /**
     * @param job a job with a key of its own, whose body is a {@code byte[]}
     * @return names and values of the fields of QBull's own entry for it
     */
    static List<byte[]> fields(Job job) {
        List<byte[]> fields = new ArrayList<>();
        add(fields, "id", Request.utf8(job.id().value()));
        add(fields, "key", Request.utf8(job.key()));
        add(fields, "ts", Request.utf8(Long.toString(job.enqueuedAtMillis())));
        add(fields, "body", (byte[]) job.body());
        String contentType = job.contentType();
        if (contentType != null) {
            add(fields, "ct", Request.utf8(contentType));
        }
        if (!job.headers().isEmpty()) {
            add(fields, "h", headers(job.headers()));
        }
        return fields;
    }

    private static void add(List<byte[]> fields, String name, byte[] value) {
        fields.add(Request.utf8(name));
        fields.add(value);
    }

    /** Milliseconds since 1970, or milliseconds from now with a plus sign; empty for a job that is due at once. */
    private static String due(@Nullable Due due) {
        if (due instanceof Due.In in) {
            return "+" + in.delay().toMillis();
        }
        return due instanceof Due.At at && at.time().isAfter(Instant.EPOCH)
                ? Long.toString(at.time().toEpochMilli())
                : "";
    }

    /**
     * @param place the id of an entry of the own stream
     * @param flat the names of its fields, each followed by its value
     * @param attempts the four numbers of {@link Attempts}, separated by blanks
     * @return the job, or why the entry cannot be decoded
     */
    static Entry decode(String place, Reply flat, String attempts) {
        StreamId id = StreamId.parse(place);
        return decode(EntryId.own(id), id, flat, attempts);
    }

    /**
     * @param entry its name in the log
     * @param id the id of the entry as which its job came into the queue
     * @param flat the names of its fields, each followed by its value
     * @param attempts the four numbers of {@link Attempts}, separated by blanks
     * @return the job, or why the entry cannot be decoded
     */
    static Entry decode(EntryId entry, StreamId id, Reply flat, String attempts) {
        int size = size(flat);
        try {
            Attempts known = attempts(attempts);
            OwnFields own = OwnFields.inOrder(flat);
            return new Entry.Decoded(
                    own == null ? job(entry, id, fields(flat), known) : own(entry, id, own, known), size);
        } catch (Undecodable e) {
            return new Entry.Undecodable(entry, e.getMessage(), size);
        }
    }

    /** The bytes of all names and values of fields. */
    static int size(Reply flat) {
        int size = 0;
        for (int i = 0; i < flat.size(); i++) {
            size += flat.bytes(i).length;
        }
        return size;
    }

    /**
     * The key of a job alone. Only the values of the fields {@code key} and {@code job} matter; the others may be empty.
     *
     * @param place the entry's id
     * @param flat the names of its fields, each followed by its value
     * @return the key of the decoded job; empty if it cannot be told
     */
    static Optional<String> key(String place, Reply flat) {
        try {
            Map<String, byte[]> fields = fields(flat);
            if (ours(fields.keySet())) {
                return Optional.of(ownKey(fields));
            }
            OriginalJob original = original(fields);
            return Optional.of(original == null ? place : encodable("the key", original.key()));
        } catch (Undecodable e) {
            return Optional.empty();
        }
    }

    private static Map<String, byte[]> fields(Reply flat) throws Undecodable {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            try {
                fields.put(Utf8.decode(flat.bytes(i)), flat.bytes(i + 1));
            } catch (CharacterCodingException e) {
                throw new Undecodable("the name of a field is not UTF-8", e);
            }
        }
        return fields;
    }

    private static Job job(EntryId entry, StreamId id, Map<String, byte[]> fields, Attempts attempts)
            throws Undecodable {
        if (ours(fields.keySet())) {
            return own(entry, id, OwnFields.of(fields), attempts);
        }
        byte[] json = fields.get(OriginalJob.FIELD);
        OriginalJob original = original(fields);
        if (json != null && original != null) {
            return new Job(
                    entry,
                    id,
                    jobId(original.id()),
                    encodable("the key", original.key()),
                    id.millis(),
                    json,
                    "application/json",
                    Map.of(),
                    attempts);
        }
        String place = id.toString();
        return new Job(entry, id, new JobId(place), place, id.millis(), fields, null, Map.of(), attempts);
    }

    /** Null if the entry was not written by the original QBull. */
    private static @Nullable OriginalJob original(Map<String, byte[]> fields) throws Undecodable {
        byte[] json = fields.size() == 1 ? fields.get(OriginalJob.FIELD) : null;
        OriginalJob original = json == null ? null : OriginalJob.read(json);
        if (json != null && original != null && !Utf8.wellFormed(json)) {
            throw new Undecodable("field " + OriginalJob.FIELD + " is not UTF-8");
        }
        return original;
    }

    /** True with all fields that a job needs, or with two of them and no field that a job does not have. */
    private static boolean ours(Set<String> names) {
        long needed = NEEDED.stream().filter(names::contains).count();
        return needed == NEEDED.size() || (needed > 1 && OURS.containsAll(names));
    }

    private static Job own(EntryId entry, StreamId id, OwnFields fields, Attempts attempts) throws Undecodable {
        String jobId = text("id", fields.id());
        String key = nonEmptyKey(fields.key());
        byte[] body = fields.body();
        if (body == null) {
            throw new Undecodable("field body is missing");
        }
        byte[] ts = fields.ts();
        byte[] contentType = fields.contentType();
        byte[] headers = fields.headers();
        return new Job(
                entry,
                id,
                jobId(jobId),
                key,
                ts == null ? id.millis() : millis(text("ts", ts)),
                body,
                contentType == null ? null : text("ct", contentType),
                headers == null ? Map.of() : headers(headers),
                attempts);
    }

    private static String ownKey(Map<String, byte[]> fields) throws Undecodable {
        return nonEmptyKey(fields.get("key"));
    }

    private static String nonEmptyKey(byte @Nullable [] value) throws Undecodable {
        String key = text("key", value);
        if (key.isEmpty()) {
            throw new Undecodable("field key is empty");
        }
        return key;
    }

    private static byte[] headers(Map<String, Object> headers) {
        try {
            return JSON.writeValueAsBytes(headers);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a header is neither a text, a number nor a boolean", e);
        }
    }

    private static Map<String, Object> headers(byte[] json) throws Undecodable {
        JsonNode object;
        try {
            object = JSON.readTree(json);
        } catch (IOException e) {
            throw new Undecodable("field h is not JSON", e);
        }
        if (!object.isObject()) {
            throw new Undecodable("field h is not a JSON object");
        }
        Map<String, Object> headers = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> header : object.properties()) {
            headers.put(encodable(HEADER, header.getKey()), value(header.getValue()));
        }
        return headers;
    }

    private static Object value(JsonNode value) throws Undecodable {
        if (value.isTextual()) {
            return encodable(HEADER, value.textValue());
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isNumber()) {
            return value.numberValue();
        }
        throw new Undecodable("a header in field h is neither a text, a number nor a boolean");
    }

    private static JobId jobId(String text) throws Undecodable {
        try {
            return new JobId(text);
        } catch (IllegalArgumentException e) {
            throw new Undecodable("the job id is empty, too long or contains control characters or half characters", e);
        }
    }

    /** JSON can escape half of a surrogate pair. Replaced, it would make one key out of two. */
    private static String encodable(String what, String text) throws Undecodable {
        if (!Utf8.encodable(text)) {
            throw new Undecodable(what + " has half of a surrogate pair, which UTF-8 cannot carry");
        }
        return text;
    }

    private static long millis(String text) throws Undecodable {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new Undecodable("field ts is not a number", e);
        }
    }

    private static Attempts attempts(String text) throws Undecodable {
        if (text.equals(NO_ATTEMPTS)) {
            return Attempts.NONE;
        }
        String[] numbers = text.split(" ", -1);
        String[] failures = numbers[0].split(":", -1);
        if (numbers.length != 4 || failures.length == 2 || failures.length > 3) {
            throw new Undecodable("its attempts are not four numbers");
        }
        try {
            int failed = Integer.parseInt(failures[0]);
            boolean dated = failures.length == 3;
            return new Attempts(
                    failed,
                    Integer.parseInt(numbers[1]),
                    Integer.parseInt(numbers[2]),
                    Integer.parseInt(numbers[3]),
                    dated ? Integer.parseInt(failures[1]) : failed,
                    dated ? Duration.ofMillis(Long.parseLong(failures[2])) : Duration.ZERO);
        } catch (NumberFormatException e) {
            throw new Undecodable("its attempts are not four numbers", e);
        }
    }

    private static String text(String field, byte @Nullable [] bytes) throws Undecodable {
        if (bytes == null) {
            throw new Undecodable("field " + field + " is missing");
        }
        try {
            return Utf8.decode(bytes);
        } catch (CharacterCodingException e) {
            throw new Undecodable("field " + field + " is not UTF-8", e);
        }
    }

    /** Why an entry cannot be decoded. */
    private static final class Undecodable extends Exception {
        private static final long serialVersionUID = 1L;

        Undecodable(String reason) {
            super(reason);
        }

        Undecodable(String reason, Throwable cause) {
            super(reason, cause);
        }

        @Override
        public String getMessage() {
            return String.valueOf(super.getMessage());
        }
    }
}
