package io.qbull.engine;

import io.qbull.engine.QueueNode.Consumption;
import io.qbull.lease.Competition;
import io.qbull.model.why.Standstill;
import io.qbull.partition.JobExecutor;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of a node, one at a time: the next one starts when the one before has ended, and once the layout is known.
 * Thread-safe; the sessions run on the event loop.
 */
final class SessionQueue {
    private static final Duration RETRY = Duration.ofMillis(500);

    private final NodeParts node;
    /** The session asked for last; null when its end is reached. */
    private final AtomicReference<@Nullable Turn> last = new AtomicReference<>();
    /** The session that runs: that of the last turn, or of one that is ending while the last turn waits for it. */
    private volatile @Nullable ConsumerSession running;
    /** What the pods compete for, once that is known. On the event loop. */
    private @Nullable Competition competition;

    /** A session that was asked for. */
    private static final class Turn {
        final Consumption consumption;
        final JobExecutor executor;
        /** The end of the session before. */
        final CompletionStage<?> previous;

        final CompletableFuture<Integer> ended = new CompletableFuture<>();
        /** Whether the end was asked for; from then on another turn may follow. */
        final AtomicBoolean ending = new AtomicBoolean();
        /** Null while the turn waits. On the event loop. */
        @Nullable
        ConsumerSession session;

        Turn(Consumption consumption, JobExecutor executor, CompletionStage<?> previous) {
            this.consumption = consumption;
            this.executor = executor;
            this.previous = previous;
        }
    }

    /**
     * @param node what the sessions work with
     */
    SessionQueue(NodeParts node) {
        this.node = node;
    }

    /**
     * Starts a session as soon as that is possible; returns at once.
     *
     * @param consumption how to consume
     * @param executor runs the jobs
     * @throws IllegalStateException if there is a session whose end was not asked for
     */
    void start(Consumption consumption, JobExecutor executor) {
        Turn turn;
        Turn before;
        do {
            before = last.get();
            if (before != null && !before.ending.get()) {
                throw new IllegalStateException(
                        "queue " + node.identity().queue() + " is consumed already by this node");
            }
            CompletionStage<?> previous = before == null ? CompletableFuture.completedFuture(null) : before.ended;
            turn = new Turn(consumption, executor, previous);
        } while (!last.compareAndSet(before, turn));
        Turn next = turn;
        next.previous.whenComplete((done, failure) -> node.loop().execute(() -> open(next)));
    }

    /** What is known may be out of date, which the session will hear; before anything is known no session can start. */
    private void open(Turn turn) {
        if (turn.ending.get()) {
            return;
        }
        Competition known = competition;
        CompletionStage<Competition> look = node.resizes().look();
        if (known != null) {
            begin(turn, known);
        } else {
            look.whenComplete((found, failure) -> node.loop().execute(() -> opened(turn, found, failure)));
        }
    }

    private void opened(Turn turn, @Nullable Competition found, @Nullable Throwable failure) {
        if (turn.ending.get()) {
            return;
        }
        if (found == null) {
            node.outage().unanswered(Subject.QUEUE, failure);
            node.loop().schedule(RETRY, () -> open(turn));
            return;
        }
        node.outage().answered(Subject.QUEUE);
        begin(turn, competition == null ? found : competition);
    }

    private void begin(Turn turn, Competition now) {
        ConsumerSession session = new ConsumerSession(turn.consumption, now, node, turn.executor);
        turn.session = session;
        running = session;
        session.start();
    }

    /**
     * Drains the session, or keeps it from starting.
     *
     * @return completes when no session runs any more, with the number of jobs that were not waited for
     */
    CompletionStage<Integer> drain() {
        Turn turn = last.get();
        if (turn == null) {
            return CompletableFuture.completedFuture(0);
        }
        end(turn);
        return turn.ended;
    }

    /**
     * Stops the session, and the one that it waits for.
     *
     * @return as of {@link #drain}
     */
    CompletionStage<Integer> stop() {
        Turn turn = last.get();
        if (turn == null) {
            return CompletableFuture.completedFuture(0);
        }
        end(turn);
        node.loop().execute(() -> {
            ConsumerSession session = running;
            if (session != null && !turn.ended.isDone()) {
                session.stop();
            }
        });
        return turn.ended;
    }

    private void end(Turn turn) {
        if (turn.ending.compareAndSet(false, true)) {
            node.loop().execute(() -> {
                ConsumerSession session = turn.session;
                CompletionStage<Integer> ended = session == null ? turn.previous.thenApply(done -> 0) : session.drain();
                ended.thenAccept(abandoned -> ended(turn, abandoned));
            });
        }
    }

    private void ended(Turn turn, int abandoned) {
        running = null;
        node.outage().reset();
        last.compareAndSet(turn, null);
        turn.ended.complete(abandoned);
    }

    /** On the event loop. */
    void competitionChanged(Competition now) {
        competition = now;
        ConsumerSession session = running;
        if (session != null) {
            session.compete(now);
        }
    }

    /** On the event loop. */
    void abandonedJobEnded(int index) {
        ConsumerSession session = running;
        if (session != null) {
            session.abandonedJobEnded(index);
        }
    }

    /** On the event loop. */
    void primaryChanged(String old) {
        ConsumerSession session = running;
        if (session != null) {
            session.primaryChanged(old);
        }
    }

    /**
     * @return whether a session was asked for and has not ended
     */
    boolean active() {
        return last.get() != null;
    }

    /**
     * @return how long a drain may take; zero if nothing is consumed
     */
    Duration drainTimeout() {
        Turn turn = last.get();
        return turn == null ? Duration.ZERO : turn.consumption.pump().drainTimeout();
    }

    int unfinished() {
        ConsumerSession session = running;
        return session == null ? 0 : session.owned().unfinished();
    }

    NodeStatus status() {
        String problem = node.outage().problem();
        int repairs = node.repairs().get();
        ConsumerSession session = running;
        if (session == null) {
            return new NodeStatus(active(), List.of(), List.of(), problem, false, "", repairs);
        }
        OwnedPartitions owned = session.owned();
        return new NodeStatus(
                true,
                owned.ids(),
                owned.inFlight(),
                problem,
                session.standstills().stream().anyMatch(Standstill::due),
                text(session.allStandstills()),
                repairs);
    }

    private static String text(List<Standstill> standstills) {
        return standstills.stream().map(Standstill::text).collect(Collectors.joining("; "));
    }
}
