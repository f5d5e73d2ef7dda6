package io.qbull.enqueue;

import io.qbull.model.SourceId;
import java.time.Duration;

/**
 * One reading of a source, as its jobs know it. A reading breaks with the first record that could not be added: a later record that
 * was added would make Redis skip that one for ever. Thread-safe.
 */
final class Reading {
    static final String BROKEN = "not added: a record before it was not added";
    static final String OTHER_LAYOUT = "not added: the queue has another layout than when this reading began";

    private final SourceId source;
    private final Duration lifetime;
    private final int layoutVersion;
    private volatile boolean broken;

    /**
     * @param source what is read
     * @param lifetime how long its progress is remembered after each use; zero = until it is forgotten
     * @param layoutVersion the current one when the reading began
     */
    Reading(SourceId source, Duration lifetime, int layoutVersion) {
        this.source = source;
        this.lifetime = lifetime;
        this.layoutVersion = layoutVersion;
    }

    SourceId source() {
        return source;
    }

    Duration lifetime() {
        return lifetime;
    }

    int layoutVersion() {
        return layoutVersion;
    }

    boolean broken() {
        return broken;
    }

    void breakOff() {
        broken = true;
    }
}
