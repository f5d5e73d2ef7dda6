package io.qbull.app.bench;

import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The distribution of a latency.
 *
 * @param name of the measurement
 * @param points by ascending percentile
 */
record Curve(String name, List<Point> points) {
    private static final double[] PERCENTILES = {0, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100};

    /** Copies the points. */
    Curve {
        points = List.copyOf(points);
    }

    /**
     * @param histogram of nanoseconds
     */
    static Curve of(String name, Histogram histogram) {
        return new Curve(
                name,
                Arrays.stream(PERCENTILES)
                        .mapToObj(percentile -> new Point(percentile, histogram.getValueAtPercentile(percentile) / 1e6))
                        .toList());
    }

    /** Milliseconds at one of the recorded percentiles. */
    double at(double percentile) {
        return points.stream()
                .filter(point -> point.percentile() == percentile)
                .findFirst()
                .orElseThrow()
                .millis();
    }

    /**
     * A point of it.
     *
     * @param percentile 0 to 100
     * @param millis that so many percent do not exceed
     */
    record Point(double percentile, double millis) {}
}
