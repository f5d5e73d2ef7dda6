package io.qbull.store.redis.tables;

import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of the fields of QBull's own entry; null where the entry lacks the field. Not copied, and nobody changes them. */
final class OwnFields {
    private static final byte[] ID = Request.utf8("id");
    private static final byte[] KEY = Request.utf8("key");
    private static final byte[] TS = Request.utf8("ts");
    private static final byte[] BODY = Request.utf8("body");
    private static final byte[] CONTENT_TYPE = Request.utf8("ct");
    private static final byte[] HEADERS = Request.utf8("h");

    private final byte @Nullable [] id;
    private final byte @Nullable [] key;
    private final byte @Nullable [] ts;
    private final byte @Nullable [] body;
    private final byte @Nullable [] contentType;
    private final byte @Nullable [] headers;

    private OwnFields(
            byte @Nullable [] id,
            byte @Nullable [] key,
            byte @Nullable [] ts,
            byte @Nullable [] body,
            byte @Nullable [] contentType,
            byte @Nullable [] headers) {
        this.id = id;
        this.key = key;
        this.ts = ts;
        this.body = body;
        this.contentType = contentType;
        this.headers = headers;
    }

    /**
     * Recognizes the entries that the enqueue script writes without a map of names.
     *
     * @param flat the names of an entry's fields, each followed by its value
     * @return the values, if the entry has the fields {@code id key ts body}, perhaps {@code ct}, and perhaps {@code h}, in this order;
     *     null if it has others, or in another order
     */
    static @Nullable OwnFields inOrder(Reply flat) {
        int size = flat.size();
        boolean begins = size >= 8
                && size <= 12
                && size % 2 == 0
                && named(flat, 0, ID)
                && named(flat, 2, KEY)
                && named(flat, 4, TS)
                && named(flat, 6, BODY);
        if (!begins) {
            return null;
        }
        boolean typed = size > 8 && named(flat, 8, CONTENT_TYPE);
        int after = typed ? 10 : 8;
        boolean headed = size > after && named(flat, after, HEADERS);
        if (size != (headed ? after + 2 : after)) {
            return null;
        }
        return new OwnFields(
                flat.bytes(1),
                flat.bytes(3),
                flat.bytes(5),
                flat.bytes(7),
                typed ? flat.bytes(9) : null,
                headed ? flat.bytes(after + 1) : null);
    }

    /**
     * @param fields any fields
     * @return the values of those that are QBull's own
     */
    static OwnFields of(Map<String, byte[]> fields) {
        return new OwnFields(
                fields.get("id"),
                fields.get("key"),
                fields.get("ts"),
                fields.get("body"),
                fields.get("ct"),
                fields.get("h"));
    }

    private static boolean named(Reply flat, int at, byte[] name) {
        return Arrays.equals(flat.bytes(at), name);
    }

    /** The job's id. */
    byte @Nullable [] id() {
        return id;
    }

    /** The job's key. */
    byte @Nullable [] key() {
        return key;
    }

    /** When it was added, ms since 1970. */
    byte @Nullable [] ts() {
        return ts;
    }

    /** The job's body. */
    byte @Nullable [] body() {
        return body;
    }

    /** The body's media type. */
    byte @Nullable [] contentType() {
        return contentType;
    }

    /** A JSON object. */
    byte @Nullable [] headers() {
        return headers;
    }
}
