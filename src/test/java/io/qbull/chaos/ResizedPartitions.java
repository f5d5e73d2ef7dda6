package io.qbull.chaos;

import io.qbull.model.KeyHash;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The partitions of queues that are resized. While that goes on, a job may run in its partition by the old layout or by the new one.
 */
final class ResizedPartitions implements Placement {
    private final Partitions all;
    /** The numbers of partitions that a queue may have now. */
    private final Map<String, Set<Integer>> sizes = new ConcurrentHashMap<>();

    /**
     * @param queues their names
     * @param each how many partitions each has at first
     * @param most how many it has at most
     */
    ResizedPartitions(List<String> queues, int each, int most) {
        this.all = new Partitions(queues, most);
        queues.forEach(queue -> sizes.put(queue, Set.of(each)));
    }

    /** All partitions that may ever be. */
    Partitions all() {
        return all;
    }

    /** A resize is about to begin, unless something prevents it. */
    void mayBecome(String queue, int partitions) {
        sizes.merge(
                queue,
                Set.of(partitions),
                (known, more) -> Stream.concat(known.stream(), more.stream()).collect(Collectors.toSet()));
    }

    /** It has begun, so any earlier one is done. */
    void becomes(String queue, int from, int to) {
        sizes.put(queue, Stream.of(from, to).collect(Collectors.toSet()));
    }

    /** The streams in which jobs with this key may be now. */
    Set<String> of(String queue, String key) {
        return sizes.getOrDefault(queue, Set.of()).stream()
                .map(size -> queue + ":" + Long.remainderUnsigned(KeyHash.XXH64.hash(key), size))
                .collect(Collectors.toSet());
    }

    @Override
    public boolean fits(String queue, String key, String stream) {
        return of(queue, key).contains(stream);
    }
}
