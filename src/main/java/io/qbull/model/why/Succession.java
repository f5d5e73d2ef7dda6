package io.qbull.model.why;

import io.qbull.model.Capacity;
import io.qbull.model.Shares;
import io.qbull.model.why.LeaseCause.Ended;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Who takes a partition that has no owner. Pure. */
public final class Succession {
    private Succession() {}

    /**
     * A living pod.
     *
     * @param name of the pod
     * @param capacity how many partitions it wants and may own
     * @param owned how many it owns
     */
    public record Pod(String name, Capacity capacity, int owned) {}

    /**
     * @param ended how the last lease of the partition ended
     * @param partitions of the queue
     * @param pods the living ones
     * @return why the partition has no owner
     */
    public static LeaseCause cause(Ended ended, int partitions, List<Pod> pods) {
        if (pods.isEmpty()) {
            return new LeaseCause.NoConsumer();
        }
        Shares shares = Shares.of(partitions, pods.stream().map(Pod::capacity).toList());
        String heirs = heirs(pods, pod -> pod.owned() < shares.most(pod.capacity()));
        if (heirs.isEmpty()) {
            heirs = heirs(pods, pod -> pod.owned() < pod.capacity().most());
        }
        if (!heirs.isEmpty()) {
            return new LeaseCause.NoOwner(ended, heirs);
        }
        long most = pods.stream().map(Pod::capacity).mapToLong(Capacity::most).sum();
        return new LeaseCause.NoCapacity(ended, pods.size(), most);
    }

    /** Those that own the fewest of all that may take one more. */
    private static String heirs(List<Pod> pods, Predicate<Pod> room) {
        List<Pod> may = pods.stream()
                .filter(room)
                .sorted(Comparator.comparingInt(Pod::owned).thenComparing(Pod::name))
                .toList();
        if (may.isEmpty()) {
            return "";
        }
        String first = "pod " + may.get(0).name();
        return switch (may.size()) {
            case 1 -> first;
            case 2 -> first + " or " + may.get(1).name();
            default -> first + " or one of " + (may.size() - 1) + " others";
        };
    }
}
