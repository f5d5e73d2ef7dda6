package io.qbull.model;

import java.util.regex.Pattern;

/**
 * The name of a worker process.
 *
 * @param value 1 to 200 characters of {@code A-Z a-z 0-9 _ . : -}
 */
public record PodId(String value) implements Comparable<PodId> {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_.:-]{1,200}");

    /**
     * @throws IllegalArgumentException if {@code value} breaks the rule above
     */
    public PodId {
        if (!LEGAL.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "pod id '" + Printable.of(value) + "' must be 1 to 200 characters of A-Z a-z 0-9 _ . : -");
        }
    }

    @Override
    public int compareTo(PodId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
