package io.qbull.partition;

import io.qbull.model.Delivery;
import io.qbull.model.DurationText;
import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.model.why.RunningJob;
import io.qbull.partition.SuspectStarts.Suspect;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts jobs: has suspects recorded, finds a thread, limits the time, and brings each end back to the loop. Jobs that may follow each
 * other are handed to a worker together, more of them the more often it could go on by itself. On the event loop, except
 * {@link #inFlight}, {@link #oldest}, {@link #running} and {@link #waitsFor}.
 */
final class JobStarter {
    private static final Logger LOG = LoggerFactory.getLogger(JobStarter.class);
    private static final Duration RETRY = Duration.ofMillis(100);
    /** A worker gets so many jobs at most: a full batch of commits. */
    private static final int LONGEST = Commits.BATCH;

    private final LeasedPartition partition;
    private final JobExecutor executor;
    private final int concurrency;
    private final Duration jobTimeout;
    private final SuspectStarts suspects;
    private final Events events;
    private final Set<JobSeries> active = ConcurrentHashMap.newKeySet();
    private final JobEnds ends;
    private final JobSeries.Owner owner = new Owner();
    /** How many jobs a worker gets at once. */
    private int length = 1;

    private Readiness readiness = Readiness.FREE;
    private final LogLimit lines;
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

        /**
         * @param key of a job whose start was recorded
         * @return whether it may still start
         */
        boolean mayStart(String key);

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
        this.ends = new JobEnds(partition.loop(), events::changed);
    }

    /** Whether another job could be started. */
    Readiness readiness() {
        return active.size() < concurrency ? readiness : Readiness.BUSY;
    }

    /** Whether the start of a suspect is being put on record, or taken back there. */
    boolean recording() {
        return readiness == Readiness.RECORDING;
    }

    /** Whether the job started last was a suspect. */
    boolean afterSuspect() {
        return afterSuspect;
    }

    /** How many more jobs may be handed over together with the next one. */
    int following() {
        return length - 1;
    }

    /** The jobs that run, the oldest first; from any thread. */
    List<Delivery> inFlight() {
        long now = partition.now();
        return active.stream()
                .map(JobSeries::current)
                .sorted(Comparator.comparingLong((JobSeries.Run run) -> -age(run, now))
                        .thenComparing(run -> run.delivery.job().entry()))
                .map(run -> run.delivery)
                .toList();
    }

    private static long age(JobSeries.Run run, long now) {
        Long begun = run.begunAt();
        // Compares differences: the clock may overflow.
        return begun == null ? -1 : now - begun;
    }

    /** The job that has been running for the longest time, or that waits for a worker if none runs; null if there is none. From any thread. */
    @Nullable
    RunningJob oldest() {
        long now = partition.now();
        return active.stream()
                .map(JobSeries::current)
                .max(Comparator.comparingLong(run -> age(run, now)))
                .map(run -> running(run, now))
                .orElse(null);
    }

    private static RunningJob running(JobSeries.Run run, long now) {
        Job job = run.delivery.job();
        Duration ran = Duration.ofNanos(Math.max(0, age(run, now)));
        return new RunningJob(job.id().value(), job.key(), run.delivery.attempt(), ran, run.task.threadName());
    }

    /** How many jobs run; from any thread. */
    int running() {
        return active.size();
    }

    /**
     * @param next starts
     * @param following start after it, if all goes well and nothing comes between
     */
    void start(Decision.Start next, List<Work> following) {
        afterSuspect = next.suspect();
        if (next.suspect()) {
            record(next.work());
        } else {
            run(new JobSeries(next.work(), null, following, partition, owner, executor.handler()));
        }
    }

    /** What all jobs wait for that were given to the workers; null if a worker has one of them. From any thread. */
    @Nullable
    String waitsFor() {
        String awaited = null;
        for (JobSeries series : active) {
            awaited = executor.waitsFor(series);
            if (awaited == null) {
                return null;
            }
        }
        return awaited;
    }

    /** Takes back what no worker has begun, as if it had never been started. */
    void takeBack() {
        active.forEach(this::takeBack);
    }

    /** The same for jobs with such a key, and all that follows them in their series. */
    void takeBack(Predicate<String> keys) {
        active.stream().filter(series -> series.awaits(keys)).forEach(this::takeBack);
    }

    private void takeBack(JobSeries series) {
        executor.takeBack(series);
        List<JobSeries.Run> rest = series.stop();
        giveBack(series, rest);
        if (!rest.isEmpty()) {
            undo(rest.get(0).suspect, () -> {});
        }
    }

    /** What has not begun makes room for something that is to come before. */
    void makeWay() {
        for (JobSeries series : active) {
            if (series.runs().size() > 1 && series.begun()) {
                giveBack(series, series.stop());
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
            if (events.mayStart(suspect.work().job().key())) {
                run(new JobSeries(suspect.work(), suspect, List.of(), partition, owner, executor.handler()));
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

    private void run(JobSeries series) {
        JobSeries.Run first = series.runs().get(0);
        HeldKey key = first.work.heldKey();
        if (key != null) {
            partition.held().running(key);
        } else {
            series.runs()
                    .forEach(run ->
                            partition.prefetched().starts(run.work.place().entry()));
        }
        active.add(series);
        try {
            executor.workers().execute(series);
        } catch (RuntimeException | Error e) {
            giveBack(series, series.stop());
            undo(first.suspect, () -> awaitThread(first.work.job(), e));
            return;
        }
        shortageReported = false;
        if (first.suspect != null) {
            first.suspect.runs();
        }
        if (!jobTimeout.isZero() && active.contains(series)) {
            limit(series, jobTimeout);
        }
    }

    /** The time of a job counts from the moment at which a worker took it, which may be long after it was given to the workers. */
    private void limit(JobSeries series, Duration left) {
        series.limit = partition.loop().schedule(left, () -> {
            JobSeries.Run run = series.current();
            Duration rest = run.left(jobTimeout);
            if (rest.isZero() || rest.isNegative()) {
                run.task.timeOut(
                        new Failure("ran longer than " + DurationText.of(jobTimeout), "", Failure.Course.RETRY));
            } else {
                limit(series, rest);
            }
        });
    }

    /** They do not run. */
    private void giveBack(JobSeries series, List<JobSeries.Run> rest) {
        for (JobSeries.Run run : rest) {
            notTaken(run);
        }
        closeIfOver(series);
    }

    private void notTaken(JobSeries.Run run) {
        if (run.suspect != null) {
            run.suspect.isOver();
        }
        HeldKey key = run.work.heldKey();
        if (key != null) {
            partition.held().notStarted(key);
        } else {
            partition.prefetched().ends(run.work.place().entry());
        }
    }

    private void closeIfOver(JobSeries series) {
        if (series.over() && active.remove(series) && series.limit != null) {
            series.limit.cancel();
            series.limit = null;
        }
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

    /** On the event loop. */
    private void notStarted(JobSeries.Run run) {
        run.series().ended();
        notTaken(run);
        giveBack(run.series(), run.series().stop());
        undo(run.suspect, () -> {});
    }

    /** On the event loop. */
    private void ended(JobSeries.Run run, @Nullable Failure failure) {
        JobSeries series = run.series();
        series.ended();
        if (run.suspect != null) {
            run.suspect.isOver();
        }
        if (run.task.succeededInPlace()) {
            length = Math.min(LONGEST, 2 * length);
        } else {
            length = 1;
            giveBack(series, series.stop());
        }
        closeIfOver(series);
        events.ended(run.suspect == null ? run.work : run.suspect.work(), failure);
    }

    /** Brings what workers tell to the event loop. */
    private final class Owner implements JobSeries.Owner {
        @Override
        public long now() {
            return partition.now();
        }

        @Override
        public boolean trusted() {
            return events.trusted();
        }

        @Override
        public void notStarted(JobSeries.Run run) {
            ends.tell(() -> JobStarter.this.notStarted(run));
        }

        @Override
        public void ended(JobSeries.Run run, @Nullable Failure failure) {
            ends.tell(() -> JobStarter.this.ended(run, failure));
        }

        @Override
        public void left(JobSeries series, List<JobSeries.Run> rest) {
            ends.tell(() -> giveBack(series, rest));
        }
    }
}
