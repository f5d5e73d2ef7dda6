package io.qbull.ops.why;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.Store;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The partitions in which jobs of a queue may be. Jobs move some time after the layout has changed, and ids are remembered where they were
 * added, so the partitions of all known layouts are among them.
 *
 * @param queue the queue
 * @param current the layout by which jobs are added
 * @param layouts all known ones, by version
 * @param keyHash how keys are mapped to partitions
 */
record Places(QueueName queue, Layout current, List<Layout> layouts, KeyHash keyHash) {
    /** Empty if there is no such queue. */
    static CompletionStage<Optional<Places>> of(Store store, QueueName queue) {
        return store.heldKeys()
                .partitions(queue)
                .thenCompose(count -> count == 0
                        ? CompletableFuture.completedStage(Optional.empty())
                        : store.resize()
                                .state(queue)
                                // A queue without a record was created by an older release, which knew one hash only.
                                .thenCombine(
                                        store.layouts().keyHash(queue),
                                        (state, hash) -> Optional.of(new Places(
                                                queue, state.current(), all(state), hash.orElse(KeyHash.XXH64)))));
    }

    private static List<Layout> all(LayoutState state) {
        List<Layout> all = new ArrayList<>();
        state.earlier().stream().map(Earlier::layout).forEach(all::add);
        all.add(state.current());
        Resize resize = state.resize();
        if (resize != null) {
            all.add(resize.after());
        }
        return List.copyOf(all);
    }

    /** Those that had jobs by any layout. */
    List<PartitionId> all() {
        int most = layouts.stream().mapToInt(Layout::partitions).max().orElse(0);
        return IntStream.range(0, most)
                .mapToObj(index -> new PartitionId(queue, index))
                .toList();
    }

    /** The partition with this index, or all; none if there is no such partition. */
    List<PartitionId> at(@Nullable Integer index) {
        List<PartitionId> all = all();
        if (index == null) {
            return all;
        }
        return index < all.size() ? List.of(all.get(index)) : List.of();
    }

    /** Those of a key: what leaves one of them goes to one that follows. All partitions if there is no key. */
    List<PartitionId> of(@Nullable String key) {
        if (key == null) {
            return all();
        }
        Set<PartitionId> places = new LinkedHashSet<>();
        for (Layout layout : layouts) {
            PartitionId place = layout.partitionOf(queue, keyHash, key);
            // In it again, it stands where it belongs by the last layout.
            places.remove(place);
            places.add(place);
        }
        return List.copyOf(places);
    }
}
