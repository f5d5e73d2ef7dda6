package io.qbull.model;

import java.nio.charset.StandardCharsets;

/**
 * The id of a job, given by its caller or generated.
 *
 * @param value 1 to 256 bytes of UTF-8 without control characters
 */
public record JobId(String value) {
    private static final int LONGEST = 256;

    /**
     * @throws IllegalArgumentException if {@code value} breaks the rule above
     */
    public JobId {
        int bytes = value.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > LONGEST || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "job id '" + Printable.of(value) + "' must be 1 to 256 bytes without control characters");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
