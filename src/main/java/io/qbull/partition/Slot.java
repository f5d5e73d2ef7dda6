package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.StreamId;

/** An entry that was read from the stream and is not finished. {@link Prefetched} and its parts change it. On the event loop. */
final class Slot {
    Entry entry;
    /** The previous owner may have died over it. */
    final boolean suspect;
    /** The entries of its key. */
    final KeyLine line;
    /** Its job runs. */
    boolean running;
    /** A command that takes it out of the stream is under way. */
    boolean moving;
    /** It is among the first entries of the stream. Set by {@link StartWindow}. */
    boolean near;

    Slot(Entry entry, boolean suspect, KeyLine line) {
        this.entry = entry;
        this.suspect = suspect;
        this.line = line;
    }

    StreamId id() {
        return entry.streamId();
    }
}
