package io.qbull.model;

import java.util.List;

/**
 * How many partitions each pod owns once all is balanced: between {@link #least} and {@link #most}, which differ by one where the
 * partitions cannot be shared equally. All pods that know of the same pods come to the same result, so no pod has to lead them. Pure.
 *
 * <p>Pods that name a number own that many, if they have room for all partitions. Otherwise, and where some pod wants a fair share, each
 * owns as many as the others, except that none owns more than it may: water poured into vessels of different heights stands at one level.
 *
 * @param asWanted whether each pod owns what it wants
 * @param scarce whether the pods want fewer than there are, so that each may own more than it wants
 * @param level as many has each pod that may
 * @param rest whether some of them have one more
 */
public record Shares(boolean asWanted, boolean scarce, int level, boolean rest) {
    /**
     * @param partitions of the queue
     * @param pods all living ones
     * @return the shares
     */
    public static Shares of(int partitions, List<Capacity> pods) {
        boolean scarce = pods.stream().mapToLong(Capacity::limit).sum() < partitions;
        boolean asWanted = !scarce && pods.stream().noneMatch(Capacity::fairShare);
        int[] limits = pods.stream()
                .mapToInt(pod -> scarce ? pod.most() : pod.limit())
                .sorted()
                .toArray();
        int left = partitions;
        for (int i = 0; i < limits.length; i++) {
            int others = limits.length - i;
            if (limits[i] > left / others) {
                return new Shares(asWanted, scarce, left / others, left % others > 0);
            }
            left -= limits[i];
        }
        return new Shares(asWanted, scarce, Integer.MAX_VALUE, false);
    }

    /**
     * With fewer a pod asks another one that has more than its own least.
     *
     * @param pod a living pod
     * @return its least
     */
    public int least(Capacity pod) {
        return asWanted ? pod.wanted() : Math.min(limit(pod), level);
    }

    /**
     * With more a pod gives one to any pod that has fewer than its own most.
     *
     * @param pod a living pod
     * @return its most
     */
    public int most(Capacity pod) {
        return asWanted ? pod.wanted() : Math.min(limit(pod), rest ? level + 1 : level);
    }

    private int limit(Capacity pod) {
        return scarce ? pod.most() : pod.limit();
    }
}
