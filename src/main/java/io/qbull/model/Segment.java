package io.qbull.model;

/**
 * One of the streams that make up the log of a partition: a stream of jobs that another partition has handed over for a resize, or the
 * partition's own stream. The natural order is that of the log: by layout version, then by source, and the own stream after all others.
 *
 * @param version the layout version for which the jobs came; {@link Integer#MAX_VALUE} of the own stream
 * @param source index of the partition that they came from; zero of the own stream
 */
public record Segment(int version, int source) implements Comparable<Segment> {
    /** The partition's own stream, to which producers add. */
    public static final Segment OWN = new Segment(Integer.MAX_VALUE, 0);

    /**
     * @param text as {@link #toString} returns it
     * @return the segment
     * @throws IllegalArgumentException if {@code text} has another form
     */
    public static Segment parse(String text) {
        if (text.isEmpty()) {
            return OWN;
        }
        int colon = text.indexOf(':');
        try {
            return new Segment(
                    Integer.parseUnsignedInt(text, 0, Math.max(0, colon), 10),
                    Integer.parseUnsignedInt(text, colon + 1, text.length(), 10));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'" + Printable.of(text) + "' is no segment such as 2:7", e);
        }
    }

    /**
     * @return whether it is the partition's own stream
     */
    public boolean own() {
        return equals(OWN);
    }

    @Override
    public int compareTo(Segment other) {
        return version != other.version
                ? Integer.compare(version, other.version)
                : Integer.compare(source, other.source);
    }

    /** {@code version:source}; empty for the own stream. */
    @Override
    public String toString() {
        return own() ? "" : version + ":" + source;
    }
}
