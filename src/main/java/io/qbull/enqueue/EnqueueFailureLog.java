package io.qbull.enqueue;

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
 * Says when adding jobs begins to fail, and when it works again. An outage meets all lanes and goes on with every attempt, so one
 * line stands for all until it is over, and for a minute at most. On the loop.
 */
final class EnqueueFailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(Enqueuer.class);
    private static final Duration SILENCE = Duration.ofMinutes(1);

    private final QueueName queue;
    private final EventLoop loop;
    private final BooleanSupplier outagesTold;
    private final Set<PartitionId> partitions = new HashSet<>();
    private long silentUntil;

    /**
     * @param queue the queue
     * @param loop its clock counts
     * @param outagesTold whether somebody else says that Redis is away, so that it is not said twice
     */
    EnqueueFailureLog(QueueName queue, EventLoop loop, BooleanSupplier outagesTold) {
        this.queue = queue;
        this.loop = loop;
        this.outagesTold = outagesTold;
        this.silentUntil = loop.nanoTime();
    }

    /**
     * @param partition that takes no jobs
     * @param why what happened
     */
    void at(PartitionId partition, @Nullable Throwable why) {
        if (known(why)) {
            return;
        }
        boolean first = partitions.isEmpty();
        partitions.add(partition);
        if (first || loud()) {
            warned();
            LOG.warn(
                    "queue={} partition={} adding jobs fails, {} partitions affected: {}",
                    queue,
                    partition.index(),
                    partitions.size(),
                    describe(why));
        }
    }

    /**
     * @param partition that has taken jobs
     */
    void over(PartitionId partition) {
        if (partitions.remove(partition) && partitions.isEmpty()) {
            LOG.info("queue={} partition={} adding jobs works again", queue, partition.index());
        }
    }

    /**
     * @param call that is over without an answer of use
     * @param why what happened
     */
    void lostSight(Call call, String why) {
        LOG.warn(
                "queue={} partition={} call {} is given up, its {} jobs may or may not have been added: {}",
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
        if (loud() && !known(why)) {
            warned();
            LOG.warn("queue={} the layout cannot be read: {}", queue, describe(why));
        }
    }

    private boolean known(@Nullable Throwable why) {
        return CallOutcome.cause(why) instanceof StoreException.Unavailable && outagesTold.getAsBoolean();
    }

    private boolean loud() {
        return loop.nanoTime() - silentUntil >= 0;
    }

    private void warned() {
        silentUntil = loop.nanoTime() + SILENCE.toNanos();
    }

    /** A storage failure explains itself; anything else is a bug, and its type matters. */
    private static String describe(@Nullable Throwable why) {
        Throwable cause = CallOutcome.cause(why);
        return cause instanceof StoreException failure ? String.valueOf(failure.getMessage()) : String.valueOf(cause);
    }
}
