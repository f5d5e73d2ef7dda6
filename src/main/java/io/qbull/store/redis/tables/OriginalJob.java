package io.qbull.store.redis.tables;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.qbull.model.EnqueueException;
import io.qbull.model.JobFormat;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.Utf8;
import io.qbull.store.redis.client.Request;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as the original QBull, written in Python, publishes it: an entry whose single field {@code job} is a JSON object, with
 * {@code job_id} and {@code published_at} beside the members of the application. Immutable.
 *
 * @param id its {@code job_id}
 * @param key its {@code partition_id}, else {@code to}, else {@code job_id}
 */
record OriginalJob(String id, String key) {
    static final String FIELD = "job";
    private static final String ID = "job_id";
    private static final String KEY = "partition_id";
    private static final String TIME = "published_at";
    /** The form of Python's {@code isoformat}. */
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    /** Python's {@code json} writes NaN and Infinity literally. */
    private static final ObjectReader PYTHON = JSON.reader().with(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);

    /**
     * @param json the value of the field
     * @return the job; null if the field was written by another program
     */
    static @Nullable OriginalJob read(byte[] json) {
        JsonNode members;
        try {
            members = PYTHON.readTree(json);
        } catch (IOException e) {
            return null;
        }
        String id = text(members, ID);
        if (id.isEmpty()) {
            return null;
        }
        String key = text(members, KEY);
        if (key.isEmpty()) {
            key = text(members, "to");
        }
        return new OriginalJob(id, key.isEmpty() ? id : key);
    }

    /**
     * Adds the members that {@link #read} needs to the body of a job. Existing content stays as it is, byte by byte.
     *
     * @param job its body must be a JSON object
     * @param publishedAt the time of publication
     * @return a job whose body is the value of the field
     * @throws EnqueueException if the body is not a JSON object, or contradicts id or key
     */
    static NewJob write(NewJob job, Instant publishedAt) {
        String body = utf8(job.body());
        JsonNode members = object(body);
        JobId id = id(job, members);
        if (members.has(KEY) && !text(members, KEY).equals(job.key())) {
            throw invalid("member " + KEY + " of the body contradicts the key");
        }
        StringBuilder missing = new StringBuilder();
        complete(missing, members, ID, id.value());
        complete(missing, members, TIME, ISO.format(publishedAt));
        complete(missing, members, KEY, job.key());
        if (members.isEmpty()) {
            missing.setLength(missing.length() - ", ".length());
        }
        int inside = body.indexOf('{') + 1;
        byte[] whole = Request.utf8(body.substring(0, inside) + missing + body.substring(inside));
        return new NewJob(id, job.callerId(), job.key(), whole, null, Map.of(), JobFormat.QBULL, job.due());
    }

    private static void complete(StringBuilder missing, JsonNode members, String name, String value) {
        if (members.has(name)) {
            return;
        }
        try {
            missing.append('"')
                    .append(name)
                    .append("\": ")
                    .append(JSON.writeValueAsString(value))
                    .append(", ");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a text cannot be written as JSON", e);
        }
    }

    /** A generated id gives way to the id in the body. */
    private static JobId id(NewJob job, JsonNode members) {
        if (!members.has(ID)) {
            return job.id();
        }
        String given = text(members, ID);
        if (job.callerId() && !given.equals(job.id().value())) {
            throw invalid("member " + ID + " of the body contradicts the job id");
        }
        try {
            return new JobId(given);
        } catch (IllegalArgumentException e) {
            throw invalid("member " + ID
                    + " of the body must be text of 1 to 256 bytes without control characters, or a number");
        }
    }

    private static JsonNode object(String body) {
        try {
            JsonNode members = JSON.readTree(body);
            if (members.isObject()) {
                return members;
            }
        } catch (JsonProcessingException e) {
            // Reported below, without the content.
        }
        throw invalid("body must be a JSON object");
    }

    private static String utf8(byte[] body) {
        try {
            return Utf8.decode(body);
        } catch (CharacterCodingException e) {
            throw invalid("body must be UTF-8");
        }
    }

    private static EnqueueException invalid(String rule) {
        return new EnqueueException(EnqueueException.Kind.INVALID, "format=qbull: " + rule);
    }

    private static String text(JsonNode object, String name) {
        JsonNode member = object.path(name);
        return member.isTextual() || member.isNumber() ? member.asText() : "";
    }
}
