package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.model.Printable;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 1500ms}, {@code 15s}, {@code 2m}, {@code 1h}. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)");
    private static final Duration LEAST = Duration.ofSeconds(1);

    private Durations() {}

    /**
     * @param name of the setting, for the message
     * @param text what was given
     * @return at least one second
     */
    public static Duration read(String name, String text) throws CliException {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw CliException.setting(
                    name, Printable.of(text), "must be 1s or more, a number with a unit: 1500ms, 15s, 2m, 1h");
        }
        long amount = Long.parseLong(matcher.group(1));
        Duration duration = switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
        if (duration.compareTo(LEAST) < 0) {
            throw CliException.setting(name, text, "must be 1s or more");
        }
        return duration;
    }
}
