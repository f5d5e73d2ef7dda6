package io.qbull.ingest.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that this pod has read to their end lately. A program that continues to write to one of them loses what it writes, so the log
 * names that file, once. Bounded; thread-safe.
 */
final class FinishedFiles {
    private static final Logger LOG = LoggerFactory.getLogger(FinishedFiles.class);
    private static final Duration WATCHED = Duration.ofMinutes(10);
    private static final int MOST = 1_000;

    private final LongSupplier clock;
    private final ArrayDeque<Finished> files = new ArrayDeque<>();

    private record Finished(WorkFile file, Path path, FileLook end, long at) {}

    /**
     * @param clock monotonic nanoseconds
     */
    FinishedFiles(LongSupplier clock) {
        this.clock = clock;
    }

    /**
     * @param file that is finished
     * @param path where it lies now
     * @param end the look at it that told its end
     */
    synchronized void add(WorkFile file, Path path, FileLook end) {
        if (files.size() >= MOST) {
            files.remove();
        }
        files.add(new Finished(file, path, end, clock.getAsLong()));
    }

    /** Looks at all of them. */
    synchronized void check() {
        long now = clock.getAsLong();
        for (Iterator<Finished> each = files.iterator(); each.hasNext(); ) {
            Finished finished = each.next();
            if (now - finished.at >= WATCHED.toNanos() || changed(finished)) {
                each.remove();
            }
        }
    }

    /** Whether there is nothing more to find out about a file: it is gone, or it has changed and that was said. */
    private static boolean changed(Finished finished) {
        try {
            FileLook now = FileLook.at(finished.path);
            if (now.equals(finished.end)) {
                return false;
            }
            LOG.warn(
                    "{} was changed after it was done: it was read up to {} bytes and now has {}; the change is not"
                            + " read. Write a file as NAME.part and rename it when it is complete, or raise"
                            + " QBULL_FILE_QUIET",
                    finished.file,
                    finished.end.size(),
                    now.size());
        } catch (IOException e) {
            LOG.debug("{} is watched no more", finished.file, e);
        }
        return true;
    }
}
