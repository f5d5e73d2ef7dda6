package io.qbull.component;

import io.qbull.model.Due;
import io.qbull.model.DurationText;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads when a receiver wants to be asked again. Pure. */
final class RetryAfter {
    private static final Pattern SECONDS = Pattern.compile("\\d+");
    /** Numbers with more digits mean the longest wait. */
    private static final int MOST_DIGITS = 9;

    private RetryAfter() {}

    /**
     * @param value of the header {@code CamelQbullRetryAfter}
     * @return the time; null if the value is none
     */
    static @Nullable Due ofHeader(Object value) {
        if (value instanceof Duration wait) {
            return new Due.In(wait);
        }
        if (value instanceof Instant time) {
            return new Due.At(time);
        }
        return ofText(String.valueOf(value).strip());
    }

    /**
     * @param headers of an HTTP answer
     * @return what its {@code Retry-After} says; null if there is none that can be read. A date is compared with the answer's own {@code
     *     Date}, because the clocks of two machines differ
     */
    static @Nullable Due ofAnswer(Map<?, ?> headers) {
        Due due = ofText(header(headers, "Retry-After"));
        Instant sent = httpDate(header(headers, "Date"));
        return due instanceof Due.At at && sent != null ? new Due.In(Duration.between(sent, at.time())) : due;
    }

    private static @Nullable Due ofText(String text) {
        if (SECONDS.matcher(text).matches()) {
            return new Due.In(text.length() > MOST_DIGITS ? Due.LONGEST : Duration.ofSeconds(Long.parseLong(text)));
        }
        Duration wait = DurationText.withUnit(text);
        if (wait != null) {
            return new Due.In(wait);
        }
        Instant time = httpDate(text);
        if (time == null) {
            time = isoTime(text);
        }
        return time == null ? null : new Due.At(time);
    }

    private static String header(Map<?, ?> headers, String name) {
        for (Map.Entry<?, ?> each : headers.entrySet()) {
            if (name.equalsIgnoreCase(String.valueOf(each.getKey()))) {
                return String.valueOf(each.getValue()).strip();
            }
        }
        return "";
    }

    private static @Nullable Instant httpDate(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static @Nullable Instant isoTime(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }
}
