package io.qbull.ops.held;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.ops.Change;
import io.qbull.ops.Summary;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.OwnerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one change: sends them to the owners for each key whose first job has failed, and waits until they are carried out.
 * For one scan; its steps come one after another; not thread-safe.
 */
final class HeldKeyRequests implements HeldKeyScan.Visitor {
    /** After this many looks a request that is still open counts as pending. */
    private static final int LOOKS = 50;

    private final HeldKeyTable table;
    private final Supplier<CompletionStage<Void>> pause;
    private final Change change;
    private final ToLongFunction<PartitionId> until;
    private final Map<PartitionId, List<StreamId>> open = new TreeMap<>();
    private long found;
    private long answered;
    private long requested;

    /**
     * @param pause completes when it is time for the next look
     * @param until the time (ms) of the last failure that counts, by the clock of the partition's server
     */
    HeldKeyRequests(
            HeldKeyTable table,
            Supplier<CompletionStage<Void>> pause,
            Change change,
            ToLongFunction<PartitionId> until) {
        this.table = table;
        this.pause = pause;
        this.change = change;
        this.until = until;
    }

    @Override
    public CompletionStage<Boolean> see(List<HeldKey> page) {
        List<HeldKey> failed = page.stream().filter(this::failed).toList();
        found += failed.size();
        if (failed.isEmpty() || change == Change.COUNT) {
            return CompletableFuture.completedStage(true);
        }
        PartitionId partition = failed.get(0).partition();
        OwnerRequest request = change == Change.RETRY ? OwnerRequest.RETRY : OwnerRequest.DROP;
        return table.ask(partition, request, failed).thenApply(requests -> {
            answered += failed.size();
            requested += requests.size();
            if (!requests.isEmpty()) {
                open.computeIfAbsent(partition, each -> new ArrayList<>()).addAll(requests);
            }
            return true;
        });
    }

    private boolean failed(HeldKey key) {
        return key.pause().attempts() > 0 && key.pause().failedAtMillis() <= until.applyAsLong(key.partition());
    }

    /**
     * Waits until the owners have carried out all requests, but not longer than {@value #LOOKS} pauses.
     *
     * @param failure that ended the scan; null if there was none
     * @return what became of the keys; does not fail
     */
    CompletionStage<Summary> settle(@Nullable Throwable failure) {
        return look(LOOKS).handle((done, late) -> summary(failure == null ? late : failure));
    }

    private CompletionStage<@Nullable Void> look(int left) {
        CompletionStage<@Nullable Void> looked = CompletableFuture.completedStage(null);
        for (PartitionId partition : List.copyOf(open.keySet())) {
            looked = looked.thenCompose(before -> look(partition));
        }
        return looked.thenCompose(done -> open.isEmpty() || left == 1
                ? CompletableFuture.completedStage(null)
                : pause.get().thenCompose(over -> look(left - 1)));
    }

    private CompletionStage<@Nullable Void> look(PartitionId partition) {
        List<StreamId> requests = open.getOrDefault(partition, List.of());
        return table.open(partition, requests.get(0), requests.get(requests.size() - 1))
                .thenApply(first -> {
                    // Owners do not keep the order: a request whose job is running delays no other.
                    Set<StreamId> still = Set.copyOf(first);
                    boolean all = first.size() < HeldKeyTable.MOST_OPEN;
                    requests.removeIf(each ->
                            !still.contains(each) && (all || each.compareTo(first.get(first.size() - 1)) < 0));
                    if (requests.isEmpty()) {
                        open.remove(partition);
                    }
                    return null;
                });
    }

    private Summary summary(@Nullable Throwable failure) {
        long pending = open.values().stream().mapToLong(List::size).sum();
        long unanswered = change == Change.COUNT ? 0 : found - answered;
        return Summary.of(found, requested - pending, pending, answered - requested, unanswered, failure);
    }
}
