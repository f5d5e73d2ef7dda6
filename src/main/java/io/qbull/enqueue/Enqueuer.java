package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.SourceId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;

/**
 * Adds the jobs of one queue's producers on one pod: single jobs, and the records of sources. Thread-safe; no method blocks. Drain it
 * before its loop ends.
 */
public final class Enqueuer {
    private final ProducerIdentity identity;
    private final EventLoop loop;
    private final Sources sources;
    private final RefusalReporter refusals;
    private final Intake intake;

    /**
     * @param identity whose jobs it adds
     * @param layouts reads the queue's layouts
     * @param jobs takes the calls
     * @param loop runs everything but {@link #enqueue}
     * @param outageReported whether another part of the node reports now that Redis is away
     */
    public Enqueuer(
            ProducerIdentity identity,
            LayoutReader layouts,
            JobLog jobs,
            EventLoop loop,
            BooleanSupplier outageReported) {
        this.identity = identity;
        this.loop = loop;
        this.sources = new Sources(identity, layouts, jobs, loop);
        this.refusals = new RefusalReporter(identity.queue(), loop, outageReported);
        this.intake = new Intake(identity, layouts, jobs, loop, refusals);
    }

    /**
     * Adds a job. Jobs of one key that a thread adds one after another keep their order.
     *
     * @param job the job
     * @param settings how to add it
     * @return where the job is, once Redis has it; fails with an {@link EnqueueException}. Completes on the loop; dependents must not
     *     block. Cancelling it changes nothing
     */
    public CompletionStage<Enqueued> enqueue(NewJob job, EnqueueSettings settings) {
        try {
            return intake.admit(intake.checked(job, settings), null, settings);
        } catch (EnqueueException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Starts to read a source, for the first time or anew.
     *
     * @param source its name
     * @param since the layout version under which it was first read, 1 or more; zero = all that are remembered
     * @param lifetime how long its progress is remembered after each use; zero = until it is {@linkplain #forget forgotten}
     * @param settings how to add its records
     * @return takes its records; fails with a {@link io.qbull.store.StoreException}, or with an {@link EnqueueException} if it is no
     *     longer known what was added before
     */
    public CompletionStage<JobFeed> open(SourceId source, int since, Duration lifetime, EnqueueSettings settings) {
        return sources.begin(source, since, lifetime, settings.enqueueTimeout())
                .thenApply(met -> new SourceFeed(
                                intake,
                                identity,
                                new Reading(source, lifetime, met.current().version()),
                                met,
                                settings)
                        .keepAlive(loop, () -> sources.renew(source, lifetime)));
    }

    /**
     * @param source a source that was read to its end, with every record answered
     * @return completes when nothing is remembered of it
     */
    public CompletionStage<Void> forget(SourceId source) {
        return sources.forget(source);
    }

    /**
     * Adds jobs by a newer layout from now on, if it adds jobs at all. On the loop.
     *
     * @param layout the current one, as another part of the node has learned
     */
    public void layoutChanged(Layout layout) {
        intake.layoutChanged(layout);
    }

    /**
     * @return one line about what has kept jobs from being added for ten seconds, and what to do about it; empty if nothing has
     */
    public String problem() {
        return refusals.problem();
    }

    /**
     * @return one line about a backlog that has kept jobs from being added for ten seconds; empty if none has
     */
    public String crowded() {
        return refusals.crowded();
    }

    /**
     * Takes no more jobs, waits for the answers to those that it has taken, then stops. May be called again.
     *
     * @param longest how long to wait; callers without an answer by then are told so. Only the value of the first call counts
     * @return completes on the loop when every caller has an answer
     */
    public CompletionStage<Void> drain(Duration longest) {
        return intake.drain(longest);
    }
}
