package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.lease.LeaseEnd.GivenUp;
import io.qbull.lease.LeaseEnd.HandedOver;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LeaseTable;
import io.qbull.store.Reachability.Subject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Redis that leases have ended, and repeats it until Redis answers or the lease has expired anyway. Runs on the event loop.
 */
final class LeaseReleaser {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseReleaser.class);

    private final LeaseSettings settings;
    private final LeaseContext context;
    private final LeaseTable leases;
    private final LeaseLog log;

    LeaseReleaser(LeaseSettings settings, LeaseContext context, LeaseLog log) {
        this.settings = settings;
        this.context = context;
        this.leases = context.store().leases();
        this.log = log;
    }

    /** What became of a release or a hand-over. */
    private enum Outcome {
        RELEASED,
        HANDED_OVER,
        /** No longer ours, possibly because an earlier attempt succeeded. */
        ENDED_BEFORE,
        UNANSWERED
    }

    /**
     * A hand-over to a pod that waits no longer becomes a release: then the partition is free at once instead of after an expiry.
     *
     * @param lease what has ended
     * @param end how
     * @param owned whether this pod owned it until now; otherwise its loss has been logged
     * @return completes when Redis knows, or when the lease has expired without
     */
    CompletionStage<Void> tell(Lease lease, GivenUp end, boolean owned) {
        LeaseOwner to = end instanceof HandedOver handedOver ? handedOver.to() : null;
        return repeat(
                        lease,
                        () -> to == null ? releaseOnce(lease, end.suspects()) : handOverOnce(lease, to, end.suspects()))
                .thenAccept(outcome -> log(lease, outcome, to, owned));
    }

    private CompletionStage<Outcome> releaseOnce(Lease lease, int suspects) {
        return leases.release(lease, suspects)
                .thenApply(verdict -> verdict == Verdict.FENCED ? Outcome.ENDED_BEFORE : Outcome.RELEASED);
    }

    private CompletionStage<Outcome> handOverOnce(Lease lease, LeaseOwner to, int suspects) {
        // FENCED means that the request is gone, or that another pod owns the lease by now; the release tells which.
        return leases.handOver(lease, to, settings.renewEvery(), suspects)
                .thenCompose(verdict -> verdict == Verdict.FENCED
                        ? releaseOnce(lease, suspects)
                        : CompletableFuture.completedStage(Outcome.HANDED_OVER));
    }

    private CompletionStage<Outcome> repeat(Lease lease, Supplier<CompletionStage<Outcome>> command) {
        CompletableFuture<Outcome> done = new CompletableFuture<>();
        long deadline = context.loop().nanoTime() + settings.leaseTtl().toNanos();
        attempt(Subject.lease(lease.partition().index()), command, deadline, done);
        return done;
    }

    private void attempt(
            Subject subject,
            Supplier<CompletionStage<Outcome>> command,
            long deadline,
            CompletableFuture<Outcome> done) {
        command.get()
                .whenComplete((outcome, failure) -> context.loop().execute(() -> {
                    if (outcome != null) {
                        context.reachability().answered(subject);
                        done.complete(outcome);
                    } else if (deadline - context.loop().nanoTime() <= 0) {
                        done.complete(Outcome.UNANSWERED);
                    } else {
                        context.reachability().unanswered(subject, failure);
                        context.loop()
                                .schedule(RetryDelay.of(settings), () -> attempt(subject, command, deadline, done));
                    }
                }));
    }

    private void log(Lease lease, Outcome outcome, @Nullable LeaseOwner to, boolean owned) {
        String attempt = to == null ? "release" : "hand-over to " + to.pod();
        switch (outcome) {
            case RELEASED -> log.note(lease, to == null ? "released" : "released; " + to.pod() + " waits no longer");
            case HANDED_OVER -> log.note(lease, "handed over to " + (to == null ? "" : to.pod()));
            case UNANSWERED -> LOG.info("{} has expired; Redis did not answer its {}", lease, attempt);
            case ENDED_BEFORE -> {
                if (owned) {
                    LOG.info("{} was no longer this pod's when Redis answered its {}", lease, attempt);
                }
            }
        }
    }
}
