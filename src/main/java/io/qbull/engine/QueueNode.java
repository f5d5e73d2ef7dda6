package io.qbull.engine;

import io.qbull.config.DeadLimits;
import io.qbull.config.EnqueueSettings;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.model.Delivery;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.FileClaim;
import io.qbull.model.JobFeed;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * One queue on one pod. Adds jobs for producers; between {@link #consume} and {@link #quiesce} it also holds leases and runs jobs.
 * Thread-safe; no method blocks unless it says so.
 */
public interface QueueNode extends AutoCloseable {
    /**
     * Adds a job. Jobs of one key that a thread adds one after another keep their order.
     *
     * @param job the job
     * @param settings how
     * @return where it is, once Redis has it; fails with an {@link EnqueueException}. It completes on the node's event loop, which
     *     what depends on it must not block
     */
    CompletionStage<Enqueued> enqueue(NewJob job, EnqueueSettings settings);

    /**
     * Begins to read a source of jobs, or begins anew.
     *
     * @param source its name
     * @param since the layout version under which it was read first, 1 or more; zero = all that are remembered
     * @param lifetime how long its progress is remembered after each use; zero = until it is {@linkplain #forget forgotten}
     * @param settings how records are added
     * @return takes its records; fails with a {@link io.qbull.store.StoreException}, or with an {@link EnqueueException} if what was
     *     added before cannot be told any more
     */
    CompletionStage<JobFeed> open(SourceId source, int since, Duration lifetime, EnqueueSettings settings);

    /**
     * @param source that was read to its end, each record answered
     * @return completes when nothing is remembered of it
     */
    CompletionStage<Void> forget(SourceId source);

    /**
     * Writes down that a file is being read, unless that is written already.
     *
     * @param source the file
     * @param file its name
     * @param inbox the folder that it lies in, by an id
     * @return what stands there: its version is the one to {@link #open} it with
     */
    CompletionStage<FileClaim> claim(SourceId source, String file, String inbox);

    /**
     * @return the files that are written down
     */
    CompletionStage<Map<SourceId, FileClaim>> claims();

    /**
     * @param source a file that was read to its end, each record answered, and that nobody will read again
     * @return completes when nothing is written down or remembered of it
     */
    CompletionStage<Void> drop(SourceId source);

    /**
     * Removes the delayed jobs with an id and a key.
     *
     * @param key of the jobs
     * @param id of the jobs
     * @return how many were removed; zero = none waits for its time; fails with a {@link io.qbull.store.StoreException}
     */
    CompletionStage<Long> cancel(String key, JobId id);

    /**
     * @return the layout, once it is known; fails with a {@link io.qbull.store.StoreException}
     */
    CompletionStage<Layout> layout();

    /**
     * Starts to take leases and to run jobs. Returns at once; a Redis that is away is tried until it is there.
     *
     * @param consumption how
     * @param handler runs the jobs
     * @param workers runs the handler; at most one task for each partition held
     * @throws IllegalStateException if this node consumes already
     */
    void consume(Consumption consumption, JobHandler handler, Executor workers);

    /**
     * Ends {@link #consume}: takes no more leases and starts no more jobs; releases each partition as soon as its job in flight has
     * ended and is committed. May be called again, and without {@code consume}.
     *
     * @return completes when all leases are released, or {@code drainTimeout} has passed and the rest is abandoned to expire, with the
     *     number of jobs that still ran then; they run again elsewhere
     */
    CompletionStage<Integer> quiesce();

    /**
     * {@link #quiesce}, as if {@code drainTimeout} had passed. The end of a job that is reported after this call counts for nothing.
     *
     * @return as of {@link #quiesce}
     */
    CompletionStage<Integer> giveUp();

    /**
     * @return jobs that run now or wait for their commit; zero when nothing is consumed
     */
    int unfinished();

    /**
     * @return what this node does now
     */
    Sight sight();

    /** Quiesces, waits for it, and closes the connections of this node. Blocks. */
    @Override
    void close();

    /**
     * @param queue the queue
     * @param pod this pod
     * @param keyHash how keys map to partitions
     * @param partitions P for a queue that does not exist yet
     * @param partitionsGiven whether somebody has said that number, and is told when the queue has another
     */
    record Identity(QueueName queue, PodId pod, KeyHash keyHash, int partitions, boolean partitionsGiven) {}

    /**
     * @param lease how leases are taken
     * @param pump how jobs are worked off
     * @param stallAfter after which a partition with jobs that does not move is reported
     * @param dead how much of what was given up is kept
     */
    record Consumption(LeaseSettings lease, PumpSettings pump, Duration stallAfter, DeadLimits dead) {}

    /**
     * @param consuming whether it consumes
     * @param owned partitions that it may work on now
     * @param inFlight jobs that run now
     * @param problem one line if something keeps it from working, else empty
     * @param standstill one line if a partition with jobs has not moved for {@code stallAfter}, with the reason, else empty
     */
    record Sight(
            boolean consuming, List<PartitionId> owned, List<Delivery> inFlight, String problem, String standstill) {}
}
