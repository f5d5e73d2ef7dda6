package io.qbull.resize;

import io.qbull.model.Layout;
import io.qbull.model.Resize;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What was read of the layouts and the partitions of a queue.
 *
 * @param layouts its layouts
 * @param partitions the state of each partition of any known layout and of the intended one, by its index
 */
public record ResizeStatus(LayoutState layouts, List<PartitionState> partitions) {
    /**
     * @throws IllegalArgumentException if there are less states than partitions
     */
    public ResizeStatus {
        partitions = List.copyOf(partitions);
        if (partitions.size() < most(layouts)) {
            throw new IllegalArgumentException(partitions.size() + " states for " + most(layouts) + " partitions");
        }
    }

    /**
     * @param layouts of a queue
     * @return the largest number of partitions among them and the intended one
     */
    static int most(LayoutState layouts) {
        int most = layouts.current().partitions();
        Resize resize = layouts.resize();
        if (resize != null) {
            most = Math.max(most, resize.to());
        }
        for (Earlier earlier : layouts.earlier()) {
            most = Math.max(most, earlier.layout().partitions());
        }
        return most;
    }

    /**
     * @return the layout by which jobs are added
     */
    public Layout current() {
        return layouts.current();
    }

    /**
     * A resize is under way from its intent until all jobs of the new layout may run, which is some time after that layout has become
     * current.
     *
     * @return how far the resize is that is under way; null if there is none
     */
    public @Nullable ResizeProgress progress() {
        Resize resize = resize(layouts);
        boolean current = layouts.resize() == null;
        if (resize == null || (current && notStarted().isEmpty())) {
            return null;
        }
        return new ResizeProgress(
                new ResizePlan(resize),
                current,
                partitions.stream().map(PartitionState::stage).toList());
    }

    /**
     * @param layouts of a queue
     * @return the resize that is intended or, if there is none, the one that made the current layout; null if that is the first one, or
     *     if the one before is not remembered
     */
    public static @Nullable Resize resize(LayoutState layouts) {
        Layout current = layouts.current();
        return layouts.resize() != null
                ? layouts.resize()
                : layouts.earlier().stream()
                        .map(Earlier::layout)
                        .filter(layout -> layout.version() == current.version() - 1)
                        .filter(layout -> layout.partitions() != current.partitions())
                        .findFirst()
                        .map(layout -> new Resize(current.version(), layout.partitions(), current.partitions()))
                        .orElse(null);
    }

    /**
     * @return the partitions that wait for the last resize; as long as there are any, no other one can begin
     */
    public List<Integer> notStarted() {
        return IntStream.range(0, current().partitions())
                .filter(index ->
                        partitions.get(index).stage().started() < current().version())
                .boxed()
                .toList();
    }

    /**
     * @return the partitions of the old layout that have not moved; none if no resize is under way
     */
    public Set<Integer> unmoved() {
        ResizeProgress progress = progress();
        return progress == null
                ? Set.of()
                : IntStream.range(0, progress.plan().resize().from())
                        .filter(index -> partitions.get(index).stage().moved()
                                < progress.plan().version())
                        .boxed()
                        .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * @return the highest version by which a partition takes jobs or is closed, if the layouts that were read do not know it: either it
     *     began after they were read, or they were lost; else 0
     */
    int unknownVersion() {
        int highest = partitions.stream()
                .mapToInt(partition -> partition.stage().seal().version())
                .max()
                .orElse(0);
        return highest > version(layouts) ? highest : 0;
    }

    /**
     * @param layouts of a queue
     * @return the highest version among them, that of the resize under way included
     */
    static int version(LayoutState layouts) {
        Resize resize = layouts.resize();
        return resize == null ? layouts.current().version() : resize.version();
    }

    /**
     * Partitions that only an earlier layout has may still have entries, such as those that other programs add there.
     *
     * @return the number of partitions that need owners, counted from zero
     */
    public int inUse() {
        ResizeProgress progress = progress();
        int least = current().partitions();
        if (progress != null) {
            least = Math.max(
                    progress.plan().resize().from(), progress.plan().resize().to());
        }
        return inUse(least, partitions.subList(least, partitions.size()));
    }

    /** The same if the last ones are these, and no others but the first so many are needed in any case. */
    static int inUse(int least, List<PartitionState> others) {
        return others.stream()
                .filter(state -> state.jobs() > 0)
                .mapToInt(state -> state.index() + 1)
                .max()
                .orElse(least);
    }
}
