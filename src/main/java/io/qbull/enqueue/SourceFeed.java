package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The feed of an enqueuer. */
final class SourceFeed implements JobFeed {
    static final String BROKEN = "not added: a record before it was not added";
    static final String OTHER_LAYOUT = "not added: the queue has another layout than when this reading began";

    private final Enqueuer enqueuer;
    private final Enqueuer.Identity identity;
    private final SourceId source;
    private final Duration lifetime;
    private final Progress progress;
    private final EnqueueSettings settings;
    private long last = -1;
    private volatile boolean broken;

    SourceFeed(
            Enqueuer enqueuer,
            Enqueuer.Identity identity,
            SourceId source,
            Duration lifetime,
            Progress progress,
            EnqueueSettings settings) {
        this.enqueuer = enqueuer;
        this.identity = identity;
        this.source = source;
        this.lifetime = lifetime;
        this.progress = progress;
        this.settings = settings;
    }

    @Override
    public CompletionStage<Enqueued> add(long offset, NewJob job) {
        if (offset <= last) {
            throw new IllegalArgumentException(
                    "offset " + offset + " of source " + source + " must be above the one before (" + last + ")");
        }
        last = offset;
        if (progress.covers(offset, identity.keyHash(), job.key())) {
            PartitionId partition = progress.current().partitionOf(identity.queue(), identity.keyHash(), job.key());
            return CompletableFuture.completedFuture(new Enqueued(job.id(), partition, StreamId.START, true));
        }
        if (broken) {
            return CompletableFuture.failedFuture(new EnqueueException(EnqueueException.Kind.UNAVAILABLE, BROKEN));
        }
        return enqueuer.enqueue(job, new Pending.Origin(this, offset), settings);
    }

    @Override
    public boolean broken() {
        return broken;
    }

    void breakOff() {
        broken = true;
    }

    SourceId source() {
        return source;
    }

    Duration lifetime() {
        return lifetime;
    }

    int layoutVersion() {
        return progress.current().version();
    }
}
