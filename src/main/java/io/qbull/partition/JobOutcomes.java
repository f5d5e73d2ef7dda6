package io.qbull.partition;

import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.model.StreamId;
import io.qbull.partition.Prefetched.Slot;
import io.qbull.partition.RetryPolicy.Next;
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
        stall.moved(partition.now());
        HeldKey key = work.heldKey();
        if (key == null) {
            partition.prefetched().remove(work.place().streamId());
            partition.commits().add(work.place().streamId());
        } else {
            advancer.finished(key, work.place());
        }
    }

    private void failed(Work work, Failure failure) {
        Job job = work.job();
        int attempts = job.attempts().failed() + 1;
        Next next = policy.afterFailure(failure, attempts);
        log(job, attempts, next, failure);
        if (next instanceof Next.Bury) {
            Burial burial = new Burial(failure.reason(), failure.exception(), attempts);
            bury(work.place(), job.key(), work.heldKey(), burial);
        } else {
            Duration pause = next instanceof Next.Retry retry ? retry.pause() : null;
            hold(work, new Failed(attempts, job.attempts().change() + 1, pause, failure.reason()));
        }
    }

    private void log(Job job, int attempts, Next next, Failure failure) {
        if (next instanceof Next.Bury) {
            LOG.warn("{} job={} failed {} times, buried: {}", partition.lease(), job.id(), attempts, failure.reason());
        } else if (next instanceof Next.Retry retry) {
            LOG.info(
                    "{} job={} attempt {} failed, again in {}: {}",
                    partition.lease(),
                    job.id(),
                    attempts,
                    retry.pause(),
                    failure.reason());
        } else {
            LOG.warn(
                    "{} job={} failed {} times, its key waits until a person retries or drops it: {}",
                    partition.lease(),
                    job.id(),
                    attempts,
                    failure.reason());
        }
    }

    private void hold(Work work, Failed failed) {
        HeldKeys held = partition.held();
        String name = work.job().key();
        HeldKey key = held.touch(name);
        StreamId streamId = work.job().streamId();
        Slot slot = work.heldKey() == null ? partition.prefetched().find(streamId) : null;
        if (slot != null) {
            slot.moving = true;
        }
        // After a crash a finished job of the key would otherwise run again, behind the failed one.
        partition
                .commits()
                .then(() -> partition
                        .commands()
                        .perform(
                                () -> partition.store().held().fail(partition.lease(), work.place(), name, failed),
                                done -> {
                                    if (slot != null) {
                                        partition.prefetched().remove(streamId);
                                    }
                                    held.waitFor(key, failed.pause(), partition.now());
                                    held.untouch(key);
                                }));
    }

    private void bury(JobPlace place, @Nullable String key, @Nullable HeldKey heldKey, Burial why) {
        Slot slot = partition.prefetched().find(place.streamId());
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
        partition
                .commands()
                .perform(() -> partition.store().jobs().bury(partition.lease(), place, key.name, why), done -> {
                    stall.moved(partition.now());
                    held.waitFor(key, Duration.ZERO, partition.now());
                    held.untouch(key);
                });
    }

    private void buryFromStream(Slot slot, @Nullable String name, Burial why) {
        HeldKey key = name == null ? null : partition.held().touch(name);
        slot.moving = true;
        JobPlace place = JobPlace.inStream(slot.entry.streamId());
        String named = name == null ? "" : name;
        partition
                .commits()
                .then(() -> partition
                        .commands()
                        .perform(() -> partition.store().jobs().bury(partition.lease(), place, named, why), done -> {
                            stall.moved(partition.now());
                            partition.prefetched().remove(place.streamId());
                            if (key != null) {
                                partition.held().untouch(key);
                            }
                        }));
    }
}
