package io.qbull.resize;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a resize will move, and how long keys will wait for it: pure arithmetic.
 *
 * @param plan the resize
 * @param sources the old partitions that have not moved yet
 * @param speed of a move
 */
public record ResizeForecast(ResizePlan plan, List<Source> sources, Speed speed) {
    /** Copies the list. */
    public ResizeForecast {
        sources = List.copyOf(sources);
    }

    /**
     * An old partition.
     *
     * @param partition its index
     * @param owner the pod that moves what leaves it; empty if it has none
     * @param jobs that it has
     * @param bytes that these take in Redis
     * @param running how long the longest of its running jobs will take; a job whose key leaves ends before the move begins
     */
    public record Source(int partition, String owner, long jobs, long bytes, Duration running) {}

    /**
     * What a move costs. Everything is read, and what leaves is copied and deleted.
     *
     * @param readNanos for each job that is read
     * @param copyNanos for each job that leaves
     * @param byteNanos for each byte that is read, and again for each that leaves
     * @param serverNanos of the server, for each job that is read, and again for each that leaves
     */
    public record Speed(double readNanos, double copyNanos, double byteNanos, double serverNanos) {
        /** As {@code MoveCost} measured it: 24,000 small jobs a second when half of them leave. */
        public static final Speed MEASURED = new Speed(16_000, 8_000, 2.3, 5_000);

        private double pod(long jobs, long bytes, double share) {
            return jobs * (readNanos + share * copyNanos) + bytes * byteNanos * (1 + share);
        }

        private double server(long jobs, double share) {
            return jobs * serverNanos * (1 + share);
        }
    }

    /**
     * @return which part of all possible keys moves
     */
    public double shareOfKeys() {
        return plan.old().mapToDouble(plan::shareLeaving).average().orElse(0);
    }

    /**
     * @return how many jobs move, if their keys are spread evenly
     */
    public long jobsLeaving() {
        return Math.round(sources.stream()
                .mapToDouble(each -> each.jobs() * plan.shareLeaving(each.partition()))
                .sum());
    }

    /**
     * @return how many bytes they take in Redis
     */
    public long bytesLeaving() {
        return Math.round(sources.stream()
                .mapToDouble(each -> each.bytes() * plan.shareLeaving(each.partition()))
                .sum());
    }

    /**
     * Each new partition waits for the same number of old ones.
     *
     * @return for how many it waits, itself included if it is an old one
     */
    public int waitsFor() {
        return plan.feeders(0).size();
    }

    /**
     * The fewest partitions wait for each other if one of the numbers is a multiple of the other.
     *
     * @return the nearest numbers of partitions that would be better, in ascending order; none if this one is as good as any
     */
    public List<Integer> better() {
        int from = plan.resize().from();
        int to = plan.resize().to();
        if (from % to == 0 || to % from == 0) {
            return List.of();
        }
        if (to > from) {
            int below = to / from * from;
            return below == from ? List.of(below + from) : List.of(below, below + from);
        }
        int below = IntStream.iterate(to, number -> number - 1)
                .filter(number -> from % number == 0)
                .findFirst()
                .orElseThrow();
        int above = IntStream.rangeClosed(to, from)
                .filter(number -> from % number == 0)
                .findFirst()
                .orElseThrow();
        return above == from ? List.of(below) : List.of(below, above);
    }

    /**
     * The jobs of a key that moves wait until all partitions that feed its new one have moved. Those that one pod moves share its time,
     * and all share that of the server.
     *
     * @return how long a key will wait at most
     */
    public Duration longestPause() {
        Map<String, Double> byPod = sources.stream()
                .collect(Collectors.groupingBy(
                        Source::owner,
                        Collectors.summingDouble(
                                each -> speed.pod(each.jobs(), each.bytes(), plan.shareLeaving(each.partition())))));
        double slowestPod =
                byPod.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        double server = sources.stream()
                .mapToDouble(each -> speed.server(each.jobs(), plan.shareLeaving(each.partition())))
                .sum();
        return longestJob().plusNanos(Math.round(Math.max(slowestPod, server)));
    }

    private Duration longestJob() {
        return sources.stream().map(Source::running).max(Duration::compareTo).orElse(Duration.ZERO);
    }
}
