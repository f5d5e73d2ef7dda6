package io.qbull.app.coalesce;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Decides which windows this pod closes now. Knows only when they are due; all else is passed in, also the time, in monotonic
 * nanoseconds. Thread-safe.
 */
final class DueWindows {
    private final long lengthNanos;
    private final Map<String, Long> dueAt = new ConcurrentHashMap<>();

    /**
     * @param length time from the first message of a window to its end
     */
    DueWindows(Duration length) {
        this.lengthNanos = length.toNanos();
    }

    /** A message was added to the window of a key. A full window is due at once. */
    void added(String key, boolean full, long now) {
        if (full) {
            dueAt.put(key, now);
        } else {
            dueAt.putIfAbsent(key, now + lengthNanos);
        }
    }

    void closed(String key) {
        dueAt.remove(key);
    }

    void clear() {
        dueAt.clear();
    }

    /**
     * @param open keys with an open window
     * @param unsent keys with a closed window whose jobs are not confirmed; their open window waits, to keep the order
     * @param owned whether the partition of a key is this pod's
     * @return keys whose windows are to be closed
     */
    Set<String> select(Set<String> open, Set<String> unsent, Predicate<String> owned, long now) {
        dueAt.entrySet()
                .removeIf(entry ->
                        !owned.test(entry.getKey()) || (!open.contains(entry.getKey()) && entry.getValue() - now <= 0));
        return open.stream()
                .filter(key -> owned.test(key) && !unsent.contains(key))
                // A window that another pod opened gets its whole time once more.
                .filter(key -> dueAt.computeIfAbsent(key, found -> now + lengthNanos) - now <= 0)
                .collect(Collectors.toSet());
    }
}
