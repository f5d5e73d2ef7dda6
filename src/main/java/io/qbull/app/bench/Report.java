package io.qbull.app.bench;

import java.util.List;
import java.util.Map;

/**
 * What a run has found.
 *
 * @param setup what it ran on and with, in the order to print
 * @param figures measured, in the order of the parts
 * @param curves of latencies
 * @param violations promises that were broken; empty if none was
 */
record Report(Map<String, String> setup, List<Figure> figures, List<Curve> curves, List<String> violations) {
    /** Copies the lists. */
    Report {
        figures = List.copyOf(figures);
        curves = List.copyOf(curves);
        violations = List.copyOf(violations);
    }
}
