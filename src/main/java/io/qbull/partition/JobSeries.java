package io.qbull.partition;

import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.model.JobHandler;
import io.qbull.partition.SuspectStarts.Suspect;
import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that one worker runs one after another. It goes on by itself as long as each job succeeds before its handler returns; before each
 * it asks whether the lease is trusted. The event loop takes back at any time what has not started.
 */
final class JobSeries implements Runnable {
    private final List<Run> runs;
    private final Owner owner;
    /** How many runs the worker has taken; guarded by this, as {@link #stopped} is. */
    private int taken;

    private boolean stopped;
    /** How many of the runs that were taken have ended. On the event loop. */
    private int ended;
    /** Ends the run under way when it has taken too long. On the event loop. */
    EventLoop.@Nullable Timer limit;

    /** Whose jobs they are. Called on any thread. */
    interface Owner {
        /** Now, on the clock of the event loop. */
        long now();

        /** Whether the lease is trusted. */
        boolean trusted();

        /** The lease was no longer trusted: the job was not touched. */
        void notStarted(Run run);

        /**
         * @param failure why it failed; null if it succeeded
         */
        void ended(Run run, @Nullable Failure failure);

        /** The worker goes on no more. None of these has started or will. */
        void left(JobSeries series, List<Run> rest);
    }

    /**
     * @param first starts first
     * @param suspect what is on record of its start if it is a suspect
     * @param following start after it
     * @param partition the lease that they run under
     * @param owner is told
     * @param handler runs them
     */
    JobSeries(
            Work first,
            @Nullable Suspect suspect,
            List<Work> following,
            LeasedPartition partition,
            Owner owner,
            JobHandler handler) {
        this.owner = owner;
        List<Run> all = new ArrayList<>();
        all.add(new Run(first, suspect, partition, handler));
        following.forEach(work -> all.add(new Run(work, null, partition, handler)));
        this.runs = List.copyOf(all);
    }

    @Override
    public void run() {
        Run run = next();
        while (run != null) {
            run.task.run();
            run = run.task.succeededInPlace() ? next() : null;
        }
        List<Run> rest = stop();
        if (!rest.isEmpty()) {
            owner.left(this, rest);
        }
    }

    private synchronized @Nullable Run next() {
        return stopped || taken == runs.size() ? null : runs.get(taken++);
    }

    /** No other job of it starts from now on; says which those are. None the second time. From any thread. */
    synchronized List<Run> stop() {
        boolean first = !stopped;
        stopped = true;
        return first ? runs.subList(taken, runs.size()) : List.of();
    }

    /** All jobs that were handed over with it, also those that were taken back. */
    List<Run> runs() {
        return runs;
    }

    /** Whether a job of it with such a key has not begun. */
    synchronized boolean awaits(Predicate<String> keys) {
        return !stopped
                && runs.subList(taken, runs.size()).stream()
                        .anyMatch(run -> keys.test(run.work.job().key()));
    }

    /** Whether the worker has taken a job of it. */
    synchronized boolean begun() {
        return taken > 0;
    }

    /** The job that runs, or is the next to; from any thread. */
    synchronized Run current() {
        return runs.get(Math.max(0, taken - 1));
    }

    /** One of its jobs has ended, or did not start after all. On the event loop. */
    void ended() {
        ended++;
    }

    /** Whether all that the worker has taken has ended, and it takes no more. On the event loop. */
    synchronized boolean over() {
        return ended == taken && (stopped || taken == runs.size());
    }

    /** One run of one of the jobs. */
    final class Run implements JobRun.Ending {
        final Work work;
        final Delivery delivery;
        final JobRun task;
        final @Nullable Suspect suspect;
        private volatile long begunAt;
        /** Written after {@link #begunAt}. */
        private volatile boolean begun;

        private Run(Work work, @Nullable Suspect suspect, LeasedPartition partition, JobHandler handler) {
            Job job = work.job();
            this.work = work;
            this.suspect = suspect;
            this.delivery = new Delivery(job, partition.lease(), job.attempts().failed() + 1);
            this.task = new JobRun(delivery, handler, this);
        }

        JobSeries series() {
            return JobSeries.this;
        }

        @Override
        public boolean mayStart() {
            begunAt = owner.now();
            begun = true;
            return owner.trusted();
        }

        /** When a worker took it, on the clock of the event loop; null if none has. From any thread. */
        @Nullable
        Long begunAt() {
            return begun ? (Long) begunAt : null;
        }

        /** How much of its time is left. */
        Duration left(Duration longest) {
            return begun ? longest.minusNanos(owner.now() - begunAt) : longest;
        }

        @Override
        public void notStarted() {
            leave();
            owner.notStarted(this);
        }

        @Override
        public void ended(@Nullable Failure failure) {
            leave();
            owner.ended(this, failure);
        }

        /** From any thread: the event loop may have ended before the job. */
        private void leave() {
            if (suspect != null) {
                suspect.ended();
            }
        }
    }
}
