package io.qbull.engine;

import io.qbull.config.DeadLimits;
import io.qbull.config.EnqueueSettings;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.FileClaim;
import io.qbull.model.JobFeed;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * One queue on one pod. Adds jobs for producers from its opening to its close; between {@link #consume} and {@link #drain} or {@link
 * #stop} it also owns partitions and runs their jobs. Thread-safe; no method blocks unless it says so.
 */
public interface QueueNode extends AutoCloseable {
    /**
     * Adds a job. Jobs of one key that a thread adds one after another keep their order.
     *
     * @param job the job
     * @param settings how to add it
     * @return where the job is, once Redis has it; fails with an {@link EnqueueException}. Completes on the node's event loop;
     *     dependents must not block
     */
    CompletionStage<Enqueued> enqueue(NewJob job, EnqueueSettings settings);

    /**
     * Starts to read a source of jobs, for the first time or anew.
     *
     * @param source its name
     * @param since the layout version under which it was first read, 1 or more; zero = all that are remembered
     * @param lifetime how long its progress is remembered after each use; zero = until it is {@linkplain #forget forgotten}
     * @param settings how to add its records
     * @return takes its records; fails with a {@link io.qbull.store.StoreException}, or with an {@link EnqueueException} if it is no
     *     longer known what was added before
     */
    CompletionStage<JobFeed> open(SourceId source, int since, Duration lifetime, EnqueueSettings settings);

    /**
     * @param source a source that was read to its end, with every record answered
     * @return completes when nothing is remembered of it
     */
    CompletionStage<Void> forget(SourceId source);

    /**
     * Records that a file is being read, unless that is recorded already.
     *
     * @param source the file
     * @param file its name
     * @param inbox the id of the folder that it lies in
     * @return what is recorded: {@link #open} the file with its version
     */
    CompletionStage<FileClaim> claim(SourceId source, String file, String inbox);

    /**
     * @return the recorded files
     */
    CompletionStage<Map<SourceId, FileClaim>> claims();

    /**
     * @param source a file that was read to its end, with every record answered, and that nobody will read again
     * @return completes when nothing is recorded or remembered of it
     */
    CompletionStage<Void> drop(SourceId source);

    /**
     * Removes the delayed jobs with an id and a key.
     *
     * @param key of the jobs
     * @param id of the jobs
     * @return how many were removed; zero = no such job is delayed; fails with a {@link io.qbull.store.StoreException}
     */
    CompletionStage<Long> cancel(String key, JobId id);

    /**
     * @return the layout, once it is known; fails with a {@link io.qbull.store.StoreException}
     */
    CompletionStage<Layout> layout();

    /**
     * Starts a session: takes leases and runs jobs. Returns at once. While Redis is away it is tried again; while an earlier session
     * drains, the new one waits.
     *
     * @param consumption how to consume
     * @param handler runs the jobs
     * @param workers runs the handler; at most one task for each owned partition
     * @throws IllegalStateException if there is a session that was neither drained nor stopped
     */
    void consume(Consumption consumption, JobHandler handler, Executor workers);

    /**
     * Drains the session: it takes no more leases, starts no more jobs, and releases each partition as soon as its job in flight has
     * ended and is committed. After {@code drainTimeout} it stops. May be called again, and without {@code consume}.
     *
     * @return completes when no session runs any more, with the number of jobs that were not waited for; they run again elsewhere
     */
    CompletionStage<Integer> drain();

    /**
     * Stops the session now: jobs in flight are abandoned, their results are ignored, and their partitions' leases expire. May be called
     * again, during a drain, and without {@code consume}.
     *
     * @return as of {@link #drain}
     */
    CompletionStage<Integer> stop();

    /**
     * @return jobs that run now or wait for their commit; zero when nothing is consumed
     */
    int unfinished();

    /**
     * @return what this node does now
     */
    NodeStatus status();

    /** Drains session and enqueue calls, waits for both, and gives its connections back. Blocks. */
    @Override
    void close();

    /**
     * @param queue the queue
     * @param pod this pod
     * @param keyHash how keys map to partitions
     * @param partitions P for a queue that does not exist yet
     * @param partitionsGiven whether that number was configured; if so, a queue with another number is reported
     */
    record Identity(QueueName queue, PodId pod, KeyHash keyHash, int partitions, boolean partitionsGiven) {}

    /**
     * @param lease how leases are taken
     * @param pump how jobs are worked off
     * @param stallAfter after which a partition that has jobs and does not move is reported
     * @param dead how many dead letters are kept
     */
    record Consumption(LeaseSettings lease, PumpSettings pump, Duration stallAfter, DeadLimits dead) {}
}
