package io.qbull.engine;

import io.qbull.config.EnqueueSettings;
import io.qbull.enqueue.Enqueuer;
import io.qbull.enqueue.LayoutReader;
import io.qbull.model.Enqueued;
import io.qbull.model.FileClaim;
import io.qbull.model.JobFeed;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.partition.PartitionPump;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node over a {@link Store}: opens and closes a {@link ConsumerSession} for each stretch of consuming. */
final class StoreQueueNode implements QueueNode {
    private static final Logger LOG = LoggerFactory.getLogger(StoreQueueNode.class);
    private static final Duration RETRY = Duration.ofMillis(500);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);

    private final Identity identity;
    private final Store store;
    private final EventLoop loop;
    private final OutageReporter outage;
    private final AbandonedJobs ghosts = new AbandonedJobs(this::ghostEnded);
    private final Enqueuer enqueuer;
    private final AtomicReference<@Nullable CompletableFuture<Layout>> layout = new AtomicReference<>();
    /** Whether a layout was read, and compared with what was configured. */
    private final AtomicBoolean compared = new AtomicBoolean();

    private final AtomicReference<@Nullable Stretch> stretch = new AtomicReference<>();
    /** Of the stretch that is open: the current one, or one that is ending while the current one waits for it. */
    private volatile @Nullable ConsumerSession workplace;

    /** One stretch of consuming; its workplace opens when the layout is known. Its fields change on the event loop. */
    private static final class Stretch {
        final Consumption consumption;
        final PartitionPump.Crew crew;
        /** The end of the stretch before. */
        final CompletionStage<?> turn;

        final CompletableFuture<Integer> ended = new CompletableFuture<>();

        @Nullable
        ConsumerSession workplace;
        /** Set when the end is asked for; from then on another stretch may wait for this one's end. */
        volatile boolean ending;

        boolean closing;

        Stretch(Consumption consumption, PartitionPump.Crew crew, CompletionStage<?> turn) {
            this.consumption = consumption;
            this.crew = crew;
            this.turn = turn;
        }
    }

    StoreQueueNode(Identity identity, Store store, EventLoop loop) {
        this.identity = identity;
        this.store = store;
        this.loop = loop;
        this.outage = new OutageReporter(identity.queue(), loop, this::partitions);
        String nonce = UUID.randomUUID().toString().replace("-", "");
        this.enqueuer = new Enqueuer(
                new Enqueuer.Identity(identity.queue(), identity.pod(), nonce, identity.keyHash()),
                new Layouts(),
                store.jobs(),
                loop,
                () -> stretch.get() != null);
        store.onPrimaryChange(old -> loop.execute(() -> primaryChanged(old)));
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
        return freshLayout()
                .thenCompose(now -> store.sources()
                        .claim(
                                identity.queue(),
                                source,
                                new FileClaim(
                                        now.version(), file, identity.pod().value(), inbox)));
    }

    @Override
    public CompletionStage<Map<SourceId, FileClaim>> claims() {
        return store.sources().claims(identity.queue());
    }

    @Override
    public CompletionStage<Void> drop(SourceId source) {
        return forget(source).thenCompose(forgotten -> store.sources().remove(identity.queue(), source));
    }

    @Override
    public CompletionStage<Long> cancel(String key, JobId id) {
        return freshLayout()
                .thenCompose(now ->
                        store.delayed().cancel(now.partitionOf(identity.queue(), identity.keyHash(), key), key, id));
    }

    /** What the enqueuer reads; creates the queue where it does not exist yet. */
    private final class Layouts implements LayoutReader {
        @Override
        public CompletionStage<Layout> current() {
            return freshLayout();
        }

        @Override
        public CompletionStage<List<Layout>> history() {
            return layout().thenCompose(exists -> store.layouts().history(identity.queue()));
        }
    }

    @Override
    public CompletionStage<Layout> layout() {
        CompletableFuture<Layout> known = layout.get();
        return known != null && !known.isCompletedExceptionally() ? known : freshLayout();
    }

    /** Reads the layout anew; whoever asks while an answer is under way gets that one. */
    private synchronized CompletionStage<Layout> freshLayout() {
        CompletableFuture<Layout> before = layout.get();
        if (before != null && !before.isDone()) {
            return before;
        }
        CompletableFuture<Layout> fresh = store.layouts()
                .createIfAbsent(identity.queue(), identity.partitions())
                .thenApply(this::compared)
                .toCompletableFuture();
        layout.set(fresh);
        return fresh;
    }

    private Layout compared(Layout found) {
        boolean first = compared.compareAndSet(false, true);
        if (first && identity.partitionsGiven() && found.partitions() != identity.partitions()) {
            LOG.warn(
                    "queue={} has {} partitions; the configured {} are ignored: only a resize changes them",
                    identity.queue(),
                    found.partitions(),
                    identity.partitions());
        }
        return found;
    }

    @Override
    public void consume(Consumption consumption, JobHandler handler, Executor workers) {
        Stretch begun;
        Stretch before;
        do {
            before = stretch.get();
            if (before != null && !before.ending) {
                throw new IllegalStateException("queue " + identity.queue() + " is consumed already by this node");
            }
            CompletionStage<?> turn = before == null ? CompletableFuture.completedFuture(null) : before.ended;
            begun = new Stretch(consumption, new PartitionPump.Crew(handler, workers), turn);
        } while (!stretch.compareAndSet(before, begun));
        Stretch next = begun;
        next.turn.whenComplete((done, failure) -> loop.execute(() -> open(next)));
    }

    private void open(Stretch begun) {
        if (begun.ending) {
            return;
        }
        layout().whenComplete((found, failure) -> loop.execute(() -> {
            if (begun.ending) {
                return;
            }
            if (found == null) {
                outage.unanswered(Subject.QUEUE, failure);
                loop.schedule(RETRY, () -> open(begun));
                return;
            }
            outage.answered(Subject.QUEUE);
            ConsumerSession opened = new ConsumerSession(
                    identity,
                    begun.consumption,
                    found,
                    new NodeParts(store, loop, outage, ghosts),
                    begun.crew,
                    new Random());
            begun.workplace = opened;
            workplace = opened;
            opened.open();
        }));
    }

    @Override
    public CompletionStage<Integer> quiesce() {
        Stretch current = stretch.get();
        if (current == null) {
            return CompletableFuture.completedFuture(0);
        }
        current.ending = true;
        loop.execute(() -> end(current));
        return current.ended;
    }

    @Override
    public CompletionStage<Integer> giveUp() {
        Stretch current = stretch.get();
        if (current == null) {
            return CompletableFuture.completedFuture(0);
        }
        current.ending = true;
        loop.execute(() -> {
            end(current);
            // It may still be that of the stretch before, for which this one waits.
            ConsumerSession open = workplace;
            if (open != null && !current.ended.isDone()) {
                open.giveUp();
            }
        });
        return current.ended;
    }

    private void end(Stretch current) {
        if (current.closing) {
            return;
        }
        current.closing = true;
        ConsumerSession opened = current.workplace;
        CompletionStage<Integer> closed = opened == null ? current.turn.thenApply(done -> 0) : opened.close();
        closed.thenAccept(givenUp -> {
            workplace = null;
            outage.over();
            stretch.compareAndSet(current, null);
            current.ended.complete(givenUp);
        });
    }

    private void ghostEnded(int index) {
        ConsumerSession current = workplace;
        if (current != null) {
            current.ghostEnded(index);
        }
    }

    private void primaryChanged(String old) {
        ConsumerSession current = workplace;
        if (current != null) {
            current.primaryChanged(old);
        }
    }

    @Override
    public int unfinished() {
        ConsumerSession current = workplace;
        return current == null ? 0 : current.unfinished();
    }

    @Override
    public Sight sight() {
        ConsumerSession current = workplace;
        if (current == null) {
            return new Sight(stretch.get() != null, List.of(), List.of(), outage.problem(), "");
        }
        return new Sight(true, current.owned(), current.inFlight(), outage.problem(), current.stall());
    }

    private List<Integer> partitions() {
        return sight().owned().stream().map(PartitionId::index).toList();
    }

    @Override
    public void close() {
        Stretch current = stretch.get();
        Duration drain =
                current == null ? Duration.ZERO : current.consumption.pump().drainTimeout();
        await(quiesce(), drain.plus(LAST_ANSWERS), "leases not released");
        await(enqueuer.close(LAST_ANSWERS), LAST_ANSWERS.multipliedBy(2), "enqueue calls not answered");
        store.close();
    }

    private void await(CompletionStage<?> end, Duration limit, String complaint) {
        try {
            end.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("queue={} {} at the close: {}", identity.queue(), complaint, e.toString());
        }
    }
}
