package io.qbull.partition;

import io.qbull.model.Attempts;
import io.qbull.model.Due;
import io.qbull.model.DurationText;
import io.qbull.model.EntryId;
import io.qbull.model.Failure;
import io.qbull.model.Failure.Course;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.partition.FailureLog.End;
import io.qbull.partition.FailureLog.Tally;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.partition.RetryPolicy.Next;
import io.qbull.partition.RetryPolicy.Verdict;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.JobLog.Burial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts on record what becomes of jobs: done, held for a retry, or buried. On the event loop. */
final class JobOutcomes {
    private static final Logger LOG = LoggerFactory.getLogger(JobOutcomes.class);

    private final LeasedPartition partition;
    private final RetryPolicy policy;
    private final HeldKeyAdvancer advancer;
    private final StallReason stall;
    /** Jobs that need no further run. */
    private long done;

    /**
     * @param partition whose jobs end
     * @param policy decides what becomes of failed jobs
     * @param advancer moves held keys on
     * @param stall is told when a job has left the partition, or its place before others
     */
    JobOutcomes(LeasedPartition partition, RetryPolicy policy, HeldKeyAdvancer advancer, StallReason stall) {
        this.partition = partition;
        this.policy = policy;
        this.advancer = advancer;
        this.stall = stall;
    }

    /** How many jobs have succeeded or are buried. */
    long done() {
        return done;
    }

    /**
     * A run has ended.
     *
     * @param work the job
     * @param failure why it failed; null if it succeeded
     */
    void ended(Work work, @Nullable Failure failure) {
        if (work.heldKey() != null) {
            work.heldKey().suspect = false;
        }
        if (failure == null) {
            succeeded(work);
        } else {
            failed(work, failure);
        }
    }

    /** A job is buried without a run. */
    void bury(Decision.Bury next) {
        Job job = next.job();
        if (job != null && next.why().reason().equals(JobSelector.CRASHED)) {
            LOG.warn(
                    "{} job={} crashed its worker {} times, buried",
                    partition.lease(),
                    job.id(),
                    job.attempts().crashed() + 1);
        }
        bury(next.place(), job == null ? null : job.key(), next.heldKey(), next.why());
    }

    private void succeeded(Work work) {
        done++;
        stall.moved(partition.now());
        HeldKey key = work.heldKey();
        if (key == null) {
            EntryId entry = work.place().entry();
            partition.commits().add(entry, partition.prefetched().finished(entry));
        } else {
            key.retries(null);
            advancer.finished(key, work.place());
        }
    }

    private void failed(Work work, Failure failure) {
        Job job = work.job();
        Verdict verdict = policy.afterFailure(failure.course(), wait(failure.retryAfter()), job.attempts());
        Attempts attempts = verdict.attempts();
        Tally tally = report(job, verdict, failure);
        if (verdict.next() instanceof Next.Bury) {
            Burial burial = new Burial(failure.reason(), failure.exception(), attempts.failed());
            bury(work.place(), job.key(), work.heldKey(), burial);
        } else {
            Duration pause = verdict.next() instanceof Next.Retry retry ? retry.pause() : null;
            Failed failed =
                    new Failed(attempts.failed(), attempts.counted(), attempts.change(), pause, failure.reason());
            hold(work, failed, pause == null ? null : tally);
        }
    }

    /** Not longer than a job may be delayed: the time comes from outside. */
    private @Nullable Duration wait(@Nullable Due retryAfter) {
        if (retryAfter == null) {
            return null;
        }
        Duration wait = retryAfter instanceof Due.In in
                ? in.delay()
                : Duration.between(partition.loop().now(), ((Due.At) retryAfter).time());
        Duration least = wait.isNegative() ? Duration.ZERO : wait;
        return least.compareTo(Due.LONGEST) > 0 ? Due.LONGEST : least;
    }

    private Tally report(Job job, Verdict verdict, Failure failure) {
        int failed = verdict.attempts().failed();
        End end = End.HELD;
        String what = "failed " + failed + " times, its key waits until a person retries or drops it";
        if (verdict.next() instanceof Next.Retry retry) {
            end = End.RETRIED;
            what = "attempt " + failed + " failed, again in " + DurationText.of(retry.pause());
        } else if (verdict.next() instanceof Next.Bury) {
            end = End.BURIED;
            what = failure.course() == Course.BURY ? "buried at once" : "failed " + failed + " times, buried";
        }
        String line = partition.lease() + " job=" + job.id() + " " + what + ": " + failure.reason();
        return partition.context().failures().failed(end, failure.cause(), line);
    }

    private void hold(Work work, Failed failed, @Nullable Tally tally) {
        HeldKeys held = partition.held();
        String name = work.job().key();
        HeldKey key = held.touch(name);
        key.retries(tally);
        key.failed(work.job().id().value(), failed.attempts(), failed.reason());
        EntryId entry = work.place().entry();
        Slot slot = work.heldKey() == null ? partition.prefetched().find(entry) : null;
        if (slot != null) {
            partition.prefetched().moves(slot);
        }
        // After a crash a finished job of the key would otherwise run again, behind the failed one.
        partition
                .commits()
                .then(
                        partition.prefetched().line(name),
                        () -> partition
                                .commands()
                                .perform(
                                        () -> partition
                                                .store()
                                                .held()
                                                .fail(partition.lease(), work.place(), name, failed),
                                        done -> {
                                            if (slot != null) {
                                                partition.prefetched().remove(entry);
                                            }
                                            held.waitFor(key, failed.pause(), partition.now());
                                            held.untouch(key);
                                        }));
    }

    private void bury(JobPlace place, @Nullable String key, @Nullable HeldKey heldKey, Burial why) {
        Slot slot = partition.prefetched().find(place.entry());
        if (heldKey != null) {
            buryHeld(place, heldKey, why);
        } else if (slot != null) {
            buryFromStream(slot, key, why);
        }
    }

    private void buryHeld(JobPlace place, HeldKey key, Burial why) {
        HeldKeys held = partition.held();
        held.touch(key.name);
        key.suspect = false;
        key.retries(null);
        partition
                .commands()
                .perform(() -> partition.store().jobs().bury(partition.lease(), place, key.name, why), answer -> {
                    done++;
                    stall.moved(partition.now());
                    held.waitFor(key, Duration.ZERO, partition.now());
                    held.untouch(key);
                });
    }

    private void buryFromStream(Slot slot, @Nullable String name, Burial why) {
        HeldKey key = name == null ? null : partition.held().touch(name);
        partition.prefetched().moves(slot);
        JobPlace place = JobPlace.inLog(slot.id());
        String named = name == null ? "" : name;
        partition
                .commits()
                .then(
                        slot.line,
                        () -> partition
                                .commands()
                                .perform(
                                        () -> partition.store().jobs().bury(partition.lease(), place, named, why),
                                        answer -> {
                                            done++;
                                            stall.moved(partition.now());
                                            partition.prefetched().remove(place.entry());
                                            if (key != null) {
                                                partition.held().untouch(key);
                                            }
                                        }));
    }
}
