package io.qbull.store;

import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.why.OwnerReport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The leases. The clock of the server alone decides when a lease expires. */
public interface LeaseTable {
    /**
     * Acquires a lease that is free or expired. A repeat with the same owner gets the same epoch and extends the lease. A repeat after
     * that owner's lease was released is refused.
     *
     * @param partition the partition
     * @param owner this pod, with a new nonce
     * @param ttl time until the lease expires
     * @param window suspect window: this owner starts jobs only among this many entries at the head of the stream
     * @return the lease, or why there is none
     */
    CompletionStage<Acquisition> acquire(PartitionId partition, LeaseOwner owner, Duration ttl, int window);

    /**
     * Renews leases, each on its own. A released lease is not revived.
     *
     * @param renewals the leases
     * @param ttl time from now until each lease expires
     * @return the result for each lease; no result if its server did not answer
     */
    CompletionStage<Map<Lease, Renewal>> renew(List<RenewalRequest> renewals, Duration ttl);

    /**
     * Ends a lease and announces that. Once this is sent, the nonce of the lease must not be used again.
     *
     * @param lease the lease
     * @param suspects the suspect window that the next owner is granted; zero if no job may have crashed a pod
     * @return done, or fenced if it had ended before
     */
    CompletionStage<JobLog.Verdict> release(Lease lease, int suspects);

    /**
     * Makes {@code to} the owner under a higher epoch, for a short time, and announces that. The first renewal by {@code to} confirms
     * it. Once this is sent, the nonce of the lease must not be used again.
     *
     * @param lease the lease
     * @param to the pod that requested the hand-over; fenced if another request is on record now
     * @param ttl time that {@code to} has for its first renewal
     * @param suspects as of {@link #release}
     * @return done, or fenced if the lease had ended before or {@code to} no longer requests it
     */
    CompletionStage<JobLog.Verdict> handOver(Lease lease, LeaseOwner to, Duration ttl, int suspects);

    /**
     * Requests a hand-over from the owner of a partition, unless another request is on record, and announces that.
     *
     * @param partition the partition
     * @param by this pod, with a new nonce
     * @return whether the request is on record
     */
    CompletionStage<Boolean> requestHandOver(PartitionId partition, LeaseOwner by);

    /**
     * Asks the owner of a partition to renew its leases now, so that what is on record of them is up to date. A hint: the owner need not
     * hear it.
     *
     * @param partition the partition
     * @return completes when Redis has passed it on
     */
    CompletionStage<Void> remind(PartitionId partition);

    /**
     * Reads leases, each on its own. Cuts a lease that would live longer than its TTL because the clock of the server went back;
     * changes nothing else.
     *
     * @param partitions the partitions
     * @return the lease of each; no entry if its server did not answer
     */
    CompletionStage<Map<PartitionId, LeaseView>> peek(List<PartitionId> partitions);

    /**
     * Listens to the announcements of a queue. They are hints: any of them may be missing, and none proves anything.
     *
     * @param queue the queue
     * @param listener runs on a thread of the client, which it must not block
     * @return ends listening when it is closed
     */
    CompletionStage<AutoCloseable> announcements(QueueName queue, AnnouncementListener listener);

    /** Receives announcements. */
    interface AnnouncementListener {
        /**
         * @param partition a partition whose lease was released, handed over or requested
         */
        void announced(PartitionId partition);
    }

    /** The result of {@link #acquire}. */
    sealed interface Acquisition {
        /**
         * The pod owns the lease.
         *
         * @param lease the lease
         * @param predecessor how the previous lease ended
         * @param window suspect window of the previous owner, or the one that it released the lease with; 0 if unknown
         */
        record Granted(Lease lease, Predecessor predecessor, int window) implements Acquisition {
            /**
             * @return among how many entries from the head of the stream there may be a job over which an owner before this one died;
             *     zero if none died
             */
            public int suspects() {
                return switch (predecessor) {
                    case NONE, HANDED_OVER -> 0;
                    case RELEASED -> window;
                    case EXPIRED, UNKNOWN -> Math.max(window, 1);
                };
            }
        }

        /**
         * Another pod owns the lease.
         *
         * @param view the lease
         */
        record Owned(LeaseView view) implements Acquisition {}

        /** The nonce belongs to a lease that was released. */
        record Spent() implements Acquisition {}
    }

    /** How the previous lease ended. */
    enum Predecessor {
        /** There was none. */
        NONE,
        /** Released, with no job half done. An owner before that may have died over one of the suspects. */
        RELEASED,
        /** Handed over, with no job half done and no suspects; the receiver has started none. */
        HANDED_OVER,
        /** Expired: a job may have crashed its pod. */
        EXPIRED,
        /** This lease was granted before and the reply was lost, so it may be any of the others. */
        UNKNOWN
    }

    /**
     * A lease to renew.
     *
     * @param lease the lease
     * @param window suspect window; see {@link #acquire}
     * @param inFlight number of jobs that run now, for the status
     * @param rejected the rejected request for a hand-over, cleared if it is still on record; null = none
     * @param report what the partition waits for, for people; null if it does not stand still
     * @param done how many jobs have ended under the lease, for the status
     */
    record RenewalRequest(
            Lease lease,
            int window,
            int inFlight,
            @Nullable LeaseOwner rejected,
            @Nullable OwnerReport report,
            long done) {
        /**
         * A renewal without a report, before any job has ended.
         *
         * @param lease the lease
         * @param window suspect window
         * @param inFlight number of jobs that run now
         * @param rejected the rejected request; null = none
         */
        public RenewalRequest(Lease lease, int window, int inFlight, @Nullable LeaseOwner rejected) {
            this(lease, window, inFlight, rejected, null, 0);
        }
    }

    /** The result of {@link #renew} for one lease. */
    sealed interface Renewal {
        /**
         * The lease was renewed.
         *
         * @param requester the pod that requests a hand-over; null if there is none
         */
        record Renewed(@Nullable LeaseOwner requester) implements Renewal {}

        /** Another pod owns the lease, or it was released. */
        record Lost() implements Renewal {}
    }

    /**
     * The state of a lease.
     *
     * @param owner the last owner, also after its lease has ended; null if there was none
     * @param epoch the last epoch; null if there was none
     * @param remaining time until it expires; zero if it is free
     * @param released whether it is free because it was released
     * @param requester the pod that requests a hand-over; null if there is none
     */
    record LeaseView(
            @Nullable LeaseOwner owner,
            @Nullable Epoch epoch,
            Duration remaining,
            boolean released,
            @Nullable LeaseOwner requester) {
        private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

        /**
         * @return stands for a key that is not a lease: cannot be acquired or requested, and is read again soon
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
