package io.qbull.model;

/**
 * A change of the number of partitions of a queue.
 *
 * @param version version of the new layout, 2 or more
 * @param from number of partitions before, 1 to {@link Layout#MOST_PARTITIONS}
 * @param to number of partitions afterwards, in the same range
 */
public record Resize(int version, int from, int to) {
    /**
     * @throws IllegalArgumentException if a number is out of range, or if nothing would change
     */
    public Resize {
        if (version < 2) {
            throw new IllegalArgumentException("the version (" + version + ") of a resized layout must be 2 or more");
        }
        if (from == to) {
            throw new IllegalArgumentException("the queue has " + to + " partitions already");
        }
        Layout.check(from);
        Layout.check(to);
    }

    /**
     * @return the layout before
     */
    public Layout before() {
        return new Layout(version - 1, from);
    }

    /**
     * @return the layout afterwards
     */
    public Layout after() {
        return new Layout(version, to);
    }
}
