package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Acquires leases. A repeat carries the nonce of the first attempt: if a lost attempt was carried out, the repeat gets the same lease.
 * Runs on the event loop.
 */
final class LeaseAcquirer {
    private static final Duration RETRY = Duration.ofMillis(100);

    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final LeaseContext context;
    private final Results results;
    private final Map<Integer, Pending> pending = new HashMap<>();
    private final CompletableFuture<Void> settled = new CompletableFuture<>();
    private boolean draining;

    /** Hears how acquisitions end. */
    @FunctionalInterface
    interface Results {
        /**
         * @param index the partition
         * @param result null if Redis did not answer for as long as a lease lives
         * @param sent when the attempt was sent that was answered
         * @param outOfDate whether the lease was announced meanwhile, so that a refusal may no longer hold
         */
        void ended(int index, @Nullable Acquisition result, long sent, boolean outOfDate);
    }

    /** An acquisition that may make this pod the owner. */
    private static final class Pending {
        final PartitionId partition;
        final LeaseOwner owner;
        final long deadline;
        boolean announced;

        Pending(PartitionId partition, LeaseOwner owner, long deadline) {
            this.partition = partition;
            this.owner = owner;
            this.deadline = deadline;
        }
    }

    LeaseAcquirer(LeaseDomain domain, LeaseSettings settings, LeaseContext context, Results results) {
        this.domain = domain;
        this.settings = settings;
        this.context = context;
        this.results = results;
    }

    /**
     * @param index a partition of which no acquisition is pending
     * @param owner the owner to be: new, or that of a granted hand-over request
     */
    void acquire(int index, LeaseOwner owner) {
        long deadline = context.loop().nanoTime() + settings.leaseTtl().toNanos();
        Pending acquisition = new Pending(new PartitionId(domain.queue(), index), owner, deadline);
        pending.put(index, acquisition);
        attempt(acquisition);
    }

    boolean isPending(int index) {
        return pending.containsKey(index);
    }

    int pendingCount() {
        return pending.size();
    }

    /** The lease was announced: the answer under way may be out of date. */
    void announced(int index) {
        Pending acquisition = pending.get(index);
        if (acquisition != null) {
            acquisition.announced = true;
        }
    }

    /**
     * Pending acquisitions finish, because a command whose reply was lost may still make this pod the owner. The
     * keeper gives back what is granted by then.
     *
     * @return completes when none is pending
     */
    CompletionStage<Void> drain() {
        draining = true;
        settle();
        return settled;
    }

    private void settle() {
        if (draining && pending.isEmpty()) {
            settled.complete(null);
        }
    }

    private void attempt(Pending acquisition) {
        long sent = context.loop().nanoTime();
        context.store()
                .leases()
                .acquire(acquisition.partition, acquisition.owner, settings.leaseTtl(), domain.suspectWindow())
                .whenComplete((result, failure) ->
                        context.loop().execute(() -> answered(acquisition, result, failure, sent)));
    }

    private void answered(Pending acquisition, @Nullable Acquisition result, @Nullable Throwable failure, long sent) {
        int index = acquisition.partition.index();
        if (result != null) {
            context.reachability().answered(Subject.lease(index));
        } else {
            context.reachability().unanswered(Subject.lease(index), failure);
            if (acquisition.deadline - context.loop().nanoTime() > 0) {
                context.loop().schedule(RETRY, () -> attempt(acquisition));
                return;
            }
        }
        pending.remove(index);
        results.ended(index, result, sent, acquisition.announced);
        settle();
    }
}
