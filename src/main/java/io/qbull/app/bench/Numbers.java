package io.qbull.app.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the report writes numbers. */
final class Numbers {
    private static final int LARGE = 100;

    private Numbers() {}

    /** A value with its unit. */
    static String of(double value, String unit) {
        String text = value >= LARGE || value == Math.rint(value)
                ? String.format(Locale.ROOT, "%,.0f", value)
                : String.format(Locale.ROOT, value < 1 ? "%.3f" : "%.2f", value);
        return unit.isEmpty() ? text : text + " " + unit;
    }

    /** The value of the limit; empty without one. */
    static String limit(Figure figure) {
        Double limit = figure.limit();
        return limit == null ? "" : of(limit, figure.unit());
    }

    /** Two digits; empty without a ratio. */
    static String ratio(Figure figure) {
        Double ratio = figure.ratio();
        return ratio == null ? "" : String.format(Locale.ROOT, "%.2f", ratio);
    }

    /** Percent with a sign; empty without a change. */
    static String change(@Nullable Double percent) {
        return percent == null ? "" : String.format(Locale.ROOT, "%+.0f %%", percent);
    }

    /** Between the rounds; empty for a single one. */
    static String spread(Figure figure) {
        Double spread = figure.spread();
        return spread == null ? "" : String.format(Locale.ROOT, "%.0f %%", 100 * spread);
    }
}
