package io.qbull.ingest.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The files that wait to be claimed. The route shows each of them at every poll; here is remembered what they looked like before. Used by
 * the thread of the route.
 */
final class WaitingFiles {
    /** Longer than any poll takes. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    private static final int LOOKS_PER_CLEANING = 1_000;

    private final Duration quiet;
    private final LongSupplier clock;
    private final Map<Path, Stillness> files = new ConcurrentHashMap<>();
    private int looks;

    /**
     * @param quiet how long a file must not change before it counts as complete
     * @param clock monotonic nanoseconds
     */
    WaitingFiles(Duration quiet, LongSupplier clock) {
        this.quiet = quiet;
        this.clock = clock;
    }

    /**
     * Looks at a file once more.
     *
     * @return how it stood still; null if it has not done so for long enough
     * @throws IOException if it is gone or cannot be looked at
     */
    @Nullable
    Stillness look(Path file) throws IOException {
        if (++looks % LOOKS_PER_CLEANING == 0) {
            files.values().removeIf(each -> each.unseen().compareTo(FORGOTTEN_AFTER) > 0);
        }
        Stillness stillness = files.computeIfAbsent(file, fresh -> new Stillness(quiet, clock));
        return stillness.still(FileLook.at(file)) ? stillness : null;
    }

    /** The file waits no more. */
    void forget(Path file) {
        files.remove(file);
    }
}
