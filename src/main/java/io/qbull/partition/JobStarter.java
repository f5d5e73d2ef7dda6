package io.qbull.partition;

import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.partition.SuspectStarts.Suspect;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts jobs: has suspects recorded, finds a thread, limits the time, and brings each end back to the loop. On the event loop, except
 * {@link #inFlight} and {@link #running}.
 */
final class JobStarter {
    private static final Logger LOG = LoggerFactory.getLogger(JobStarter.class);
    private static final Duration RETRY = Duration.ofMillis(100);

    private final LeasedPartition partition;
    private final JobExecutor executor;
    private final int concurrency;
    private final Duration jobTimeout;
    private final SuspectStarts suspects;
    private final Events events;
    private final Set<Run> running = ConcurrentHashMap.newKeySet();
    private Readiness readiness = Readiness.FREE;
    private final LogLimit lines;
    /** Reported once, until a job starts again. */
    private boolean shortageReported;

    private boolean afterSuspect;
    private EventLoop.@Nullable Timer retryTimer;
    private long started;

    /** Whether another job could be started. */
    enum Readiness {
        /** A job may start. */
        FREE,
        /** The start of a suspect is being recorded. */
        RECORDING,
        /** The workers did not take a job; they are asked again after a moment. */
        NO_THREAD,
        /** As many jobs run as may run at once. */
        BUSY
    }

    /** What the pump is asked and told. */
    interface Events {
        /** Whether the lease is trusted; from any thread. */
        boolean trusted();

        /** Whether a job whose start was recorded may still start. */
        boolean mayStart();

        /**
         * A run has ended.
         *
         * @param work the job
         * @param failure why it failed; null if it succeeded
         */
        void ended(Work work, @Nullable Failure failure);

        /** A job may start again. */
        void changed();
    }

    /**
     * @param partition whose jobs are started
     * @param executor runs the jobs
     * @param concurrency how many run at once
     * @param jobTimeout the longest that a job may run; zero = any time
     * @param suspects puts the starts of suspects on record
     * @param events is asked and told
     */
    JobStarter(
            LeasedPartition partition,
            JobExecutor executor,
            int concurrency,
            Duration jobTimeout,
            SuspectStarts suspects,
            Events events) {
        this.partition = partition;
        this.executor = executor;
        this.concurrency = concurrency;
        this.jobTimeout = jobTimeout;
        this.suspects = suspects;
        this.events = events;
        this.lines = new LogLimit(partition.loop()::nanoTime);
    }

    /** Whether another job could be started. */
    Readiness readiness() {
        return running.size() < concurrency ? readiness : Readiness.BUSY;
    }

    /** Whether the job started last was a suspect. */
    boolean afterSuspect() {
        return afterSuspect;
    }

    /** The jobs that run, the oldest first; from any thread. */
    List<Delivery> inFlight() {
        return running.stream()
                .sorted(Comparator.comparingLong(run -> run.number))
                .map(run -> run.delivery)
                .toList();
    }

    /** When a worker took the job that has run for the longest time, on the clock of the event loop; null if none runs. */
    @Nullable
    Long oldest() {
        long now = partition.now();
        // Compares differences: the clock may overflow.
        return running.stream()
                .filter(run -> run.begun)
                .map(run -> run.begunAt)
                .max(Comparator.comparingLong(begun -> now - begun))
                .orElse(null);
    }

    /** How many jobs run; from any thread. */
    int running() {
        return running.size();
    }

    void start(Decision.Start next) {
        afterSuspect = next.suspect();
        if (next.suspect()) {
            record(next.work());
        } else {
            run(new Run(next.work(), null));
        }
    }

    /** Whether there is a job that no worker has taken yet, and none that runs; from any thread. */
    boolean untaken() {
        return !running.isEmpty() && running.stream().noneMatch(run -> run.begun);
    }

    /** Takes back what no worker has taken yet, as if it had never been started. */
    void takeBack() {
        for (Run run : running) {
            if (executor.takeBack(run.task)) {
                run.over();
                run.notTaken();
                undo(run.suspect, () -> {});
            }
        }
    }

    /** Starts nothing more; what runs goes on. */
    void end() {
        if (retryTimer != null) {
            retryTimer.cancel();
            retryTimer = null;
        }
    }

    private void record(Work work) {
        readiness = Readiness.RECORDING;
        HeldKey key = work.heldKey();
        if (key != null) {
            partition.held().touch(key.name);
        }
        suspects.record(work, suspect -> {
            readiness = Readiness.FREE;
            if (key != null) {
                partition.held().untouch(key);
            }
            if (events.mayStart()) {
                run(new Run(suspect.work(), suspect));
            } else {
                undo(suspect, () -> {});
            }
        });
    }

    /** The job is not considered again before what was recorded of its start is taken back. */
    private void undo(@Nullable Suspect suspect, Runnable then) {
        if (suspect == null) {
            then.run();
            return;
        }
        readiness = Readiness.RECORDING;
        suspect.takeBack(() -> {
            readiness = Readiness.FREE;
            then.run();
        });
    }

    private void run(Run run) {
        HeldKey key = run.work.heldKey();
        if (key != null) {
            partition.held().running(key);
        } else {
            partition.prefetched().starts(run.work.place().streamId());
        }
        running.add(run);
        try {
            executor.workers().execute(run.task);
        } catch (RuntimeException | Error e) {
            run.notTaken();
            undo(run.suspect, () -> awaitThread(run.work.job(), e));
            return;
        }
        shortageReported = false;
        if (run.suspect != null) {
            run.suspect.runs();
        }
        if (!jobTimeout.isZero()) {
            limit(run, jobTimeout);
        }
    }

    /** The time of a job counts from the moment at which a worker took it, which may be long after it was given to the workers. */
    private void limit(Run run, Duration left) {
        run.limit = partition.loop().schedule(left, () -> {
            Duration rest = run.left();
            if (rest.isZero() || rest.isNegative()) {
                run.task.timeOut(new Failure("ran longer than " + jobTimeout, "", Failure.Course.RETRY));
            } else {
                limit(run, rest);
            }
        });
    }

    private void awaitThread(Job job, Throwable shortage) {
        if (!shortageReported) {
            shortageReported = lines.log("no thread", more -> logShortage(job, shortage, more));
        }
        readiness = Readiness.NO_THREAD;
        retryTimer = partition.loop().schedule(RETRY, () -> {
            retryTimer = null;
            readiness = Readiness.FREE;
            events.changed();
        });
    }

    private void logShortage(Job job, Throwable shortage, String more) {
        if (shortage instanceof RejectedExecutionException) {
            LOG.warn(
                    "{} job={} not started: its workers are shut down or full; trying every {}{}",
                    partition.lease(),
                    job.id(),
                    RETRY,
                    more);
        } else {
            LOG.error(
                    "{} job={} not started, trying every {}: {}{}",
                    partition.lease(),
                    job.id(),
                    RETRY,
                    shortage.toString(),
                    more);
        }
    }

    /** A job that runs, and what is to be done about it when it ends. */
    private final class Run implements JobRun.Ending {
        final long number = started++;
        final Delivery delivery;
        final JobRun task;
        final @Nullable Suspect suspect;
        private final Work work;
        private EventLoop.@Nullable Timer limit;
        private volatile long begunAt;
        /** Written after {@link #begunAt}. */
        private volatile boolean begun;

        Run(Work work, @Nullable Suspect suspect) {
            Job job = work.job();
            this.work = work;
            this.suspect = suspect;
            this.delivery = new Delivery(job, partition.lease(), job.attempts().failed() + 1);
            this.task = new JobRun(delivery, executor.handler(), this);
        }

        @Override
        public boolean mayStart() {
            begunAt = partition.now();
            begun = true;
            return events.trusted();
        }

        /** How much of its time is left. */
        Duration left() {
            return begun ? jobTimeout.minusNanos(partition.now() - begunAt) : jobTimeout;
        }

        @Override
        public void notStarted() {
            leave();
            partition.loop().execute(() -> {
                over();
                notTaken();
                undo(suspect, () -> {});
                events.changed();
            });
        }

        @Override
        public void ended(@Nullable Failure failure) {
            leave();
            partition.loop().execute(() -> {
                over();
                running.remove(this);
                events.ended(suspect == null ? work : suspect.work(), failure);
            });
        }

        /** From any thread: the event loop may have ended before the job. */
        private void leave() {
            if (suspect != null) {
                suspect.ended();
            }
        }

        private void over() {
            if (limit != null) {
                limit.cancel();
            }
            if (suspect != null) {
                suspect.isOver();
            }
        }

        private void notTaken() {
            running.remove(this);
            HeldKey key = work.heldKey();
            if (key != null) {
                partition.held().notStarted(key);
            } else {
                partition.prefetched().ends(work.place().streamId());
            }
        }
    }
}
