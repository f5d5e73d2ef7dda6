package io.qbull.partition;

import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts jobs: records suspects, finds a thread, limits the time, and brings each end back to the loop. On the event loop, except
 * {@link #inFlight} and {@link #running}.
 */
final class JobStarter {
    /** So many jobs run at once. */
    static final int MOST_AT_ONCE = 1;

    private static final Logger LOG = LoggerFactory.getLogger(JobStarter.class);
    private static final Duration RETRY = Duration.ofMillis(100);

    private final LeasedPartition partition;
    private final JobExecutor executor;
    private final Duration jobTimeout;
    private final Events events;
    private final Set<Run> running = new CopyOnWriteArraySet<>();
    private Readiness readiness = Readiness.FREE;
    /** Reported once, until a job starts again. */
    private boolean shortageReported;

    private boolean afterSuspect;
    private EventLoop.@Nullable Timer retryTimer;

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
     * @param jobTimeout the longest that a job may run; zero = any time
     * @param events is asked and told
     */
    JobStarter(LeasedPartition partition, JobExecutor executor, Duration jobTimeout, Events events) {
        this.partition = partition;
        this.executor = executor;
        this.jobTimeout = jobTimeout;
        this.events = events;
    }

    /** Whether another job could be started. */
    Readiness readiness() {
        return running.size() < MOST_AT_ONCE ? readiness : Readiness.BUSY;
    }

    /** Whether the job started last was a suspect. */
    boolean afterSuspect() {
        return afterSuspect;
    }

    /** The jobs that run; from any thread. */
    List<Delivery> inFlight() {
        return running.stream().map(run -> run.delivery).toList();
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
            run(next.work());
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
        int crashes = work.job().attempts().crashed() + 1;
        partition
                .commands()
                .perform(() -> partition.store().held().suspect(partition.lease(), work.place(), crashes), done -> {
                    readiness = Readiness.FREE;
                    if (key != null) {
                        partition.held().untouch(key);
                    }
                    if (events.mayStart()) {
                        run(work);
                    }
                });
    }

    private void run(Work work) {
        HeldKey key = work.heldKey();
        if (key != null) {
            partition.held().running(key);
        }
        Run run = new Run(work);
        running.add(run);
        try {
            executor.workers().execute(run.task);
        } catch (RuntimeException | Error e) {
            run.notTaken();
            awaitThread(work.job(), e);
            return;
        }
        shortageReported = false;
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
            shortageReported = true;
            if (shortage instanceof RejectedExecutionException) {
                LOG.warn(
                        "{} job={} not started: its workers are shut down or full; trying every {}",
                        partition.lease(),
                        job.id(),
                        RETRY);
            } else {
                LOG.error(
                        "{} job={} not started, trying every {}: {}",
                        partition.lease(),
                        job.id(),
                        RETRY,
                        shortage.toString());
            }
        }
        readiness = Readiness.NO_THREAD;
        retryTimer = partition.loop().schedule(RETRY, () -> {
            retryTimer = null;
            readiness = Readiness.FREE;
            events.changed();
        });
    }

    /** A job that runs, and what is to be done about it when it ends. */
    private final class Run implements JobRun.Ending {
        final Delivery delivery;
        final JobRun task;
        private final Work work;
        private EventLoop.@Nullable Timer limit;
        private volatile long begunAt;
        /** Written after {@link #begunAt}. */
        private volatile boolean begun;

        Run(Work work) {
            Job job = work.job();
            this.work = work;
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
            partition.loop().execute(() -> {
                over();
                notTaken();
                events.changed();
            });
        }

        @Override
        public void ended(@Nullable Failure failure) {
            partition.loop().execute(() -> {
                over();
                running.remove(this);
                events.ended(work, failure);
            });
        }

        private void over() {
            if (limit != null) {
                limit.cancel();
            }
        }

        private void notTaken() {
            running.remove(this);
            HeldKey key = work.heldKey();
            if (key != null) {
                partition.held().notStarted(key);
            }
        }
    }
}
