package io.qbull.ops.status;

import io.qbull.model.PartitionId;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LeaseTable;
import io.qbull.store.Rounds;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Looks at queues twice, a second apart, each time after their owners had the time to say how many jobs have ended. */
public final class SecondLook {
    /** An owner that is reminded renews its leases at once. */
    private static final Duration RENEWAL = Duration.ofMillis(250);

    private static final Duration BETWEEN = Duration.ofSeconds(1).minus(RENEWAL);
    private static final int AT_ONCE = 16;

    private final LeaseTable leases;
    private final Function<Duration, CompletionStage<Void>> pause;
    private final LongSupplier nanos;

    /**
     * @param leases of an open store
     * @param pause completes after so long
     * @param nanos a clock
     */
    public SecondLook(LeaseTable leases, Function<Duration, CompletionStage<Void>> pause, LongSupplier nanos) {
        this.leases = leases;
        this.pause = pause;
        this.nanos = nanos;
    }

    /**
     * @param found queues
     * @param again reads them
     * @return both looks at them
     */
    public CompletionStage<Overview> at(
            List<QueueStatus.Present> found, Supplier<CompletionStage<List<QueueStatus.Present>>> again) {
        return look(found, again)
                .thenCompose(first -> pause.apply(BETWEEN)
                        .thenCompose(rested -> look(first.queues, again))
                        .thenApply(last ->
                                new Overview(first.queues, last.queues, Duration.ofNanos(last.nanos - first.nanos))));
    }

    private record Look(List<QueueStatus.Present> queues, long nanos) {}

    private CompletionStage<Look> look(
            List<QueueStatus.Present> known, Supplier<CompletionStage<List<QueueStatus.Present>>> again) {
        return remind(known)
                .thenCompose(reminded -> pause.apply(RENEWAL))
                .thenCompose(rested -> again.get())
                .thenApply(queues -> new Look(queues, nanos.getAsLong()));
    }

    /** One partition of each owner of a queue: it renews all of its leases there together. */
    private CompletionStage<?> remind(List<QueueStatus.Present> queues) {
        Map<String, PartitionId> owners = new LinkedHashMap<>();
        for (QueueStatus.Present queue : queues) {
            for (Read partition : queue.readable()) {
                if (partition.owner() != null) {
                    owners.putIfAbsent(
                            queue.queue() + " " + partition.owner(), new PartitionId(queue.queue(), partition.index()));
                }
            }
        }
        return Rounds.of(
                AT_ONCE,
                List.copyOf(owners.values()),
                // A right may be missing: then the rates stay unknown.
                id -> leases.remind(id).handle((done, failure) -> failure == null));
    }
}
