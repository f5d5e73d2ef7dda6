package io.qbull.ingest.file;

import java.time.Duration;

/**
 * How far a pod has read a file.
 *
 * @param file that is read
 * @param bytes up to which every record is answered
 * @param size of the file in bytes when this pod began
 * @param added records that became jobs
 * @param duplicates records that had been added before
 * @param rejected records that are not jobs
 * @param skipped records that the route left out
 * @param time since this pod began; never zero
 * @param waiting whether reading cannot continue for now
 */
record FileProgress(
        WorkFile file,
        long bytes,
        long size,
        long added,
        long duplicates,
        long rejected,
        long skipped,
        Duration time,
        boolean waiting) {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    long records() {
        return added + duplicates + rejected + skipped;
    }

    /** Records per second. */
    long rate() {
        return records() * SECOND / time.toNanos();
    }

    /** The part that is done, 0 to 1. */
    double share() {
        return size == 0 ? 1 : Math.min(1, (double) bytes / size);
    }
}
