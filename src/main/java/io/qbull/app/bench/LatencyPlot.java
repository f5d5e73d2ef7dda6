package io.qbull.app.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.camel.util.StringHelper;

/** Latencies by percentile as SVG, both axes logarithmic: towards 100 % each step is a tenth of the rest. */
final class LatencyPlot {
    private static final int LEFT = 60;
    private static final int RIGHT = 620;
    private static final int TOP = 10;
    private static final int BOTTOM = 330;
    /** 99.99 %. */
    private static final double MOST_NINES = 4;

    private static final double LEAST_MILLIS = 0.01;
    private static final List<String> COLOURS =
            List.of("#1b7837", "#2166ac", "#b35806", "#762a83", "#01665e", "#8c510a", "#c51b7d", "#4d4d4d");

    private LatencyPlot() {}

    /** Empty without curves. Those of the raw limit are dashed. */
    static String of(List<Curve> curves) {
        if (curves.isEmpty()) {
            return "";
        }
        double largest = curves.stream()
                .flatMap(curve -> curve.points().stream())
                .mapToDouble(Curve.Point::millis)
                .max()
                .orElse(1);
        int decades = (int) Math.max(1, Math.ceil(Math.log10(largest / LEAST_MILLIS)));
        StringBuilder svg =
                new StringBuilder("<h2>Latency by percentile (raw limit dashed)</h2>\n<svg viewBox=\"0 0 800 360\">\n");
        for (int decade = 0; decade <= decades; decade++) {
            double millis = LEAST_MILLIS * Math.pow(10, decade);
            double y = y(millis, decades);
            svg.append(line(LEFT, y, RIGHT, y)).append(text(2, y + 4, Numbers.of(millis, "ms")));
        }
        for (int nines = 0; nines <= MOST_NINES; nines++) {
            double x = x(100 * (1 - Math.pow(10, -nines)));
            svg.append(line(x, TOP, x, BOTTOM)).append(text(x - 12, BOTTOM + 18, label(nines)));
        }
        for (int i = 0; i < curves.size(); i++) {
            svg.append(curve(curves.get(i), COLOURS.get(i / 2 % COLOURS.size()), decades));
            svg.append(text(RIGHT + 40, TOP + 14 + 18 * i, curves.get(i).name()));
            svg.append(stroke(
                    RIGHT + 10 + "," + (TOP + 10 + 18 * i) + " " + (RIGHT + 34) + "," + (TOP + 10 + 18 * i),
                    COLOURS.get(i / 2 % COLOURS.size()),
                    raw(curves.get(i))));
        }
        return svg + "</svg>\n";
    }

    private static String label(int nines) {
        return nines == 0 ? "0 %" : nines == 1 ? "90 %" : nines == 2 ? "99 %" : "99." + "9".repeat(nines - 2) + " %";
    }

    private static boolean raw(Curve curve) {
        return curve.name().startsWith("raw");
    }

    private static String curve(Curve curve, String colour, int decades) {
        String points = curve.points().stream()
                .filter(point -> point.percentile() < 100)
                .map(point ->
                        String.format(Locale.ROOT, "%.1f,%.1f", x(point.percentile()), y(point.millis(), decades)))
                .collect(Collectors.joining(" "));
        return stroke(points, colour, raw(curve));
    }

    private static String stroke(String points, String colour, boolean dashed) {
        return "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" + colour + "\""
                + (dashed ? " stroke-dasharray=\"5 4\"" : "") + " points=\"" + points + "\"/>\n";
    }

    private static double x(double percentile) {
        double nines = Math.min(MOST_NINES, -Math.log10(1 - percentile / 100));
        return LEFT + (RIGHT - LEFT) * nines / MOST_NINES;
    }

    private static double y(double millis, int decades) {
        double share = Math.log10(Math.max(LEAST_MILLIS, millis) / LEAST_MILLIS) / decades;
        return BOTTOM - (BOTTOM - TOP) * share;
    }

    private static String line(double x1, double y1, double x2, double y2) {
        return String.format(
                Locale.ROOT,
                "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                x1,
                y1,
                x2,
                y2);
    }

    private static String text(double x, double y, String text) {
        return String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n", x, y, StringHelper.xmlEncode(text));
    }
}
