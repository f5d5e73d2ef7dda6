package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges one owner: what can run does run. A key of which a job could run stands while a place for a job is free. How long it may, in
 * virtual time, is limited twice: while the owner waits for no answer either, so that nothing but its own timers can move it; and in all,
 * once nothing goes wrong any more.
 */
final class LivenessOracle {
    private final ManualEventLoop world;
    private final int places;
    /** Since when each key stands. */
    private final Map<String, Mark> standing = new HashMap<>();
    /** When all places were last taken. */
    private Mark full;
    /** When things stopped going wrong; null if they have not. */
    private @Nullable Mark calm;

    private int unanswered;
    private int busy;
    /** So long the owner has waited for no answer. */
    private long idle;
    /** When the last answer came, if none is waited for. */
    private long idleSince;

    /** How long a key may stand, while the owner waits for no answer, and in all. */
    record Limits(Duration idle, Duration all) {}

    /** A moment, on the clock of the world and on one that stops while the owner waits for an answer. */
    private record Mark(long time, long idle) {
        Mark orLater(Mark other) {
            return other.time - time > 0 ? other : this;
        }
    }

    /**
     * @param world keeps the time
     * @param places how many jobs the owner must be able to run at once, whatever else is wrong
     */
    LivenessOracle(ManualEventLoop world, int places) {
        this.world = world;
        this.places = places;
        this.idleSince = world.nanoTime();
        this.full = now();
    }

    private Mark now() {
        long time = world.nanoTime();
        return new Mark(time, idle + (unanswered == 0 ? time - idleSince : 0));
    }

    /** The owner waits for an answer, or will soon repeat what it got none for. */
    void asks() {
        idle = now().idle;
        unanswered++;
    }

    /** It has come. */
    void hears() {
        unanswered--;
        idleSince = world.nanoTime();
    }

    /** A worker was given something. */
    void takesPlace() {
        busy++;
        noteFull();
    }

    /** A worker is about to be free again. */
    void leavesPlace() {
        noteFull();
        busy--;
    }

    private void noteFull() {
        if (busy >= places) {
            full = now();
        }
    }

    /** A job of the key started or ended, or somebody asked for something about it. */
    void moved(String key) {
        standing.put(key, now());
    }

    /**
     * @param runnable the keys of which a job could run now and none runs
     * @param limits how long they may stand
     * @param calmNow whether nothing goes wrong any more
     */
    void check(Set<String> runnable, Limits limits, boolean calmNow) {
        Mark now = now();
        if (calmNow && calm == null) {
            calm = now;
        }
        standing.keySet().retainAll(runnable);
        for (String key : runnable) {
            Mark since = standing.computeIfAbsent(key, any -> now).orLater(full);
            assertThat(Duration.ofNanos(now.idle - since.idle))
                    .as("how long %s has stood while a place was free and no answer was waited for", key)
                    .isLessThanOrEqualTo(limits.idle);
            if (calm != null) {
                assertThat(Duration.ofNanos(now.time - since.orLater(calm).time))
                        .as("how long %s has stood while a place was free and nothing went wrong", key)
                        .isLessThanOrEqualTo(limits.all);
            }
        }
    }
}
