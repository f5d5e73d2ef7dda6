package io.qbull.app.bench;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/**
 * What to measure.
 *
 * @param parts to run; all of them if empty
 * @param redisUri of a server that already runs; null for one of its own
 * @param seconds about how long all of it takes, at least 5
 * @param partitions of the queues, 2 to 4096
 * @param jobs of each round of {@code drain}; 0 = as many as fit the time
 * @param body of a job in bytes, 16 to 1,000,000
 */
public record BenchOptions(
        Collection<Part> parts, @Nullable String redisUri, int seconds, int partitions, long jobs, int body) {
    private static final int LEAST_KEYS = 1000;
    private static final int KEYS_A_PARTITION = 8;
    private static final int SHORTEST_SLICE_MILLIS = 200;

    /**
     * Copies the parts.
     *
     * @throws IllegalArgumentException if a value breaks its rule
     */
    public BenchOptions {
        parts = Collections.unmodifiableSet(parts.isEmpty() ? EnumSet.allOf(Part.class) : EnumSet.copyOf(parts));
        between("--seconds", seconds, 5, 86_400);
        between("--partitions", partitions, 2, 4096);
        between("--jobs", jobs, 0, 100_000_000);
        between("--body", body, Payload.SHORTEST, 1_000_000);
    }

    private static void between(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " (" + value + ") must be " + least + " to " + most);
        }
    }

    /** How many keys the jobs have, so that each partition has some. */
    int keys() {
        return keys(partitions);
    }

    static int keys(int partitions) {
        return Math.max(LEAST_KEYS, KEYS_A_PARTITION * partitions);
    }

    /**
     * @return the stretch of time that a part is measured in multiples of
     */
    Duration slice() {
        int fixed = parts.stream().mapToInt(Part::fixedSeconds).sum();
        int slices = Math.max(1, parts.stream().mapToInt(Part::slices).sum());
        return Duration.ofMillis(Math.max(SHORTEST_SLICE_MILLIS, (seconds - fixed) * 1000L / slices));
    }
}
