package io.qbull.store.redis.tables;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.HeldPlace;
import io.qbull.model.StreamId;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Decodes entries of all streams of a log, and held jobs that came from there. Pure. */
final class LogCodec {
    private static final byte[] MARKER = Request.utf8("@marker");
    /** Version, partitions before and afterwards. */
    private static final Pattern RESIZE = Pattern.compile("\\d+ \\d+ \\d+");

    private LogCodec() {}

    /**
     * @param entry its name in the log
     * @param flat the names of its fields, each followed by its value
     * @param attempts the four numbers of {@link Attempts}, separated by blanks; empty if there is no record of them here
     * @return the entry, decoded if it is a job that may run from the log
     */
    static Entry read(EntryId entry, Reply flat, String attempts) {
        if (entry.segment().own()) {
            return isMarker(flat) ? new Entry.Marker(entry, EntryCodec.size(flat)) : decode(entry, flat, attempts);
        }
        StagedEntry staged = StagedEntry.of(entry, flat);
        String key = staged.wasHeld() ? staged.key() : null;
        return key == null ? decode(entry, flat, attempts) : new Entry.Arrived(entry, key, EntryCodec.size(flat));
    }

    /**
     * @param flat the names of the fields of an entry of a partition's own stream, each followed by its value
     * @return whether the entry is a marker
     */
    static boolean isMarker(Reply flat) {
        return flat.size() == 2
                && Arrays.equals(flat.bytes(0), MARKER)
                && RESIZE.matcher(flat.text(1)).matches();
    }

    /**
     * @param place the place of a held job
     * @param flat the names of its fields, each followed by its value
     * @param attempts the four numbers of {@link Attempts}, separated by blanks
     * @return the job, or why the entry cannot be decoded
     */
    static Entry decodeHeld(HeldPlace place, Reply flat, String attempts) {
        return decode(place.log(), flat, attempts);
    }

    /**
     * @param entry its name in the log
     * @param flat the names of its fields, each followed by its value
     * @param attempts the four numbers of {@link Attempts}, separated by blanks; empty if there is no record of them here
     * @return the job, or why the entry cannot be decoded
     */
    static Entry decode(EntryId entry, Reply flat, String attempts) {
        if (entry.segment().own()) {
            return EntryCodec.decode(
                    entry, entry.streamId(), flat, attempts.isEmpty() ? EntryCodec.NO_ATTEMPTS : attempts);
        }
        StagedEntry staged = StagedEntry.of(entry, flat);
        String carried = staged.attempts();
        String before = carried == null ? EntryCodec.NO_ATTEMPTS : carried;
        return EntryCodec.decode(
                entry, StreamId.parse(staged.origin()), staged.ownFields(), attempts.isEmpty() ? before : attempts);
    }
}
