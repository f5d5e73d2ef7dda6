package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.model.DurationText;
import io.qbull.model.Printable;
import java.time.Duration;

/** Reads durations of one second or more from settings and command-line options. */
public final class Durations {
    private static final Duration LEAST = Duration.ofSeconds(1);
    /** Time spans beyond this overflow when they are added to a date. */
    private static final Duration MOST = Duration.ofHours(999_999_999);

    private Durations() {}

    /**
     * @param name of the setting, for the message
     * @param text as {@link DurationText#withUnit} reads it
     * @return at least one second
     * @throws CliException if the text is no duration, or the duration is shorter or too long
     */
    public static Duration read(String name, String text) throws CliException {
        Duration duration = DurationText.withUnit(text);
        if (duration == null) {
            throw CliException.setting(
                    name,
                    Printable.of(text),
                    "must be 1s or more, a number with a unit or ISO 8601: 1500ms, 15s, 2m, 1h, 1d, PT10M");
        }
        if (duration.compareTo(LEAST) < 0) {
            throw CliException.setting(name, text, "must be 1s or more");
        }
        if (duration.compareTo(MOST) > 0) {
            throw CliException.setting(name, text, "must be at most " + MOST.toHours() + "h");
        }
        return duration;
    }
}
