package io.qbull.ingest.file;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Judges whether a file is complete: it is when all looks at it agree for some time by this pod's own clock. Follows a file from before its
 * claim to the end of its reading, so a file that did not change in between is not waited for twice. Used by one thread at a time.
 */
final class Stillness {
    private final long quiet;
    private final LongSupplier clock;
    private @Nullable FileLook last;
    private long since;
    private long lookedAt;

    /**
     * @param quiet how long looks must agree
     * @param clock monotonic nanoseconds
     */
    Stillness(Duration quiet, LongSupplier clock) {
        this.quiet = quiet.toNanos();
        this.clock = clock;
    }

    /**
     * @param look the newest one
     * @return whether all looks have agreed for long enough
     */
    boolean still(FileLook look) {
        lookedAt = clock.getAsLong();
        if (!look.equals(last)) {
            last = look;
            since = lookedAt;
        }
        return lookedAt - since >= quiet;
    }

    /** How long from the last look on the file must not change. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, quiet - (lookedAt - since)));
    }

    /** How long ago the last look was. */
    Duration unseen() {
        return Duration.ofNanos(clock.getAsLong() - lookedAt);
    }

    /** The last look; null if there was none. */
    @Nullable
    FileLook last() {
        return last;
    }
}
