package io.qbull.lease;

import io.qbull.config.LeaseSettings;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * This pod's open requests for partitions of overloaded pods. An owner grants one by making the nonce of the request the owner of the
 * lease; the pod confirms that by acquiring with the same nonce. Runs on the event loop.
 */
final class HandOverRequests {
    private static final Duration RETRY = Duration.ofMillis(100);

    private final LeaseDomain domain;
    private final LeaseSettings settings;
    private final LeaseContext context;
    private final LeaseObserver observer;
    private final Runnable afterAnswer;
    private final Map<Integer, Request> open = new HashMap<>();

    /** A request that may still be granted. */
    private static final class Request {
        final LeaseOwner owner;
        /** Or given up on; before that, a look may have overtaken the request. */
        boolean answered;

        Request(LeaseOwner owner) {
            this.owner = owner;
        }
    }

    /**
     * @param observer is told when a look is worthwhile
     * @param afterAnswer runs after each answer and each failure
     */
    HandOverRequests(
            LeaseDomain domain,
            LeaseSettings settings,
            LeaseContext context,
            LeaseObserver observer,
            Runnable afterAnswer) {
        this.domain = domain;
        this.settings = settings;
        this.context = context;
        this.observer = observer;
        this.afterAnswer = afterAnswer;
    }

    /** Forgets requests for partitions that this pod no longer competes for. If one is granted, the lease expires soon. */
    void resized() {
        open.keySet().removeIf(index -> index >= domain.partitions());
    }

    boolean isOpen(int index) {
        return open.containsKey(index);
    }

    int openCount() {
        return open.size();
    }

    /**
     * @param index a partition of another pod, without an open request
     * @param owner the owner to be, with a nonce never used before
     */
    void request(int index, LeaseOwner owner) {
        Request request = new Request(owner);
        open.put(index, request);
        context.store()
                .leases()
                .requestHandOver(new PartitionId(domain.queue(), index), owner)
                .whenComplete((accepted, failure) ->
                        context.loop().execute(() -> answered(index, request, Boolean.TRUE.equals(accepted), failure)));
    }

    private void answered(int index, Request request, boolean accepted, @Nullable Throwable failure) {
        if (failure != null) {
            // The command may have run, so the owner may hand over to this request: a look tells.
            context.reachability().unanswered(Subject.lease(index), failure);
            observer.lookWithin(index, RETRY);
        } else if (!accepted && open.remove(index, request)) {
            // What was seen is out of date: the partition is free by now, or another request came first.
            observer.lookWithin(index, RETRY);
        }
        request.answered = true;
        awaitGrant(index);
        afterAnswer.run();
    }

    /**
     * Closes the request if it is granted, or if it no longer stands.
     *
     * @param index a partition whose lease was seen
     * @param view the lease
     * @return the owner to confirm if the request is granted; otherwise null
     */
    @Nullable
    LeaseOwner grantedBy(int index, LeaseView view) {
        Request request = open.get(index);
        if (request == null) {
            return null;
        }
        if (request.owner.equals(view.owner()) && !view.free()) {
            open.remove(index);
            return request.owner;
        }
        if (request.answered && (view.free() || !request.owner.equals(view.requester()))) {
            open.remove(index);
        }
        return null;
    }

    /** The announcement of a hand-over may not be heard, and an unconfirmed hand-over lapses after {@code renewEvery}. */
    void awaitGrant(int index) {
        if (isOpen(index)) {
            observer.lookWithin(index, settings.renewEvery().dividedBy(5));
        }
    }
}
