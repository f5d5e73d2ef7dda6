package io.qbull.model;

/**
 * The fencing token of a lease: it only grows, and every mutating script of an owner compares it.
 *
 * @param value positive; at least the microseconds of Redis TIME at the acquisition
 */
public record Epoch(long value) implements Comparable<Epoch> {
    /**
     * @param text decimal digits
     * @return the epoch
     * @throws NumberFormatException if {@code text} is no number
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
