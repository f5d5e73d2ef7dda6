package io.qbull.engine;

import io.qbull.model.Causes;
import io.qbull.model.DurationText;
import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.IncidentLog;
import io.qbull.runtime.LogLimit;
import io.qbull.store.Reachability;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs once that Redis does not answer, in one line for all queues, once for each reason why it refuses, and once that it answers again.
 * Many commands are sent at the same time, and in a cluster some are answered while others are not, so an outage is over when every
 * subject without an answer has got one.
 *
 * <p>Where Redis refuses one command, as it does without a right or at a key of another type, it still answers others about the same
 * subject: their answers prove nothing. Such an outage, and one that comes back soon, is over only after a calm. Outages that come and go
 * all the same are thinned out: the end is logged only of those whose beginning was.
 *
 * <p>Changed on the event loop; {@link #problem} is read from any thread.
 */
final class OutageReporter implements Reachability {
    private static final Logger LOG = LoggerFactory.getLogger(OutageReporter.class);
    /** A subject that was silent this long no longer counts, such as a lease that another pod has got meanwhile. */
    private static final Duration FORGOTTEN = Duration.ofMinutes(1);
    /** Time without a failure; longer than the pauses between the repeats of a command. */
    private static final Duration CALM = Duration.ofSeconds(5);

    private final QueueName queue;
    private final EventLoop loop;
    private final Supplier<List<Integer>> partitions;
    /** Subjects without an answer, and when each was last reported so. */
    private final Map<Subject, Long> unanswered = new HashMap<>();

    /** Those of them whose command was not even refused. */
    private final Set<Subject> away = new HashSet<>();

    private final OutageLog shared;
    private final IncidentLog refusals;

    private Phase phase = Phase.NONE;
    private long since;
    private long lastFailure;
    /** When Redis last refused a command in this outage, if it did. */
    private @Nullable Long lastRefusal;

    private EventLoop.@Nullable Timer calm;
    private volatile String problem = "";

    private enum Phase {
        /** There was no outage. */
        NONE,
        /** There was one, and {@link #lastFailure} is known. */
        OVER,
        /** Over as soon as every subject is answered. */
        AWAY,
        /** Over after a calm. */
        STUBBORN;

        boolean outage() {
            return this == AWAY || this == STUBBORN;
        }
    }

    /**
     * @param queue the queue
     * @param loop keeps the time
     * @param partitions finds those that this pod works on
     * @param shared logs that Redis does not answer
     */
    OutageReporter(QueueName queue, EventLoop loop, Supplier<List<Integer>> partitions, OutageLog shared) {
        this.queue = queue;
        this.loop = loop;
        this.partitions = partitions;
        this.shared = shared;
        this.refusals = new IncidentLog(new LogLimit(loop::nanoTime));
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void unanswered(Subject subject, @Nullable Throwable failure) {
        Throwable cause = Causes.bare(failure);
        boolean silent = cause == null || cause instanceof StoreException.Unavailable;
        long now = loop.nanoTime();
        if (!phase.outage()) {
            boolean again = phase == Phase.OVER && now - lastFailure < LogLimit.PERIOD.toNanos();
            phase = again ? Phase.STUBBORN : Phase.AWAY;
            since = now;
        }
        lastFailure = now;
        unanswered.put(subject, now);
        String text = cause == null ? "Redis does not answer" : String.valueOf(cause.getMessage());
        if (!silent) {
            phase = Phase.STUBBORN;
            lastRefusal = now;
        }
        if (!silent || !refusedLately(now)) {
            problem = text;
        }
        if (cause == null || silent) {
            away.add(subject);
            shared.away(this, queue, text, partitions.get());
        } else {
            heardOf(subject);
            log(cause, text);
        }
    }

    /** Then what a person must do is not hidden by what passes by itself. */
    private boolean refusedLately(long now) {
        return lastRefusal != null && now - lastRefusal < CALM.toNanos();
    }

    /** A refusal is an answer, too. */
    private void heardOf(Subject subject) {
        away.remove(subject);
        if (away.isEmpty()) {
            shared.answered(this, queue);
        }
    }

    private void log(Throwable cause, String text) {
        if (cause instanceof StoreException.Misconfigured) {
            refusals.once(
                    text, more -> LOG.error("queue={} refused by Redis, a person must act: {}{}", queue, text, more));
        } else if (cause instanceof StoreException) {
            refusals.once(
                    text,
                    more -> LOG.warn(
                            "queue={} {}; trying until it works, partitions {} may wait{}",
                            queue,
                            text,
                            partitions.get(),
                            more));
        } else {
            refusals.once(
                    cause.getClass().getName() + text,
                    more -> LOG.error(
                            "queue={} a command failed in an unexpected way and will be repeated{}",
                            queue,
                            more,
                            cause));
        }
    }

    @Override
    public void answered(Subject subject) {
        if (phase.outage()) {
            unanswered.remove(subject);
            unanswered.values().removeIf(last -> loop.nanoTime() - last > FORGOTTEN.toNanos());
            away.retainAll(unanswered.keySet());
            heardOf(subject);
            endIfOver();
        }
    }

    private void endIfOver() {
        if (!unanswered.isEmpty()) {
            return;
        }
        long now = loop.nanoTime();
        long left = phase == Phase.STUBBORN ? CALM.toNanos() - (now - lastFailure) : 0;
        if (left <= 0) {
            if (refusals.open()) {
                LOG.info(
                        "queue={} Redis answers again after {}", queue, DurationText.of(Duration.ofNanos(now - since)));
            }
            end();
        } else if (calm == null) {
            calm = loop.schedule(Duration.ofNanos(left), () -> {
                calm = null;
                endIfOver();
            });
        }
    }

    private void end() {
        phase = Phase.OVER;
        lastRefusal = null;
        refusals.close();
        away.clear();
        shared.forget(this);
        problem = "";
        if (calm != null) {
            calm.cancel();
            calm = null;
        }
    }

    /** Forgets all subjects: no more commands are sent about them. */
    void reset() {
        unanswered.clear();
        if (phase.outage()) {
            end();
        }
    }
}
