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
