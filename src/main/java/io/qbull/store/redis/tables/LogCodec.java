package io.qbull.store.redis.tables;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.HeldPlace;
import io.qbull.model.StreamId;
import io.qbull.store.redis.client.Reply;

/** Decodes entries of all streams of a log, and held jobs that came from there. Pure. */
final class LogCodec {
    private LogCodec() {}

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
