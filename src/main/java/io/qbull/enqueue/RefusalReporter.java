package io.qbull.enqueue;

import io.qbull.model.Causes;
import io.qbull.model.DurationText;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.IncidentLog;
import io.qbull.runtime.LogLimit;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows why jobs cannot be added, to which partitions, and for how long. Logs each reason once until jobs are taken again, and names what
 * lasts to whoever asks for the node's health. On the loop, except {@link #problem} and {@link #crowded}.
 */
final class RefusalReporter {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalReporter.class);
    /** A partition that has refused jobs for so long has a problem. */
    private static final Duration LASTING = Duration.ofSeconds(10);
    /** Nobody knows any more whether a reason holds that no job has met for so long: an unhealthy pod gets no more jobs. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(30);

    /** Instead of the index of a partition: without the layout none is known. */
    private static final int LAYOUT = -1;

    private final QueueName queue;
    private final EventLoop loop;
    private final BooleanSupplier outageReported;
    private final LogLimit lines;
    /** By index of the partition. */
    private final Map<Integer, Trouble> troubles = new ConcurrentHashMap<>();

    private final IncidentLog incident;
    private long began;

    /**
     * What keeps a partition from taking jobs.
     *
     * @param why the reason met last
     * @param text what happened
     * @param since the loop's time of the first refusal since a job was taken
     * @param last the loop's time of the last refusal
     */
    private record Trouble(Refusal why, String text, long since, long last) {
        Duration age(long now) {
            return Duration.ofNanos(now - since);
        }

        boolean stale(long now) {
            return now - last > FORGOTTEN.toNanos();
        }
    }

    /**
     * @param queue the queue
     * @param loop keeps the time
     * @param outageReported whether another part of the node reports now that Redis is away, which is not logged twice
     */
    RefusalReporter(QueueName queue, EventLoop loop, BooleanSupplier outageReported) {
        this.queue = queue;
        this.loop = loop;
        this.outageReported = outageReported;
        this.lines = new LogLimit(loop::nanoTime);
        this.incident = new IncidentLog(lines);
    }

    /**
     * @param partition takes no jobs
     * @param why the reason
     * @param text what happened, without data of a job
     */
    void refused(PartitionId partition, Refusal why, String text) {
        refused(partition.index(), why, text);
    }

    /**
     * @param partition takes no jobs
     * @param failure what its call ended with
     */
    void failed(PartitionId partition, @Nullable Throwable failure) {
        refused(partition.index(), reason(failure), text(failure));
    }

    /**
     * @param failure why the layout could not be read
     */
    void layoutUnknown(@Nullable Throwable failure) {
        refused(LAYOUT, reason(failure), "the layout cannot be read: " + text(failure));
    }

    /** The layout was read. */
    void layoutKnown() {
        taken(LAYOUT);
    }

    /** The jobs are assigned anew, perhaps to other partitions. Whether they can be added shows when one of them is. */
    void reset() {
        troubles.clear();
    }

    /**
     * @param partition has taken jobs
     */
    void taken(PartitionId partition) {
        taken(partition.index());
    }

    /**
     * @param call is given up, and its outcome is unknown
     * @param why what happened
     */
    void outcomeUnknown(Call call, String why) {
        lines.log(
                "given up: " + why,
                more -> LOG.warn(
                        "queue={} partition={} call {} is given up; its {} jobs may or may not have been added: {}{}",
                        queue,
                        call.command().partition().index(),
                        call.command().number(),
                        call.jobs().size(),
                        why,
                        more));
    }

    /**
     * @return one line about what has kept jobs from being added for ten seconds, and what to do; empty if nothing has. From any thread
     */
    String problem() {
        return lasting(Refusal::fault);
    }

    /**
     * @return as {@link #problem}, about limits that the backlog has reached
     */
    String crowded() {
        return lasting(why -> !why.fault());
    }

    private void refused(int partition, Refusal why, String text) {
        long now = loop.nanoTime();
        troubles.values().removeIf(each -> each.stale(now));
        if (troubles.isEmpty()) {
            incident.forget();
            began = incident.open() ? began : now;
        }
        Trouble before = troubles.get(partition);
        Trouble trouble = new Trouble(why, text, before == null ? now : before.since, now);
        troubles.put(partition, trouble);
        if (trouble.age(now).compareTo(why.patience()) >= 0 && !toldElsewhere(why)) {
            log(trouble);
        }
    }

    private boolean toldElsewhere(Refusal why) {
        return why == Refusal.AWAY && outageReported.getAsBoolean();
    }

    private void log(Trouble trouble) {
        // Where Redis itself names the cause, each text is one of its own.
        boolean named = trouble.why == Refusal.MISCONFIGURED || trouble.why == Refusal.UNEXPECTED;
        String cause = named ? trouble.why + trouble.text : trouble.why.name();
        incident.once(cause, more -> LOG.warn("queue={} {}{}", queue, describe(trouble), more));
    }

    private void taken(int partition) {
        boolean ended = troubles.remove(partition) != null;
        // A layout that is read anew takes no job, so it ends only its own trouble.
        if (!incident.open() || (partition == LAYOUT && !ended)) {
            return;
        }
        long now = loop.nanoTime();
        troubles.values().removeIf(each -> each.stale(now));
        if (troubles.isEmpty()) {
            LOG.info(
                    "queue={} jobs can be added again after {}", queue, DurationText.of(Duration.ofNanos(now - began)));
            incident.close();
        }
    }

    private String lasting(Predicate<Refusal> wanted) {
        long now = loop.nanoTime();
        return troubles.values().stream()
                .filter(each -> wanted.test(each.why) && !toldElsewhere(each.why) && !each.stale(now))
                .filter(each -> each.age(now).compareTo(LASTING) >= 0)
                .max(Comparator.comparing(each -> each.age(now)))
                .map(each -> "since " + DurationText.of(each.age(now)) + " " + describe(each))
                .orElse("");
    }

    private String describe(Trouble trouble) {
        List<Integer> partitions = troubles.entrySet().stream()
                .filter(entry -> entry.getKey() != LAYOUT && entry.getValue().why == trouble.why)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        return "jobs cannot be added" + (partitions.isEmpty() ? "" : " to partitions " + partitions) + ": "
                + trouble.text + "; " + trouble.why.advice();
    }

    private static Refusal reason(@Nullable Throwable failure) {
        Throwable cause = Causes.bare(failure);
        if (cause instanceof StoreException.Full) {
            return Refusal.FULL;
        }
        if (cause instanceof StoreException.Misconfigured) {
            return Refusal.MISCONFIGURED;
        }
        return cause instanceof StoreException ? Refusal.AWAY : Refusal.UNEXPECTED;
    }

    /** The message of a storage failure says it all; anything else is a bug, and its type matters. */
    private static String text(@Nullable Throwable failure) {
        Throwable cause = Causes.bare(failure);
        return cause instanceof StoreException known ? String.valueOf(known.getMessage()) : String.valueOf(cause);
    }
}
