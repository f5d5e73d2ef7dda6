package io.qbull.engine;

import io.qbull.engine.QueueNode.Identity;
import io.qbull.lease.Competition;
import io.qbull.model.DurationText;
import io.qbull.model.Resize;
import io.qbull.resize.Headroom;
import io.qbull.resize.ResizeProgress;
import io.qbull.resize.ResizeStatus;
import io.qbull.resize.Resizer;
import io.qbull.runtime.EventLoop;
import io.qbull.store.DeadLetters;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the resizes of a queue: says which partitions the pods compete for, and carries on a resize that is under way, whoever has
 * begun it. While none is, it costs a command at each look. On the event loop unless a method says otherwise.
 */
final class ResizeWatch {
    private static final Logger LOG = LoggerFactory.getLogger(ResizeWatch.class);
    private static final Duration RETRY = Duration.ofMillis(500);
    /** Between two looks while a resize is under way: what moves here is told, but another pod may have died on its way. */
    private static final Duration LEAST_PAUSE = Duration.ofSeconds(1);
    /** Every pod looks at every partition. */
    private static final Duration PAUSE_PER_PARTITION = Duration.ofMillis(10);

    private final Identity identity;
    private final ResizeTable table;
    private final DeadLetters letters;
    private final Resizer resizer;
    private final LayoutCache layouts;
    private final EventLoop loop;
    private final Consumer<Competition> changed;
    /** The look that is under way; null if there is none. */
    private @Nullable CompletableFuture<Competition> looking;
    /** The one that follows it because something has happened since it began; null if nothing has. */
    private @Nullable CompletableFuture<Competition> following;
    /** What the last look has found; null before the first. */
    private @Nullable Competition known;
    /** The resize that was under way at the last look; null if none was. */
    private @Nullable Resize running;
    /** The newest layout version that was seen without a resize under way: it is over for good. */
    private int settled = 1;

    private long lookedAt;
    private @Nullable Session session;
    private EventLoop.@Nullable Timer next;
    private boolean subscribed;
    private boolean stopped;
    private @Nullable AutoCloseable subscription;

    /**
     * A session that competes for partitions.
     *
     * @param reachability hears whether Redis answers
     * @param ownsFirst whether it has the partition whose owner does what is to be done once for the queue
     */
    record Session(Reachability reachability, BooleanSupplier ownsFirst) {}

    /** What a look has found. */
    private record Found(
            LayoutState layouts,
            Competition competition,
            @Nullable ResizeProgress progress) {}

    /**
     * @param identity which queue and which pod
     * @param store has the queue
     * @param layouts is told of a newer layout
     * @param loop runs all of this
     * @param changed gets what the pods compete for when that has changed, and again while old partitions have not moved: the owner of one
     *     that reads nothing would not see its seal
     */
    ResizeWatch(Identity identity, Store store, LayoutCache layouts, EventLoop loop, Consumer<Competition> changed) {
        this.identity = identity;
        this.table = store.resize();
        this.letters = store.deadLetters();
        this.resizer = new Resizer(table, new Headroom(store.examiner()));
        this.layouts = layouts;
        this.loop = loop;
        this.changed = changed;
    }

    /** A session begins. Until its end a resize that is under way is looked after. */
    void join(Session begun) {
        session = begun;
        subscribe();
        lookLater();
    }

    /** A producer begins to add jobs: it is told of another layout, by which alone it can go on. From any thread. */
    void produce() {
        loop.execute(this::subscribe);
    }

    private void subscribe() {
        if (!subscribed) {
            subscribed = true;
            table.announcements(identity.queue(), () -> loop.execute(this::announced))
                    .whenComplete((answer, failure) -> loop.execute(() -> subscribed(answer)));
        }
    }

    /** It has ended. */
    void leave() {
        session = null;
        cancel();
    }

    void stop() {
        stopped = true;
        cancel();
        close(subscription);
        subscription = null;
    }

    private void subscribed(@Nullable AutoCloseable answer) {
        if (stopped) {
            close(answer);
        } else {
            subscription = answer;
        }
    }

    /**
     * Looks whether a resize is under way, and does what can be done for it.
     *
     * @return which partitions the pods compete for; fails with a {@link io.qbull.store.StoreException}
     */
    CompletionStage<Competition> look() {
        if (looking == null) {
            return begin(new CompletableFuture<>());
        }
        if (following == null) {
            following = new CompletableFuture<>();
        }
        return following;
    }

    /** There is another layout. What has to be done for it is done by whoever made it current, or at the next look. */
    void layoutChanged() {
        if (session != null && running == null) {
            look();
        }
    }

    /** A partition of this pod has moved. */
    void moved(int partition) {
        resizer.moved(identity.queue(), partition)
                // Those that wait for several may wait for the last one, and the resize may be over.
                .whenComplete((done, failure) -> loop.execute(this::look));
    }

    /** The queue may be in a resize, because it took no jobs by the layout that is known. From any thread. */
    void refused() {
        loop.execute(() -> {
            // Every producer asks often.
            if (looking == null && (known == null || loop.nanoTime() - lookedAt >= LEAST_PAUSE.toNanos())) {
                look();
            }
        });
    }

    /** Somebody has begun a resize or changed the layout. All pods hear of it at once, so they only take note. */
    private void announced() {
        table.state(identity.queue())
                .whenComplete((state, failure) -> loop.execute(() -> {
                    if (state == null) {
                        failed(failure);
                    } else if (state.resize() != null) {
                        begun(state.resize());
                    } else {
                        layouts.heardOf(state.current());
                        remind();
                    }
                }));
    }

    private void remind() {
        if (known != null && !known.urgent().isEmpty()) {
            changed.accept(known);
        }
    }

    /** Nothing has moved yet, or the next look will tell. */
    private void begun(Resize resize) {
        if (resize.version() > settled && !resize.equals(running)) {
            Set<Integer> old = IntStream.range(0, resize.from()).boxed().collect(Collectors.toUnmodifiableSet());
            follow(resize, 0);
            compete(new Competition(Math.max(resize.from(), resize.to()), old));
        }
        lookLater();
    }

    private CompletionStage<Competition> begin(CompletableFuture<Competition> answer) {
        looking = answer;
        lookedAt = loop.nanoTime();
        layouts.known()
                .thenCompose(exists -> read())
                .whenComplete((found, failure) -> loop.execute(() -> {
                    looking = null;
                    CompletableFuture<Competition> after = following;
                    if (after != null) {
                        following = null;
                        begin(after);
                    }
                    if (found == null) {
                        failed(failure);
                        answer.completeExceptionally(
                                failure == null ? new IllegalStateException("no answer") : failure);
                    } else {
                        take(found);
                        answer.complete(found.competition());
                    }
                }));
        return answer;
    }

    private CompletionStage<Found> read() {
        return table.state(identity.queue()).thenCompose(state -> {
            if (state.resize() == null && state.current().version() <= settled) {
                return resizer.inUse(identity.queue(), state)
                        .thenApply(inUse -> new Found(state, Competition.of(inUse), null));
            }
            return resizer.advance(identity.queue()).thenApply(ResizeWatch::found);
        });
    }

    private static Found found(ResizeStatus status) {
        return new Found(status.layouts(), new Competition(status.inUse(), status.unmoved()), status.progress());
    }

    private void take(Found found) {
        if (session != null) {
            session.reachability.answered(Subject.QUEUE);
        }
        ResizeProgress progress = found.progress();
        if (progress == null) {
            ended(found.layouts());
            retire(found.layouts());
        } else {
            follow(progress.plan().resize(), found.competition().urgent().size());
            lookLater();
        }
        layouts.heardOf(found.layouts().current());
        compete(found.competition());
    }

    private void compete(Competition now) {
        if (now.equals(known)) {
            remind();
        } else {
            known = now;
            changed.accept(now);
        }
    }

    private void follow(Resize resize, int unmoved) {
        if (!resize.equals(running)) {
            running = resize;
            LOG.info(
                    "queue={} is resized from {} to {} partitions (layout version {}){}",
                    identity.queue(),
                    resize.from(),
                    resize.to(),
                    resize.version(),
                    unmoved == 0 ? "" : "; " + unmoved + " of the old ones move their jobs");
        }
    }

    private void ended(LayoutState now) {
        settled = Math.max(settled, now.current().version());
        Resize over = running;
        running = null;
        if (over == null) {
            return;
        }
        String since = now.earlier().stream()
                .filter(earlier -> earlier.layout().equals(over.before()))
                .map(Earlier::age)
                .map(age -> ", " + DurationText.of(age) + " after the layout has changed")
                .findFirst()
                .orElse("");
        LOG.info(
                "queue={} has {} partitions instead of {} (layout version {}): the resize is over{}",
                identity.queue(),
                over.to(),
                over.from(),
                over.version(),
                since);
        if (ownsFirst()) {
            settleDeadLetters();
        }
    }

    private boolean ownsFirst() {
        return session != null && session.ownsFirst.getAsBoolean();
    }

    /** If this fails, the next look tries again. */
    private void retire(LayoutState now) {
        if (ownsFirst()) {
            resizer.retire(identity.queue(), now)
                    .whenComplete((gone, failure) -> LOG.debug(
                            "queue={} retired partitions whose keys go: {}", identity.queue(), gone, failure));
        }
    }

    /** If this fails, whoever looks for dead letters does it. */
    private void settleDeadLetters() {
        letters.settle(identity.queue()).whenComplete((moved, failure) -> {
            if (moved == null) {
                LOG.debug("queue={} dead letters stay where they are for now", identity.queue(), failure);
            } else if (moved > 0) {
                LOG.info("queue={} moved {} dead letters to the partitions of their keys", identity.queue(), moved);
            }
        });
    }

    private void failed(@Nullable Throwable failure) {
        if (session != null) {
            session.reachability.unanswered(Subject.QUEUE, failure);
            again(RETRY);
        }
    }

    private void lookLater() {
        if (session != null && running != null) {
            int partitions = Math.max(running.from(), running.to());
            again(LEAST_PAUSE.plus(PAUSE_PER_PARTITION.multipliedBy(partitions)));
        }
    }

    private void again(Duration pause) {
        cancel();
        next = loop.schedule(pause, this::look);
    }

    private void cancel() {
        if (next != null) {
            next.cancel();
            next = null;
        }
    }

    private static void close(@Nullable AutoCloseable ended) {
        if (ended != null) {
            try {
                ended.close();
            } catch (Exception e) {
                LOG.debug("a subscription cannot be closed", e);
            }
        }
    }
}
