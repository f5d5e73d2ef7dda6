package io.qbull.enqueue;

import io.qbull.model.Causes;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs when adding jobs starts to fail, and when it works again. An outage affects all lanes and shows with every attempt, so one line
 * stands for all of them until it is over, for a minute at most. On the loop.
 */
final class EnqueueFailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(EnqueueFailureLog.class);
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final QueueName queue;
    private final EventLoop loop;
    private final BooleanSupplier outagesReported;
    private final Set<PartitionId> partitions = new HashSet<>();
    private long silentUntil;

    /**
     * @param queue the queue
     * @param loop keeps the time
     * @param outagesReported whether another part of the node currently reports that Redis is away, which is not logged twice
     */
    EnqueueFailureLog(QueueName queue, EventLoop loop, BooleanSupplier outagesReported) {
        this.queue = queue;
        this.loop = loop;
        this.outagesReported = outagesReported;
        this.silentUntil = loop.nanoTime();
    }

    /**
     * @param partition takes no jobs
     * @param why what happened
     */
    void failed(PartitionId partition, @Nullable Throwable why) {
        if (reportedElsewhere(why)) {
            return;
        }
        boolean first = partitions.isEmpty();
        partitions.add(partition);
        if (first || mayWarn()) {
            warned();
            LOG.warn(
                    "queue={} partition={} jobs cannot be added, {} partitions affected: {}",
                    queue,
                    partition.index(),
                    partitions.size(),
                    describe(why));
        }
    }

    /**
     * @param partition has taken jobs, or has refused them for a reason of its own
     */
    void succeeded(PartitionId partition) {
        if (partitions.remove(partition) && partitions.isEmpty()) {
            LOG.info("queue={} partition={} jobs can be added again", queue, partition.index());
        }
    }

    /**
     * @param call is given up, and its outcome is unknown
     * @param why what happened
     */
    void outcomeUnknown(Call call, String why) {
        LOG.warn(
                "queue={} partition={} call {} is given up; its {} jobs may or may not have been added: {}",
                queue,
                call.command().partition().index(),
                call.command().number(),
                call.jobs().size(),
                why);
    }

    /**
     * @param why the layout could not be read
     */
    void layoutUnknown(Throwable why) {
        if (mayWarn() && !reportedElsewhere(why)) {
            warned();
            LOG.warn("queue={} the layout cannot be read: {}", queue, describe(why));
        }
    }

    private boolean reportedElsewhere(@Nullable Throwable why) {
        return Causes.bare(why) instanceof StoreException.Unavailable && outagesReported.getAsBoolean();
    }

    private boolean mayWarn() {
        return loop.nanoTime() - silentUntil >= 0;
    }

    private void warned() {
        silentUntil = loop.nanoTime() + SILENCE.toNanos();
    }

    /** The message of a storage failure says it all; anything else is a bug, and its type matters. */
    private static String describe(@Nullable Throwable why) {
        Throwable cause = Causes.bare(why);
        return cause instanceof StoreException failure ? String.valueOf(failure.getMessage()) : String.valueOf(cause);
    }
}
