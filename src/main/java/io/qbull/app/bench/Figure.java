package io.qbull.app.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One line of the report.
 *
 * @param part that measured it
 * @param name within the part, the same in each run
 * @param note what differs from run to run and explains the value; may be empty
 * @param value the median of the rounds
 * @param unit of the value
 * @param limit what the value is compared with, in the same unit: the raw limit, or the lease TTL of a take-over; null if there is none
 * @param spread between the rounds: (largest - smallest) / median; null for a single round
 */
record Figure(
        String part,
        String name,
        String note,
        double value,
        String unit,
        @Nullable Double limit,
        @Nullable Double spread) {
    /** Jobs per second. */
    static final String RATE = "/s";

    /** Milliseconds. */
    static final String MILLIS = "ms";

    /**
     * @param rates of the rounds, at least one
     * @param limits of the rounds; may be empty
     * @return the medians
     */
    static Figure rate(Part part, String name, List<Double> rates, List<Double> limits) {
        return new Figure(
                part.text(),
                name,
                "",
                median(rates),
                RATE,
                limits.isEmpty() ? null : median(limits),
                rates.size() < 2 ? null : spread(rates));
    }

    /** A time without a limit. */
    static Figure millis(Part part, String name, double value, @Nullable Double limit) {
        return new Figure(part.text(), name, "", value, MILLIS, limit, null);
    }

    /** As {@link #millis}, of nanoseconds. */
    static Figure pause(Part part, String name, double nanos, @Nullable Double limit) {
        return millis(part, name, nanos / 1e6, limit);
    }

    Figure noted(String text) {
        return new Figure(part, name, text, value, unit, limit, spread);
    }

    /** What names it in each run. */
    String id() {
        return part + " " + name;
    }

    /**
     * @return value / limit; null without a limit
     */
    @Nullable
    Double ratio() {
        return limit == null || limit == 0 ? null : value / limit;
    }

    /** The middle one; of an even number the mean of the two in the middle. */
    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }

    /** The largest; 0 of none. */
    static double largest(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    }

    private static double spread(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return (sorted.get(sorted.size() - 1) - sorted.get(0)) / median(values);
    }
}
