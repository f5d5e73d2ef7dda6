package io.qbull.model;

import java.util.regex.Pattern;

/**
 * The name of a resumable source of jobs: a file, or a bulk request that may be repeated. A pod that reads the source again, for
 * example after a crash, uses the same name, so that no record is added twice.
 *
 * @param value 1 to 100 characters of {@code A-Z a-z 0-9 _ . -}; unique within its queue for all time
 */
public record SourceId(String value) {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    /**
     * @throws IllegalArgumentException if {@code value} breaks the rule above
     */
    public SourceId {
        if (!LEGAL.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "source '" + Printable.of(value) + "' must be 1 to 100 characters of A-Z a-z 0-9 _ . -");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
