package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Lease;
import io.qbull.runtime.EventLoop;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.Renewal.Renewed;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Renews all owned leases together, one renewal at a time, and finds out which are lost. Runs on the event loop. */
final class LeaseRenewer {
    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final LeaseContext context;
    private final OwnedLeases owned;
    private final LeaseListener listener;
    private final Losses losses;
    private EventLoop.@Nullable Timer retry;
    private Phase phase = Phase.IDLE;

    private enum Phase {
        IDLE,
        RENEWING,
        /** Another renewal was asked for meanwhile; it follows the answer. */
        RENEWING_THEN_AGAIN
    }

    /** Hears which leases an answer has ended. */
    @FunctionalInterface
    interface Losses {
        void lost(LeaseEnd.Lost end, List<Lease> leases);
    }

    LeaseRenewer(
            LeaseDomain domain,
            LeaseSettings settings,
            LeaseContext context,
            OwnedLeases owned,
            LeaseListener listener,
            Losses losses) {
        this.domain = domain;
        this.settings = settings;
        this.context = context;
        this.owned = owned;
        this.listener = listener;
        this.losses = losses;
    }

    /** Renews now, or as soon as the renewal under way is answered. */
    void renew() {
        if (owned.size() == 0) {
            return;
        }
        if (phase != Phase.IDLE) {
            phase = Phase.RENEWING_THEN_AGAIN;
            return;
        }
        phase = Phase.RENEWING;
        stop();
        send(owned.all());
    }

    /** Cancels a planned repeat. */
    void stop() {
        if (retry != null) {
            retry.cancel();
        }
    }

    private void send(List<OwnedLease> asked) {
        long sent = context.loop().nanoTime();
        List<RenewalRequest> requests = asked.stream().map(this::request).toList();
        context.store()
                .leases()
                .renew(requests, settings.leaseTtl())
                .whenComplete((answers, failure) -> context.loop()
                        .execute(() -> apply(asked, sent, answers == null ? Map.of() : answers, failure)));
    }

    private RenewalRequest request(OwnedLease each) {
        return new RenewalRequest(
                each.lease(),
                domain.suspectWindow(),
                listener.inFlight(each.lease()),
                each.rejected(),
                listener.report(each.lease()),
                listener.done(each.lease()));
    }

    private void apply(List<OwnedLease> asked, long sent, Map<Lease, Renewal> answers, @Nullable Throwable failure) {
        boolean again = phase == Phase.RENEWING_THEN_AGAIN;
        boolean repeat = again;
        phase = Phase.IDLE;
        Map<LeaseEnd.Lost, List<Lease>> lost = new LinkedHashMap<>();
        for (OwnedLease each : asked) {
            if (owned.find(each.lease()) != each) {
                continue;
            }
            Renewal answer = answers.get(each.lease());
            if (answer == null) {
                repeat = true;
                context.reachability().unanswered(Subject.lease(each.index()), failure);
            } else {
                context.reachability().answered(Subject.lease(each.index()));
                if (!renewed(each, sent, answer)) {
                    lost.computeIfAbsent(each.lostBy(sent), any -> new ArrayList<>())
                            .add(each.lease());
                }
            }
        }
        lost.forEach(losses::lost);
        if (repeat) {
            retry = context.loop().schedule(again ? Duration.ZERO : RetryDelay.of(settings), this::renew);
        }
    }

    private boolean renewed(OwnedLease lease, long sent, Renewal answer) {
        if (!(answer instanceof Renewed renewed) || !lease.renew(TrustTerm.startingAt(sent, settings))) {
            return false;
        }
        listener.renewed(lease.lease());
        if (renewed.requester() != null) {
            listener.handOverRequested(lease.lease(), renewed.requester());
        }
        return true;
    }
}
