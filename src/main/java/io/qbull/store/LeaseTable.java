package io.qbull.store;

import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The leases, judged by the server's clock alone. */
public interface LeaseTable {
    /**
     * Takes a lease that is free or expired. A repeat with the same owner gets the same epoch and extends the lease; a repeat that
     * arrives after the release of that owner's lease is refused.
     *
     * @param partition what to lease
     * @param owner this pod, with a nonce never used before
     * @param ttl how long it lives
     * @param window the most entries from the head among which this owner will ever have started jobs
     * @return the grant or the refusal
     */
    CompletionStage<Acquisition> acquire(PartitionId partition, LeaseOwner owner, Duration ttl, int window);

    /**
     * Prolongs leases, each judged alone. A released lease is not revived.
     *
     * @param renewals the leases
     * @param ttl how long each lives from now
     * @return an answer for each lease; one is missing if its server did not answer
     */
    CompletionStage<Map<Lease, Renewal>> renew(List<RenewalRequest> renewals, Duration ttl);

    /**
     * Ends a lease and announces it. After this is sent, the lease's nonce is never used again.
     *
     * @param lease the lease
     * @return done, or fenced if it had ended before
     */
    CompletionStage<JobLog.Verdict> release(Lease lease);

    /**
     * Makes {@code to} the owner, under a higher epoch and for a short time, and announces it; {@code to} confirms by its first
     * renewal. After this is sent, the lease's nonce is never used again.
     *
     * @param lease the lease
     * @param to the owner to be, from the request; the command is refused if another request stands now
     * @param ttl how long {@code to} has for its first renewal
     * @return done, or fenced if the lease had ended before or the request of {@code to} stands no more
     */
    CompletionStage<JobLog.Verdict> handOver(Lease lease, LeaseOwner to, Duration ttl);

    /**
     * Requests a hand-over of a partition from its owner, unless another request stands, and announces it.
     *
     * @param partition the partition
     * @param by the owner to be: this pod, with a nonce never used before
     * @return true if the request stands
     */
    CompletionStage<Boolean> requestHandOver(PartitionId partition, LeaseOwner by);

    /**
     * Looks at leases without touching them, each judged alone.
     *
     * @param partitions which
     * @return what was seen; one is missing if its server did not answer
     */
    CompletionStage<Map<PartitionId, LeaseView>> peek(List<PartitionId> partitions);

    /**
     * Listens to announcements for a queue. They are hints: any may be missing, none is proof.
     *
     * @param queue the queue's partitions
     * @param listener called on a thread of the client, which it must not block
     * @return ends the listening
     */
    CompletionStage<AutoCloseable> announcements(QueueName queue, AnnouncementListener listener);

    /** Hears of leases. */
    interface AnnouncementListener {
        /**
         * @param partition whose lease was released, handed over or asked for
         */
        void announced(PartitionId partition);
    }

    /** The end of an {@link #acquire}. */
    sealed interface Acquisition {
        /**
         * @param lease the lease
         * @param predecessor how the lease before ended
         * @param window the window of the owner before, 0 if unknown
         */
        record Granted(Lease lease, Predecessor predecessor, int window) implements Acquisition {}

        /**
         * @param view the lease as it stands
         */
        record Owned(LeaseView view) implements Acquisition {}

        /** The nonce belongs to a lease that was released. */
        record Spent() implements Acquisition {}
    }

    /** How the lease before ended. */
    enum Predecessor {
        /** There was none. */
        NONE,
        /** By a release: it left no job half done. */
        RELEASED,
        /** By a hand-over: it left no job half done, and nothing was started since. */
        HANDED_OVER,
        /** It ran out: its pod may have died over a job. */
        EXPIRED,
        /** This lease was granted before and the answer was lost, so it may be any of the others. */
        UNKNOWN
    }

    /**
     * @param lease the lease
     * @param window see {@link #acquire}
     * @param inFlight jobs that run now, for the status
     * @param rejected the owner to be of a hand-over request that this pod rejects; Redis forgets the request if it still stands
     */
    record RenewalRequest(
            Lease lease, int window, int inFlight, @Nullable LeaseOwner rejected) {}

    /** The end of a {@link #renew} for one lease. */
    sealed interface Renewal {
        /**
         * @param requester the owner to be of the hand-over request that stands; null if there is none
         */
        record Renewed(@Nullable LeaseOwner requester) implements Renewal {}

        /** Somebody else owns it, or it was released. */
        record Lost() implements Renewal {}
    }

    /**
     * A lease as it stands.
     *
     * @param owner the last owner, whatever became of it
     * @param epoch the last epoch
     * @param remaining until it expires; zero if it is free
     * @param released whether it is free by a release
     * @param requester the owner to be of the hand-over request that stands; null if there is none
     */
    record LeaseView(
            @Nullable LeaseOwner owner,
            @Nullable Epoch epoch,
            Duration remaining,
            boolean released,
            @Nullable LeaseOwner requester) {
        private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

        /**
         * @return what stands for a key that holds no lease: nobody's to take or to ask for, and to be looked at again soon
         */
        public static LeaseView unreadable() {
            return new LeaseView(null, null, LOOK_AGAIN, false, null);
        }

        /**
         * @return whether it can be acquired
         */
        public boolean free() {
            return remaining.isZero();
        }
    }
}
