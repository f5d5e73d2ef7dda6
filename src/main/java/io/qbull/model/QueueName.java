package io.qbull.model;

import java.util.regex.Pattern;

/**
 * The name of a queue. The alphabet keeps {@code NAME:3} and <code>{NAME:3}:lease</code> in one Redis Cluster slot.
 *
 * @param value 1 to 100 characters of {@code A-Z a-z 0-9 _ . -}
 */
public record QueueName(String value) implements Comparable<QueueName> {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9_.-]{1,100}");

    /**
     * @throws IllegalArgumentException if {@code value} breaks the rule above
     */
    public QueueName {
        if (!LEGAL.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "queue name '" + Printable.of(value) + "' must be 1 to 100 characters of A-Z a-z 0-9 _ . -");
        }
    }

    @Override
    public int compareTo(QueueName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
