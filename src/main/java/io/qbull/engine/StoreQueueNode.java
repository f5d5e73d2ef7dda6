package io.qbull.engine;

import io.qbull.config.EnqueueSettings;
import io.qbull.enqueue.Enqueuer;
import io.qbull.enqueue.ProducerIdentity;
import io.qbull.lease.Competition;
import io.qbull.model.Enqueued;
import io.qbull.model.FileClaim;
import io.qbull.model.JobFeed;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.partition.JobExecutor;
import io.qbull.partition.SuspectTurns;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node over a {@link Store}: an {@link Enqueuer} for its producers and a {@link SessionQueue} for its consumer. */
final class StoreQueueNode implements QueueNode {
    private static final Logger LOG = LoggerFactory.getLogger(StoreQueueNode.class);
    /** How long a close waits beyond {@code drainTimeout}, and for enqueue calls. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

    private static final String FILES = "the progress of finished files";

    private final Identity identity;
    private final Store store;
    private final EventLoop loop;
    private final LayoutCache layouts;
    private final PauseWatch pauses;
    private final ResizeWatch resizes;
    private final OutageLog outages;
    private final TidyingReporter tidying;
    private final Enqueuer enqueuer;
    private final SessionQueue sessions;

    StoreQueueNode(Identity identity, Store store, EventLoop loop, SuspectTurns turns) {
        this.identity = identity;
        this.store = store;
        this.layouts = new LayoutCache(identity, store.layouts(), store.resize(), loop);
        this.loop = loop;
        this.pauses = new PauseWatch(identity.queue(), store.pauses(), loop);
        this.resizes = new ResizeWatch(identity, store, layouts, loop, this::competitionChanged);
        this.outages = OutageLogs.of(store, loop::nanoTime);
        outages.join();
        OutageReporter outage = new OutageReporter(identity.queue(), loop, this::ownedIndexes, outages);
        this.tidying = new TidyingReporter(identity.queue(), loop);
        AbandonedJobs abandoned = new AbandonedJobs(this::abandonedJobEnded);
        this.sessions = new SessionQueue(new NodeParts(
                identity,
                store,
                layouts,
                pauses,
                resizes,
                loop,
                outage,
                tidying,
                abandoned,
                turns,
                new AtomicInteger()));
        String nonce = UUID.randomUUID().toString().replace("-", "");
        this.enqueuer = new Enqueuer(
                new ProducerIdentity(identity.queue(), identity.pod(), nonce, identity.keyHash()),
                new ProducerLayouts(identity.queue(), layouts, pauses, resizes),
                store.jobs(),
                loop,
                () -> !outage.problem().isEmpty());
        layouts.listen(enqueuer::layoutChanged);
        layouts.listen(layout -> resizes.layoutChanged());
        store.onPrimaryChange(old -> loop.execute(() -> sessions.primaryChanged(old)));
    }

    @Override
    public CompletionStage<Enqueued> enqueue(NewJob job, EnqueueSettings settings) {
        return enqueuer.enqueue(job, settings);
    }

    @Override
    public CompletionStage<JobFeed> open(SourceId source, int since, Duration lifetime, EnqueueSettings settings) {
        return enqueuer.open(source, since, lifetime, settings);
    }

    @Override
    public CompletionStage<Void> forget(SourceId source) {
        return enqueuer.forget(source);
    }

    @Override
    public CompletionStage<FileClaim> claim(SourceId source, String file, String inbox) {
        return layouts.current().thenCompose(now -> {
            FileClaim claim = new FileClaim(now.version(), file, identity.pod().value(), inbox);
            return store.sources().claim(identity.queue(), source, claim);
        });
    }

    @Override
    public CompletionStage<Map<SourceId, FileClaim>> claims() {
        return store.sources().claims(identity.queue());
    }

    @Override
    public CompletionStage<Void> drop(SourceId source) {
        return tidying.watch(
                FILES,
                FILES,
                forget(source).thenCompose(forgotten -> store.sources().remove(identity.queue(), source)));
    }

    @Override
    public CompletionStage<Long> cancel(String key, JobId id) {
        return layouts.current()
                .thenCompose(now -> store.delayed()
                        .cancel(now.partitionOf(identity.queue(), identity.keyHash(), key), now.version(), key, id));
    }

    @Override
    public CompletionStage<Layout> layout() {
        return layouts.known();
    }

    @Override
    public void consume(Consumption consumption, JobHandler handler, Executor workers) {
        sessions.start(consumption, new JobExecutor(handler, workers));
    }

    @Override
    public CompletionStage<Integer> drain() {
        return sessions.drain();
    }

    @Override
    public CompletionStage<Integer> stop() {
        return sessions.stop();
    }

    @Override
    public int unfinished() {
        return sessions.unfinished();
    }

    @Override
    public NodeStatus status() {
        return sessions.status()
                .alsoSaying(enqueuer.problem(), enqueuer.crowded())
                .alsoSaying("", tidying.problem())
                .alsoSaying("", pauses.text());
    }

    private List<Integer> ownedIndexes() {
        return sessions.status().owned().stream().map(PartitionId::index).toList();
    }

    private void competitionChanged(Competition now) {
        sessions.competitionChanged(now);
    }

    private void abandonedJobEnded(int index) {
        sessions.abandonedJobEnded(index);
    }

    @Override
    public void close() {
        Duration longest = sessions.drainTimeout().plus(LAST_ANSWERS);
        await(drain(), longest, "leases not released");
        await(enqueuer.drain(LAST_ANSWERS), LAST_ANSWERS.multipliedBy(2), "enqueue calls not answered");
        loop.execute(pauses::stop);
        loop.execute(resizes::stop);
        outages.leave();
        store.close();
    }

    private void await(CompletionStage<?> end, Duration longest, String complaint) {
        try {
            end.toCompletableFuture().get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("queue={} {} when the node closed: {}", identity.queue(), complaint, e.toString());
        }
    }
}
