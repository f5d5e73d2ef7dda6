package io.qbull.model;

/**
 * The fencing token of a lease. It only grows, and every script that acts for an owner compares it.
 *
 * @param value positive; at least the server's time in microseconds when the lease was acquired
 */
public record Epoch(long value) implements Comparable<Epoch> {
    /**
     * @param text decimal digits
     * @return the epoch
     * @throws NumberFormatException if {@code text} is not a number
     */
    public static Epoch parse(String text) {
        return new Epoch(Long.parseLong(text));
    }

    @Override
    public int compareTo(Epoch other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
