package io.qbull.ops.why;

import io.qbull.model.PartitionId;
import io.qbull.model.Pauses;
import io.qbull.ops.why.Situation.Fleet;
import io.qbull.ops.why.Situation.ResizeView;
import io.qbull.resize.ResizeProgress;
import io.qbull.resize.ResizeStatus;
import io.qbull.store.Examiner.JobView;
import io.qbull.store.Examiner.Partition;
import io.qbull.store.Examiner.Server;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.LivingPods;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the facts of some partitions. Thread-safe; nothing blocks; fails with a {@link io.qbull.store.StoreException}. */
final class FactGatherer {
    /** Partitions that are read at once. */
    private static final int AT_ONCE = 16;

    private static final Duration FOREVER = Duration.ofDays(100_000);

    private final Store store;
    private final Supplier<CompletionStage<Void>> pause;

    /**
     * @param store an open store
     * @param pause completes when owners have had time to renew
     */
    FactGatherer(Store store, Supplier<CompletionStage<Void>> pause) {
        this.store = store;
        this.pause = pause;
    }

    /**
     * @param places the partitions of a queue
     * @param resized the resize that is under way; null if there is none
     * @return its living pods, and what concerns the queue
     */
    CompletionStage<Fleet> fleet(Places places, @Nullable ResizeStatus resized) {
        int partitions = resized == null ? places.current().partitions() : resized.inUse();
        ResizeProgress progress = resized == null ? null : resized.progress();
        ResizeView resize = progress == null ? null : new ResizeView(progress, places.keyHash());
        return LivingPods.read(store, places.queue(), partitions)
                .thenCombine(
                        store.pauses().pauses(places.queue(), Pauses.UNKNOWN),
                        (pods, pauses) -> new Fleet(partitions, pods, pauses.all(), resize));
    }

    /**
     * @param partitions some
     * @return each as it stands; one that cannot be read fails the whole
     */
    CompletionStage<List<Partition>> partitions(List<PartitionId> partitions) {
        return Rounds.of(AT_ONCE, partitions, store.examiner()::partition);
    }

    /**
     * Looks closely, after the owners had the time to say what they do.
     *
     * @param subject what is asked about
     * @param fleet the pods
     * @param before the partitions, as they stood before
     * @return what is known of each
     */
    CompletionStage<List<Situation>> closely(Subject subject, Fleet fleet, List<Partition> before) {
        return remind(before)
                .thenCompose(reminded -> reminded ? pause.get() : CompletableFuture.completedStage(null))
                .thenCompose(done -> Rounds.of(AT_ONCE, before, each -> closely(subject, fleet, each)));
    }

    /** One partition of each owner: it renews all of its leases together. */
    private CompletionStage<Boolean> remind(List<Partition> partitions) {
        Map<String, PartitionId> owners = new LinkedHashMap<>();
        partitions.stream()
                .filter(each -> each.lease().alive() && each.lease().owner() != null)
                .forEach(each -> owners.putIfAbsent(String.valueOf(each.lease().owner()), each.id()));
        return Rounds.of(
                        AT_ONCE,
                        List.copyOf(owners.values()),
                        id -> store.leases()
                                .remind(id)
                                // A right may be missing: then what was said at the last renewal must do.
                                .handle((done, failure) -> failure == null))
                .thenApply(each -> each.contains(true));
    }

    private CompletionStage<Situation> closely(Subject subject, Fleet fleet, Partition before) {
        PartitionId id = before.id();
        CompletableFuture<Server> server = store.examiner().server(id).toCompletableFuture();
        CompletableFuture<List<HeldKey>> held =
                before.held() == 0 ? CompletableFuture.completedFuture(List.of()) : heldKeys(id);
        return store.examiner()
                .partition(id)
                .thenCompose(now -> keyOfHead(now)
                        .thenCombine(held, (first, others) -> together(first, others))
                        .thenCombine(
                                server,
                                (keys, where) -> new Situation(subject, where, fleet, now, keys, moved(before, now))));
    }

    private CompletableFuture<List<HeldKey>> heldKeys(PartitionId id) {
        return store.heldKeys()
                .read(id, "")
                .thenApply(page -> page.keys().stream()
                        .sorted(Comparator.comparing(FactGatherer::dueIn))
                        .toList())
                .toCompletableFuture();
    }

    private static Duration dueIn(HeldKey key) {
        Duration dueIn = key.pause().dueIn();
        return dueIn == null ? FOREVER : dueIn;
    }

    /** Whether the first entry stands still only because its key is held, with Redis too full to move it. */
    private CompletionStage<@Nullable HeldKey> keyOfHead(Partition now) {
        JobView head = now.head();
        if (head == null || head.key().isEmpty() || now.held() == 0) {
            return CompletableFuture.completedStage(null);
        }
        return store.heldKeys()
                .find(now.id(), head.key())
                .thenApply(page -> page.keys().isEmpty() ? null : page.keys().get(0));
    }

    private static List<HeldKey> together(@Nullable HeldKey first, List<HeldKey> others) {
        if (first == null) {
            return others;
        }
        List<HeldKey> all = new ArrayList<>(others);
        if (all.stream().noneMatch(key -> key.tag().equals(first.tag()))) {
            all.add(first);
        }
        return List.copyOf(all);
    }

    private static boolean moved(Partition before, Partition now) {
        JobView was = before.head();
        JobView is = now.head();
        boolean same = was == null ? is == null : is != null && was.entry().equals(is.entry());
        return !same || now.backlog() < before.backlog() || now.held() < before.held();
    }

    /**
     * The partitions that deserve a close look.
     *
     * @param all partitions
     * @param most how many
     * @return those with jobs, without an owner first, then by the age of their first job
     */
    static List<Partition> worst(List<Partition> all, int most) {
        return all.stream()
                .filter(each -> each.jobs() > 0)
                .sorted(Comparator.comparing((Partition each) -> each.lease().alive())
                        .thenComparing(each -> each.lease().report() == null)
                        .thenComparing(Partition::headAge, Comparator.reverseOrder())
                        .thenComparing(each -> each.held() == 0))
                .limit(most)
                .collect(Collectors.toUnmodifiableList());
    }
}
