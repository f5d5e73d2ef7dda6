package io.qbull.ingest.file;

import java.time.Duration;

/**
 * How far a pod has come with a file.
 *
 * @param file which
 * @param bytes up to which all records have their answers
 * @param size of the file when this pod began
 * @param added records that were added
 * @param duplicates records that had been added before
 * @param rejected records that are no jobs
 * @param rate records a second
 * @param time since this pod began
 * @param waiting whether it cannot go on for now
 */
record FileProgress(
        WorkFile file,
        long bytes,
        long size,
        long added,
        long duplicates,
        long rejected,
        long rate,
        Duration time,
        boolean waiting) {
    long records() {
        return added + duplicates + rejected;
    }

    /** Done of the whole, 0 to 1. */
    double share() {
        return size == 0 ? 1 : Math.min(1, (double) bytes / size);
    }
}
