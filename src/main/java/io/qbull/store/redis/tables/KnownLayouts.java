package io.qbull.store.redis.tables;

import io.qbull.model.QueueName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What this process has last read of the layout of each of its queues. Redis may lose it; where the jobs of a queue lie, and which
 * resize is under way, says nothing else. Thread-safe.
 */
public final class KnownLayouts {
    private final Map<QueueName, LayoutHash> known = new ConcurrentHashMap<>();

    /** Nothing was read yet. */
    public KnownLayouts() {}

    /**
     * @param queue the queue
     * @param read what was read of its layout; nothing is forgotten for a part of it
     * @return what was read
     */
    LayoutHash remember(QueueName queue, LayoutHash read) {
        known.merge(queue, read, (before, now) -> before.isFollowedBy(now) ? now : before);
        return read;
    }

    /**
     * @param queue a queue
     * @return the newest that was read; null if nothing was
     */
    @Nullable
    LayoutHash of(QueueName queue) {
        return known.get(queue);
    }
}
