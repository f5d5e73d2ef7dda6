package io.qbull.model;

/**
 * How many partitions of a queue a pod owns.
 *
 * @param wanted as many, if there are enough; {@link #FAIR_SHARE} for as many as the other pods
 * @param most the most that it takes where the pods want fewer than there are; at least {@code wanted}
 */
public record Capacity(int wanted, int most) {
    /** A pod that wants as many as the other pods. */
    public static final int FAIR_SHARE = 0;

    /**
     * @throws IllegalArgumentException if a pod wants fewer than none, or more than its most
     */
    public Capacity {
        if (wanted < FAIR_SHARE || most < wanted) {
            throw new IllegalArgumentException("a pod wants " + wanted + " partitions and at most " + most);
        }
    }

    /**
     * @return whether it wants as many as the other pods
     */
    public boolean fairShare() {
        return wanted == FAIR_SHARE;
    }

    /**
     * @param partitions of a queue
     * @return the same, but no more than those unless it wants more
     */
    public Capacity within(int partitions) {
        return new Capacity(wanted, Math.max(wanted, Math.min(most, partitions)));
    }

    /**
     * @return the most that it takes while other pods could take the rest
     */
    public int limit() {
        return fairShare() ? most : wanted;
    }
}
