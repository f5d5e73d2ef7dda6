package io.qbull.store;

import io.qbull.model.Attempts;
import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.why.LeaseCause;
import io.qbull.model.why.OwnerReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads what keeps a partition, a key or a job from moving, for people. Every read is bounded. Changes nothing and needs no lease. */
public interface Examiner {
    /** The most jobs of a {@link Page}. */
    int MOST = 100;

    /**
     * @param queue a queue
     * @return its pods, also those that seem to be gone, and the time at the server
     */
    CompletionStage<Pods> pods(QueueName queue);

    /**
     * @param partition a partition
     * @return the server that has it
     */
    CompletionStage<Server> server(PartitionId partition);

    /**
     * @param partition a partition
     * @return how it stands; each part is read separately
     */
    CompletionStage<Partition> partition(PartitionId partition);

    /**
     * @param partition a partition
     * @param after reads what follows this entry; {@link EntryId#START} for all
     * @return jobs of the log in its order: those that have moved to the partition and not run yet, then those of its own stream
     */
    CompletionStage<LogPage> log(PartitionId partition, EntryId after);

    /**
     * @param partition a partition
     * @param key the only key that is wanted; null = all
     * @param from number of the first member to read; 0, or {@code next} of the page before
     * @return held jobs by place
     */
    CompletionStage<Page> held(PartitionId partition, @Nullable String key, int from);

    /**
     * @param partition a partition
     * @param id of the only jobs that are wanted; null = all
     * @param from number of the first one; 0, or {@code next} of the page before
     * @return delayed jobs by due time
     */
    CompletionStage<Page> delayed(PartitionId partition, @Nullable JobId id, int from);

    /**
     * @param partition a partition
     * @param id a job's id
     * @return whether a job with this id was added here, within its deduplication window
     */
    CompletionStage<Boolean> knows(PartitionId partition, JobId id);

    /**
     * The pods of a queue.
     *
     * @param pods all that are registered
     * @param nowMillis time at the server, ms since 1970
     */
    record Pods(List<LayoutTable.Pod> pods, long nowMillis) {}

    /**
     * A server.
     *
     * @param id tells it from other servers, until a failover
     * @param readOnly why it takes no writes; empty if it takes them
     * @param usedBytes of memory
     * @param limitBytes of memory; 0 = there is none
     */
    record Server(String id, String readOnly, long usedBytes, long limitBytes) {
        /**
         * @return whether it refuses new jobs
         */
        public boolean full() {
            return limitBytes > 0 && usedBytes >= limitBytes;
        }
    }

    /**
     * A job as people need it, without its body.
     *
     * @param entry its name in the log, or of a held job the one that it had there; of a delayed job it says nothing
     * @param id its id; that of the entry if it cannot be read
     * @param key its key; empty if it cannot be read
     * @param attempts how often it has failed or crashed, where that is read
     * @param atMillis when it came into the queue, of a delayed job when it is due; ms since 1970
     */
    record JobView(EntryId entry, String id, String key, Attempts attempts, long atMillis) {}

    /**
     * A part of a log.
     *
     * @param jobs some jobs
     * @param last the last entry that was read, which need not be a job; continue behind it
     * @param more whether more may follow
     */
    record LogPage(List<JobView> jobs, EntryId last, boolean more) {
        /** Copies the list. */
        public LogPage {
            jobs = List.copyOf(jobs);
        }
    }

    /**
     * A part of a list.
     *
     * @param jobs some jobs
     * @param more whether more may follow
     * @param next where to continue
     * @param nowMillis time at the server, ms since 1970; 0 where it is not read
     */
    record Page(List<JobView> jobs, boolean more, int next, long nowMillis) {}

    /**
     * The lease of a partition.
     *
     * @param owner the last owner; null if there was none
     * @param remaining time until it expires; zero if it has ended
     * @param expiredAgo how long ago it expired; null if it lives, was released, or never was
     * @param sinceRenewal time since it was renewed; null if it has ended
     * @param ttl its time to live
     * @param inFlight number of jobs that ran at the last renewal
     * @param report what its owner said then, as it would be now; null if it said nothing
     */
    record Lease(
            @Nullable String owner,
            Duration remaining,
            @Nullable Duration expiredAgo,
            @Nullable Duration sinceRenewal,
            Duration ttl,
            int inFlight,
            @Nullable OwnerReport report) {
        /** So much later than it should a renewal may come. */
        private static final Duration LATE = Duration.ofSeconds(1);

        /**
         * @return whether the partition has an owner
         */
        public boolean alive() {
            return !remaining.isZero();
        }

        /**
         * @return that the owner has missed a renewal; null if it has not, or if there is none
         */
        public LeaseCause.@Nullable NotRenewed missed() {
            Duration silent = sinceRenewal;
            boolean missed = alive()
                    && silent != null
                    && silent.compareTo(ttl.dividedBy(3).plus(LATE)) > 0;
            return silent != null && missed
                    ? new LeaseCause.NotRenewed(String.valueOf(owner), silent, remaining)
                    : null;
        }

        /**
         * @return how it ended; only of a lease that is not alive
         */
        public LeaseCause.Ended ended() {
            return new LeaseCause.Ended(owner, expiredAgo);
        }
    }

    /**
     * A partition.
     *
     * @param id which
     * @param lease its lease
     * @param backlog number of entries in the log: jobs that have moved there, and those of the stream
     * @param head the first of them; null if there is none, or if a marker of a resize is before it
     * @param gate whether that marker is the first entry: what is behind it waits for the resize
     * @param headAge how long that has been in the queue
     * @param held number of held jobs
     * @param delayed number of delayed jobs
     * @param nextDue time until the first of them is due; null if there is none
     */
    record Partition(
            PartitionId id,
            Lease lease,
            long backlog,
            @Nullable JobView head,
            boolean gate,
            Duration headAge,
            long held,
            long delayed,
            @Nullable Duration nextDue) {
        /**
         * @return how many jobs there are, also those that are not due
         */
        public long jobs() {
            return backlog - (gate ? 1 : 0) + held + delayed;
        }
    }
}
