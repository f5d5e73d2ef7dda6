package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The feed of an enqueuer. A call renews the lifetime of the source's progress in its own partition only; so while the feed is open
 * that of all partitions is renewed again and again, or a long reading would outlive what its own first records left behind.
 */
final class SourceFeed implements JobFeed {
    private static final Logger LOG = LoggerFactory.getLogger(SourceFeed.class);
    /** So often within a lifetime, so that one renewal may fail. */
    private static final int RENEWALS = 3;

    static final String BROKEN = "not added: a record before it was not added";
    static final String OTHER_LAYOUT = "not added: the queue has another layout than when this reading began";

    private final Enqueuer enqueuer;
    private final Enqueuer.Identity identity;
    private final SourceId source;
    private final Progress progress;
    private final EnqueueSettings settings;
    private final Renewals renewals;
    private long last = -1;
    private volatile boolean broken;
    private volatile boolean closed;

    /**
     * How the lifetime of a source's progress begins anew.
     *
     * @param lifetime zero = it has none
     * @param loop keeps the time
     * @param renew renews it in all partitions
     */
    record Renewals(Duration lifetime, EventLoop loop, Supplier<CompletionStage<?>> renew) {}

    SourceFeed(
            Enqueuer enqueuer,
            Enqueuer.Identity identity,
            SourceId source,
            Progress progress,
            EnqueueSettings settings,
            Renewals renewals) {
        this.enqueuer = enqueuer;
        this.identity = identity;
        this.source = source;
        this.progress = progress;
        this.settings = settings;
        this.renewals = renewals;
    }

    /** Begins to keep the progress alive. */
    SourceFeed open() {
        if (!lifetime().isZero()) {
            renewals.loop.execute(this::renewLater);
        }
        return this;
    }

    @Override
    public CompletionStage<Enqueued> add(long offset, NewJob job) {
        if (offset <= last) {
            throw new IllegalArgumentException(
                    "offset " + offset + " of source " + source + " must be above the one before (" + last + ")");
        }
        last = offset;
        NewJob checked;
        try {
            // First of all: no reading has added what breaks a rule, though the offset of a later record covers its
            // own.
            checked = enqueuer.checked(job, settings);
        } catch (EnqueueException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (progress.covers(offset, identity.keyHash(), checked.key())) {
            PartitionId partition = progress.current().partitionOf(identity.queue(), identity.keyHash(), checked.key());
            return CompletableFuture.completedFuture(new Enqueued(checked.id(), partition, StreamId.START, true));
        }
        if (broken) {
            return CompletableFuture.failedFuture(new EnqueueException(EnqueueException.Kind.UNAVAILABLE, BROKEN));
        }
        return enqueuer.admit(checked, new PendingJob.Origin(this, offset), settings);
    }

    @Override
    public boolean broken() {
        return broken;
    }

    @Override
    public void close() {
        boolean open = !closed;
        closed = true;
        if (open && !lifetime().isZero()) {
            renew();
        }
    }

    private void renewLater() {
        var unused = renewals.loop.schedule(lifetime().dividedBy(RENEWALS), () -> {
            if (!closed) {
                renew();
                renewLater();
            }
        });
    }

    private void renew() {
        renewals.renew.get().whenComplete((renewed, failure) -> {
            if (failure != null) {
                LOG.debug("source={} is not remembered for longer", source, failure);
            }
        });
    }

    void breakOff() {
        broken = true;
    }

    SourceId source() {
        return source;
    }

    Duration lifetime() {
        return renewals.lifetime;
    }

    int layoutVersion() {
        return progress.current().version();
    }
}
