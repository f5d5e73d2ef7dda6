package io.qbull.model;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads durations that are written as text: a number with a unit such as {@code 10m} (ms, s, m, h, d), or ISO 8601 such as {@code
 * PT10M}. Settings, headers, query parameters, records and command-line options are all read here. The options of an endpoint are not:
 * Camel converts them before the component sees them, by rules that accept more ({@code 1h30m}) but no space before the unit.
 */
public final class DurationText {
    private static final Pattern NUMBER = Pattern.compile("(\\d{1,12})(\\s*)(ms|s|m|h|d)?");

    private DurationText() {}

    /**
     * Reads what people type: there may be a space before the unit, which must not be missing.
     *
     * @param text any
     * @return the duration; null if the text is none
     */
    public static @Nullable Duration withUnit(String text) {
        Matcher number = NUMBER.matcher(text);
        if (!number.matches()) {
            return iso(text);
        }
        return number.group(3) == null ? null : of(number);
    }

    /**
     * Reads what programs write: there is no space before the unit, and a number without a unit means milliseconds.
     *
     * @param text any
     * @return the duration; null if the text is none
     */
    public static @Nullable Duration orMillis(String text) {
        Matcher number = NUMBER.matcher(text);
        if (!number.matches()) {
            return iso(text);
        }
        return number.group(2).isEmpty() ? of(number) : null;
    }

    /**
     * Writes what people read, with the two largest units; below ten seconds with a tenth.
     *
     * @param duration any; less than zero counts as zero, because clocks differ
     * @return such as {@code 825 ms}, {@code 4.2 s}, {@code 12 s}, {@code 3 min 20 s}, {@code 2 h 5 min} or {@code 1 d}
     */
    public static String of(Duration duration) {
        long millis = Math.max(0, duration.toMillis());
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < 10_000 && millis % 1000 >= 100) {
            return millis / 1000 + "." + millis % 1000 / 100 + " s";
        }
        if (millis < 60_000) {
            return millis / 1000 + " s";
        }
        if (millis < 3_600_000) {
            return two(duration.toMinutes(), " min", duration.toSecondsPart(), " s");
        }
        if (millis < 86_400_000) {
            return two(duration.toHours(), " h", duration.toMinutesPart(), " min");
        }
        return two(duration.toDays(), " d", duration.toHoursPart(), " h");
    }

    private static String two(long large, String unit, int small, String smallUnit) {
        return large + unit + (small == 0 ? "" : " " + small + smallUnit);
    }

    private static Duration of(Matcher number) {
        long amount = Long.parseLong(number.group(1));
        String unit = number.group(3) == null ? "ms" : number.group(3);
        return switch (unit) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> Duration.ofMillis(amount);
        };
    }

    private static @Nullable Duration iso(String text) {
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
