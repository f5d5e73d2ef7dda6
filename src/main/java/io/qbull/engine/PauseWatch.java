package io.qbull.engine;

import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.model.why.PauseText;
import io.qbull.runtime.EventLoop;
import io.qbull.store.PauseTable;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows what is paused in a queue, from when somebody needs to know it until the node closes. Changes are announced; as announcements can
 * get lost, it also looks for them. All queues of a process look at the same moments, so that their questions travel together. Whether a
 * pause has ended by itself it asks Redis, whose clock decides. On the event loop.
 */
final class PauseWatch {
    /** A change is noticed after so long at the latest; a second includes the answer. */
    static final Duration PERIOD = Duration.ofMillis(750);

    /** The most pauses that are named. */
    private static final int MOST_NAMED = 3;

    private static final Logger LOG = LoggerFactory.getLogger(PauseWatch.class);

    private final QueueName queue;
    private final PauseTable table;
    private final EventLoop loop;
    /** Completes with the first answer, whatever it is. */
    private final CompletableFuture<@Nullable Void> first = new CompletableFuture<>();
    /** The session; null while none runs. */
    private @Nullable Listener listener;

    private volatile Pauses known = Pauses.UNKNOWN;
    /** What the next read compares with. */
    private Pauses asked = Pauses.UNKNOWN;

    private Phase phase = Phase.NEW;
    private EventLoop.@Nullable Timer nextLook;
    private EventLoop.@Nullable Timer firstEnd;
    private @Nullable AutoCloseable subscription;

    private enum Phase {
        /** Nobody has asked yet. */
        NEW,
        /** Nothing is read any more. */
        STOPPED,
        /** The next look comes with the timer or an announcement. */
        RESTING,
        /** A read is under way. */
        READING,
        /** The same, and another one follows. */
        READING_CALLED
    }

    /**
     * A session that follows what is paused.
     *
     * @param reachability hears whether Redis answers
     * @param changed gets what is paused after each change
     */
    record Listener(Reachability reachability, Consumer<Pauses> changed) {}

    /**
     * @param queue the queue
     * @param table has the pauses
     * @param loop runs all of this
     */
    PauseWatch(QueueName queue, PauseTable table, EventLoop loop) {
        this.queue = queue;
        this.table = table;
        this.loop = loop;
    }

    /** A session begins to follow; nobody else does. */
    void join(Listener session) {
        listener = session;
        start();
    }

    /** It follows no more. */
    void leave() {
        listener = null;
    }

    /**
     * From any thread.
     *
     * @return completes on the loop when what is paused was read, or could not be
     */
    CompletionStage<@Nullable Void> begun() {
        if (!first.isDone()) {
            loop.execute(this::start);
        }
        return first;
    }

    /** What was read last; {@link Pauses#UNKNOWN} before that. */
    Pauses known() {
        return known;
    }

    /** Names what is paused, but not all of many keys; empty if nothing is. From any thread. */
    String text() {
        List<Pause> all = known.all();
        String named = all.stream().limit(MOST_NAMED).map(PauseText::sentence).collect(Collectors.joining("; "));
        int others = all.size() - MOST_NAMED;
        return others <= 0 ? named : named + "; " + others + " more pauses";
    }

    private void start() {
        if (phase != Phase.NEW) {
            return;
        }
        phase = Phase.RESTING;
        table.changes(queue, () -> loop.execute(this::read))
                .whenComplete((answer, failure) -> loop.execute(() -> subscribed(answer)));
        look();
    }

    void stop() {
        phase = Phase.STOPPED;
        cancel(nextLook);
        cancel(firstEnd);
        close(subscription);
        subscription = null;
    }

    private void subscribed(@Nullable AutoCloseable answer) {
        if (phase == Phase.STOPPED) {
            close(answer);
        } else {
            subscription = answer;
        }
    }

    private void look() {
        nextLook = loop.schedule(untilNextLook(), this::look);
        read();
    }

    private Duration untilNextLook() {
        long period = PERIOD.toNanos();
        return Duration.ofNanos(period - Math.floorMod(loop.nanoTime(), period));
    }

    private void read() {
        if (phase == Phase.READING || phase == Phase.READING_CALLED) {
            phase = Phase.READING_CALLED;
        } else if (phase == Phase.RESTING) {
            phase = Phase.READING;
            Pauses before = asked;
            table.pauses(queue, before)
                    .whenComplete((found, failure) -> loop.execute(() -> answered(before, found, failure)));
        }
    }

    private void answered(Pauses before, @Nullable Pauses found, @Nullable Throwable failure) {
        boolean again = phase == Phase.READING_CALLED;
        if (phase == Phase.STOPPED) {
            return;
        }
        phase = Phase.RESTING;
        Listener session = listener;
        if (found == null) {
            if (session != null) {
                session.reachability.unanswered(Subject.PAUSES, failure);
            }
            first.complete(null);
            return;
        }
        if (session != null) {
            session.reachability.answered(Subject.PAUSES);
        }
        if (!found.equals(before)) {
            take(found);
        }
        first.complete(null);
        if (asked.equals(before)) {
            asked = known;
        }
        if (again) {
            read();
        }
    }

    private void take(Pauses found) {
        log(found);
        known = found;
        cancel(firstEnd);
        Duration end = found.firstEnd();
        // What has ended is left out when all is read anew.
        firstEnd = end == null ? null : loop.schedule(end.plusMillis(1), this::readAll);
        if (listener != null) {
            listener.changed.accept(found);
        }
    }

    private void log(Pauses found) {
        found.all().stream()
                .filter(pause -> known.all().stream().noneMatch(pause::same))
                .forEach(pause -> LOG.info("queue={} {}", queue, PauseText.sentence(pause)));
        known.all().stream()
                .filter(pause -> found.all().stream().noneMatch(pause::same))
                .forEach(pause -> LOG.info(
                        "queue={} {} is no longer paused by {}", queue, what(pause), Printable.of(pause.by())));
    }

    private static String what(Pause pause) {
        return pause.scope() instanceof Scope.NewJobs ? "the taking of new jobs" : PauseText.what(pause.scope());
    }

    private void readAll() {
        firstEnd = null;
        // What is known holds until the answer.
        asked = Pauses.UNKNOWN;
        read();
    }

    private static void cancel(EventLoop.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
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
