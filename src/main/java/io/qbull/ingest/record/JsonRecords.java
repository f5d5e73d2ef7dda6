package io.qbull.ingest.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.qbull.model.Due;
import io.qbull.model.JobId;
import io.qbull.model.NearName;
import io.qbull.model.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of JSON. Each line is an object. With a member {@code body} (a string is text, anything else JSON) it also has
 * {@code key}, and may have {@code id}, and {@code delay} or {@code at}, but nothing else. Without {@code body} the object itself is the
 * body, and the first of the key fields that is a member is the key. JSON bodies are kept byte for byte. Thread-safe.
 */
public final class JsonRecords {
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final List<String> WITH_BODY = List.of("key", "body", "id", "delay", "at");
    private static final String NO_UTF8 = "not JSON in UTF-8";

    private final JsonFactory factory;
    private final List<String> keyFields;

    /**
     * @param keyFields members that can be the key of an object without a body; the first one present counts
     * @param deepest nesting
     */
    public JsonRecords(List<String> keyFields, int deepest) {
        this.keyFields = List.copyOf(keyFields);
        this.factory = JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(deepest).build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
    }

    /**
     * @param line without its end
     * @return its record
     * @throws RefusedRecord if it has none
     */
    public BulkRecord read(byte[] line) throws RefusedRecord {
        // The parser lets surrogates and overlong forms pass, and sees another encoding where there is a zero byte.
        if (!Utf8.wellFormed(line) || hasZero(line)) {
            throw new RefusedRecord(NO_UTF8);
        }
        try (JsonParser parser = factory.createParser(line)) {
            return read(parser, line);
        } catch (StreamConstraintsException e) {
            throw new RefusedRecord("the JSON is nested too deeply, or has a number or name that is too long");
        } catch (JsonProcessingException e) {
            throw new RefusedRecord("not JSON: " + place(e));
        } catch (IOException e) {
            throw new RefusedRecord(NO_UTF8);
        }
    }

    private static boolean hasZero(byte[] line) {
        for (byte b : line) {
            if (b == 0) {
                return true;
            }
        }
        return false;
    }

    private BulkRecord read(JsonParser parser, byte[] line) throws IOException, RefusedRecord {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new RefusedRecord("must be a JSON object");
        }
        Map<String, Member> members = new HashMap<>();
        List<String> others = new ArrayList<>(1);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            Member member = member(parser);
            if (WITH_BODY.contains(name) || keyFields.contains(name)) {
                members.put(name, member);
            }
            if (others.isEmpty() && !WITH_BODY.contains(name)) {
                others.add(name);
            }
        }
        if (parser.nextToken() != null) {
            throw new RefusedRecord("the line has more than one JSON value");
        }
        Member body = members.get("body");
        if (body == null) {
            return itself(members, line);
        }
        BulkRecord record = wrapped(members, body, line);
        if (!others.isEmpty()) {
            // The job would lack what it says, and nobody would notice. The name may be a part of the content.
            throw new RefusedRecord("a line with a body has no members but " + String.join(", ", WITH_BODY)
                    + NearName.hint(others.get(0), WITH_BODY));
        }
        return record;
    }

    private static Member member(JsonParser parser) throws IOException {
        JsonToken first = parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        String scalar =
                first == JsonToken.VALUE_STRING || first == JsonToken.VALUE_NUMBER_INT ? parser.getText() : null;
        parser.skipChildren();
        // Reads a string or number to its end, so that the location is after it.
        parser.finishToken();
        return new Member(first, scalar, start, (int) parser.currentLocation().getByteOffset());
    }

    private BulkRecord wrapped(Map<String, Member> members, Member body, byte[] line) throws RefusedRecord {
        Due due = due(members.get("delay"), members.get("at"));
        String text = body.token == JsonToken.VALUE_STRING ? body.scalar : null;
        return text != null
                ? new BulkRecord(key("key", members.get("key")), utf8("body", text), TEXT, id(members.get("id")), due)
                : new BulkRecord(
                        key("key", members.get("key")),
                        Arrays.copyOfRange(line, body.start, body.end),
                        JSON,
                        id(members.get("id")),
                        due);
    }

    private BulkRecord itself(Map<String, Member> members, byte[] line) throws RefusedRecord {
        for (String field : keyFields) {
            Member key = members.get(field);
            if (key != null) {
                return new BulkRecord(key(field, key), line, JSON, null, null);
            }
        }
        throw new RefusedRecord("no key: none of the members " + String.join(", ", keyFields));
    }

    private static String key(String field, @Nullable Member key) throws RefusedRecord {
        if (key == null) {
            throw new RefusedRecord("no key: the member key is missing");
        }
        if (key.scalar == null || key.scalar.isEmpty()) {
            throw new RefusedRecord("no key: the member " + field + " must be a non-empty string or an integer");
        }
        return encodable(field, key.scalar);
    }

    private static @Nullable JobId id(@Nullable Member id) throws RefusedRecord {
        if (id == null || id.token == JsonToken.VALUE_NULL) {
            return null;
        }
        try {
            if (id.scalar != null) {
                return new JobId(id.scalar);
            }
        } catch (IllegalArgumentException e) {
            // Refused below, as any other value is.
        }
        throw new RefusedRecord(
                "id must be a string of 1 to 256 bytes of UTF-8 without control characters, or an integer");
    }

    private static @Nullable Due due(@Nullable Member delay, @Nullable Member at) throws RefusedRecord {
        boolean delayed = delay != null && delay.token != JsonToken.VALUE_NULL;
        boolean timed = at != null && at.token != JsonToken.VALUE_NULL;
        if (delayed && timed) {
            throw new RefusedRecord("has both delay and at");
        }
        try {
            return delayed ? Due.in(text(delay)) : timed ? Due.at(text(at)) : null;
        } catch (IllegalArgumentException e) {
            throw new RefusedRecord((delayed ? "delay" : "at") + " is wrong: " + e.getMessage());
        }
    }

    /** The text of a string or an integer; empty, which is no valid time, for any other value. */
    private static String text(@Nullable Member member) {
        return member == null || member.scalar == null ? "" : member.scalar;
    }

    /** Where a line stops being JSON. The parser's own message may show the content. */
    private static String place(JsonProcessingException e) {
        return e.getLocation() == null
                ? "it ends too early"
                : "error at column " + e.getLocation().getColumnNr();
    }

    private static byte[] utf8(String member, String text) throws RefusedRecord {
        return encodable(member, text).getBytes(StandardCharsets.UTF_8);
    }

    /** JSON can escape half of a surrogate pair, which is no text. */
    private static String encodable(String member, String text) throws RefusedRecord {
        if (!Utf8.encodable(text)) {
            throw new RefusedRecord("the member " + member + " has half of a surrogate pair, which UTF-8 cannot carry");
        }
        return text;
    }

    /**
     * @param token the first of its value
     * @param scalar its text if it is a string or an integer
     * @param start offset of its first byte in the line
     * @param end offset after its last byte
     */
    private record Member(JsonToken token, @Nullable String scalar, int start, int end) {}
}
