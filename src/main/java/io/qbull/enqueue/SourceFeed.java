package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Adds the records of one reading of a source. Records are added by one thread at a time. */
final class SourceFeed implements JobFeed {
    private final Intake intake;
    private final ProducerIdentity identity;
    private final Reading reading;
    private final Progress progress;
    private final EnqueueSettings settings;
    private long last = -1;
    private @Nullable ProgressRenewal renewal;

    /**
     * @param intake takes the records
     * @param identity whose records they are
     * @param reading of the source
     * @param progress of earlier readings
     * @param settings how to add records
     */
    SourceFeed(Intake intake, ProducerIdentity identity, Reading reading, Progress progress, EnqueueSettings settings) {
        this.intake = intake;
        this.identity = identity;
        this.reading = reading;
        this.progress = progress;
        this.settings = settings;
    }

    /**
     * @param loop keeps the time
     * @param renew lets the lifetime of the source's progress start anew, in all partitions
     * @return this, with that progress kept alive until {@link #close}
     */
    SourceFeed keepAlive(EventLoop loop, Supplier<CompletionStage<?>> renew) {
        Duration lifetime = reading.lifetime();
        if (!lifetime.isZero()) {
            renewal = new ProgressRenewal(reading.source(), lifetime, loop, renew);
            renewal.start();
        }
        return this;
    }

    @Override
    public CompletionStage<Enqueued> add(long offset, NewJob job) {
        if (offset <= last) {
            throw new IllegalArgumentException("offset " + offset + " of source " + reading.source()
                    + " must be above the one before (" + last + ")");
        }
        last = offset;
        NewJob checked;
        try {
            // Comes first: a record that breaks a rule was never added, although the offset of a later record covers
            // its own.
            checked = intake.checked(job, settings);
        } catch (EnqueueException e) {
            return CompletableFuture.failedFuture(e);
        }
        if (progress.covers(offset, identity.keyHash(), checked.key())) {
            PartitionId partition = progress.current().partitionOf(identity.queue(), identity.keyHash(), checked.key());
            return CompletableFuture.completedFuture(new Enqueued(checked.id(), partition, StreamId.START, true));
        }
        if (reading.broken()) {
            return CompletableFuture.failedFuture(
                    new EnqueueException(EnqueueException.Kind.UNAVAILABLE, Reading.BROKEN));
        }
        return intake.admit(checked, new Origin(reading, offset), settings);
    }

    @Override
    public boolean broken() {
        return reading.broken();
    }

    @Override
    public void close() {
        if (renewal != null) {
            renewal.stop();
        }
    }
}
