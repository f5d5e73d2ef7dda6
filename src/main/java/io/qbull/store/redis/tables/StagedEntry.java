package io.qbull.store.redis.tables;

import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry on its way to another partition: its fields as they are, and fields whose names begin with {@code @} for what is on record of
 * it elsewhere. Pure.
 */
final class StagedEntry {
    private static final byte[] ID = Request.utf8("@id");
    private static final byte[] ATTEMPTS = Request.utf8("@at");
    private static final byte[] KIND = Request.utf8("@k");
    private static final byte[] PLACE = Request.utf8("@place");
    private static final byte[] HELD = Request.utf8("@held");
    private static final byte[] OF_A_HELD_JOB = Request.utf8("h");

    private final String streamId;
    private final Reply flat;

    /**
     * @param streamId its id in the stream
     * @param flat the names of its fields, each followed by its value
     */
    StagedEntry(String streamId, Reply flat) {
        this.streamId = streamId;
        this.flat = flat;
    }

    /** The key of its job; null if it cannot be told. */
    @Nullable
    String key() {
        List<Object> own = new ArrayList<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            if (!added(i)) {
                own.add(flat.bytes(i));
                own.add(flat.bytes(i + 1));
            }
        }
        byte[] first = value(ID);
        return EntryCodec.key(
                        first == null ? streamId : new String(first, StandardCharsets.UTF_8),
                        new Reply(flat.command(), own))
                .orElse(null);
    }

    /**
     * @param attempts what is on record of its attempts; empty if there is nothing
     * @return names and values of the fields with which it is copied
     */
    List<byte[]> plain(String attempts) {
        List<byte[]> fields = new ArrayList<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            // What came along holds until there is a record here.
            if (attempts.isEmpty() || !Arrays.equals(flat.bytes(i), ATTEMPTS)) {
                fields.add(flat.bytes(i));
                fields.add(flat.bytes(i + 1));
            }
        }
        // An entry as 'enqueue' writes it carries all that its id would say.
        if (value(ID) == null && OwnFields.inOrder(flat) == null) {
            add(fields, ID, streamId);
        }
        if (!attempts.isEmpty()) {
            add(fields, ATTEMPTS, attempts);
        }
        return fields;
    }

    /**
     * @param attempts what is on record of its attempts; empty if there is nothing
     * @param place its place among the held jobs
     * @param state what is on record of its key; empty if there is nothing, or if it is not the first job of the key
     * @return names and values of the fields with which it is copied
     */
    List<byte[]> held(String attempts, String place, String state) {
        List<byte[]> fields = plain(attempts);
        fields.add(KIND);
        fields.add(OF_A_HELD_JOB);
        add(fields, PLACE, place);
        if (!state.isEmpty()) {
            add(fields, HELD, state);
        }
        return fields;
    }

    private static void add(List<byte[]> fields, byte[] name, String value) {
        fields.add(name);
        fields.add(Request.utf8(value));
    }

    private boolean added(int index) {
        byte[] name = flat.bytes(index);
        return name.length > 0 && name[0] == '@';
    }

    private byte @Nullable [] value(byte[] name) {
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            if (Arrays.equals(flat.bytes(i), name)) {
                return flat.bytes(i + 1);
            }
        }
        return null;
    }
}
