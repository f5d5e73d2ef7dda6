package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.Causes;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.runtime.EventLoop;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Adds the records of one reading of a source. Records are added by one thread at a time. */
final class SourceFeed implements JobFeed {
    private final Intake intake;
    private final ProducerIdentity identity;
    private final Reading reading;
    private final MetPartitions met;
    private final EnqueueSettings settings;
    /**
     * Records that wait until it is known whether an earlier reading has added them, and all that came after them: a record must not
     * overtake another one of its partition. Guarded by itself; only the one thread that {@link #proceed} is on takes from it.
     */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private long last = -1;
    private @Nullable ProgressRenewal renewal;

    /**
     * @param intake takes the records
     * @param identity whose records they are
     * @param reading of the source
     * @param met progress of earlier readings
     * @param settings how to add records
     */
    SourceFeed(Intake intake, ProducerIdentity identity, Reading reading, MetPartitions met, EnqueueSettings settings) {
        this.intake = intake;
        this.identity = identity;
        this.reading = reading;
        this.met = met;
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
        CompletableFuture<Void> known = met.meet(checked.key());
        Waiting record = new Waiting(offset, checked, known, new CompletableFuture<>());
        boolean first;
        synchronized (waiting) {
            first = waiting.isEmpty();
            if (first && known.isDone()) {
                return judge(record);
            }
            waiting.addLast(record);
        }
        if (first) {
            var unused = known.whenComplete((read, failure) -> proceed());
        }
        return record.result;
    }

    /** A record whose progress is being read, or that came after one. */
    private record Waiting(
            long offset, NewJob job, CompletableFuture<Void> known, CompletableFuture<Enqueued> result) {}

    /** The first of the records that wait can be judged, and perhaps those behind it. */
    private void proceed() {
        while (true) {
            Waiting record;
            synchronized (waiting) {
                record = waiting.peekFirst();
            }
            if (record == null) {
                return;
            }
            if (!record.known.isDone()) {
                var unused = record.known.whenComplete((read, failure) -> proceed());
                return;
            }
            CompletionStage<Enqueued> judged = judge(record);
            synchronized (waiting) {
                // Not before: the next record must see that this one was still waiting.
                waiting.removeFirst();
            }
            judged.whenComplete((added, failure) -> {
                if (added != null) {
                    record.result.complete(added);
                } else {
                    record.result.completeExceptionally(Causes.bare(failure));
                }
            });
        }
    }

    private CompletionStage<Enqueued> judge(Waiting record) {
        if (record.known.isCompletedExceptionally()) {
            reading.breakOff();
            return CompletableFuture.failedFuture(unread(record.known));
        }
        NewJob job = record.job;
        if (met.covers(record.offset, job.key())) {
            PartitionId partition = met.current().partitionOf(identity.queue(), identity.keyHash(), job.key());
            return CompletableFuture.completedFuture(new Enqueued(job.id(), partition, StreamId.START, true));
        }
        if (reading.broken()) {
            return CompletableFuture.failedFuture(
                    new EnqueueException(EnqueueException.Kind.UNAVAILABLE, Reading.BROKEN));
        }
        return intake.admit(job, new Origin(reading, record.offset), settings);
    }

    private static EnqueueException unread(CompletableFuture<Void> known) {
        Throwable cause = Causes.bare(known.handle((read, failure) -> failure).join());
        EnqueueException.Kind kind = cause instanceof StoreException.Full
                ? EnqueueException.Kind.FULL
                : cause instanceof StoreException.Misconfigured
                        ? EnqueueException.Kind.MISCONFIGURED
                        : EnqueueException.Kind.UNAVAILABLE;
        String why = cause == null ? "" : String.valueOf(cause.getMessage());
        return new EnqueueException(kind, "not added: it cannot be read whether it was added before: " + why);
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
