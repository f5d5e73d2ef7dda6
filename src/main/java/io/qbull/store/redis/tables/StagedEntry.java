package io.qbull.store.redis.tables;

import io.qbull.model.EntryId;
import io.qbull.model.HeldPlace;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry that moves to another partition, or has moved. Copied, it has its own fields and others whose names begin with {@code @} for what
 * is on record of it elsewhere; an own field whose name begins so gets another {@code @} in front. Pure.
 */
final class StagedEntry {
    private static final byte[] ID = Request.utf8("@id");
    private static final byte[] ATTEMPTS = Request.utf8("@at");
    private static final byte[] KIND = Request.utf8("@k");
    private static final byte[] PLACE = Request.utf8("@place");
    private static final byte[] HELD = Request.utf8("@held");
    private static final byte[] OF_A_HELD_JOB = Request.utf8("h");

    private final String streamId;
    private final List<byte[]> own;
    private final List<byte[]> added;
    private final Reply ownFields;

    private StagedEntry(String streamId, List<byte[]> own, List<byte[]> added, String command) {
        this.streamId = streamId;
        this.own = own;
        this.added = added;
        this.ownFields = new Reply(command, List.copyOf(own));
    }

    /**
     * @param streamId its id in the stream
     * @param flat the names of its fields, each followed by its value
     * @return an entry of a partition's own stream
     */
    static StagedEntry added(String streamId, Reply flat) {
        return new StagedEntry(streamId, bytes(flat), List.of(), flat.command());
    }

    /**
     * @param streamId its id in the stream
     * @param flat the names of its fields, each followed by its value
     * @return an entry of a segment
     */
    static StagedEntry copied(String streamId, Reply flat) {
        List<byte[]> own = new ArrayList<>();
        List<byte[]> added = new ArrayList<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            byte[] name = flat.bytes(i);
            boolean ours = marked(name) && !(name.length > 1 && name[1] == '@');
            List<byte[]> fields = ours ? added : own;
            fields.add(marked(name) && !ours ? Arrays.copyOfRange(name, 1, name.length) : name);
            fields.add(flat.bytes(i + 1));
        }
        return new StagedEntry(streamId, own, added, flat.command());
    }

    /**
     * @param entry its name in the log
     * @param flat the names of its fields, each followed by its value
     * @return the entry, of a segment or of the own stream
     */
    static StagedEntry of(EntryId entry, Reply flat) {
        String id = entry.streamId().toString();
        return entry.segment().own() ? added(id, flat) : copied(id, flat);
    }

    /**
     * @param place its place among the held jobs
     * @param flat the names of its fields, each followed by its value
     * @return the entry of a held job
     */
    static StagedEntry held(HeldPlace place, Reply flat) {
        return of(place.log(), flat);
    }

    /** The id of the entry as which its job came into the queue. */
    String origin() {
        byte[] first = value(ID);
        return first == null ? streamId : new String(first, StandardCharsets.UTF_8);
    }

    /** The names of its own fields, each followed by its value. */
    Reply ownFields() {
        return ownFields;
    }

    /** The record of its attempts that came along; null if there is none. */
    @Nullable
    String attempts() {
        byte[] attempts = value(ATTEMPTS);
        return attempts == null ? null : new String(attempts, StandardCharsets.UTF_8);
    }

    /** Whether it was among the held jobs of its key where it came from, and is to be again. */
    boolean wasHeld() {
        byte[] place = value(PLACE);
        return Arrays.equals(value(KIND), OF_A_HELD_JOB)
                && place != null
                && HeldPlace.matches(new String(place, StandardCharsets.UTF_8));
    }

    /** The key of its job; null if it cannot be told. */
    @Nullable
    String key() {
        return EntryCodec.key(origin(), ownFields).orElse(null);
    }

    /**
     * @param attempts what is on record of its attempts; empty if there is nothing
     * @return names and values of the fields with which it is copied
     */
    List<byte[]> plain(String attempts) {
        List<byte[]> fields = new ArrayList<>();
        for (int i = 0; i < own.size(); i += 2) {
            fields.add(marked(own.get(i)) ? escaped(own.get(i)) : own.get(i));
            fields.add(own.get(i + 1));
        }
        for (int i = 0; i < added.size(); i += 2) {
            // What came along holds until there is a record here.
            if (attempts.isEmpty() || !Arrays.equals(added.get(i), ATTEMPTS)) {
                fields.add(added.get(i));
                fields.add(added.get(i + 1));
            }
        }
        // An entry as 'enqueue' writes it carries all that its id would say.
        if (value(ID) == null && OwnFields.inOrder(ownFields) == null) {
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

    private static List<byte[]> bytes(Reply flat) {
        List<byte[]> fields = new ArrayList<>(flat.size());
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            fields.add(flat.bytes(i));
            fields.add(flat.bytes(i + 1));
        }
        return fields;
    }

    private static void add(List<byte[]> fields, byte[] name, String value) {
        fields.add(name);
        fields.add(Request.utf8(value));
    }

    private static boolean marked(byte[] name) {
        return name.length > 0 && name[0] == '@';
    }

    private static byte[] escaped(byte[] name) {
        byte[] longer = new byte[name.length + 1];
        longer[0] = '@';
        System.arraycopy(name, 0, longer, 1, name.length);
        return longer;
    }

    private byte @Nullable [] value(byte[] name) {
        for (int i = 0; i < added.size(); i += 2) {
            if (Arrays.equals(added.get(i), name)) {
                return added.get(i + 1);
            }
        }
        return null;
    }
}
