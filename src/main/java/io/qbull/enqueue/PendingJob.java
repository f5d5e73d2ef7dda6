package io.qbull.enqueue;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A job whose caller waits for an answer. Owned by one thread at a time: its caller's, then the loop. */
final class PendingJob {
    /** What a job costs in memory and in Redis beside its content, roughly. */
    private static final int OVERHEAD = 200;

    private static final Duration LONGEST = Duration.ofDays(365);

    private final NewJob job;
    private final @Nullable Origin origin;
    private final EnqueueSettings settings;
    private final MemoryBudget room;
    private final long deadline;
    private final long size;
    private final CompletableFuture<Enqueued> promise = new CompletableFuture<>();
    private boolean answered;

    /**
     * The job's place in a source.
     *
     * @param feed reads the source
     * @param offset in it
     */
    record Origin(SourceFeed feed, long offset) {}

    /**
     * @param job a legal job
     * @param origin where it comes from; null if from no source
     * @param settings how
     * @param room what the job gives back when it is answered
     * @param now the loop's time
     */
    PendingJob(NewJob job, @Nullable Origin origin, EnqueueSettings settings, MemoryBudget room, long now) {
        this.job = job;
        this.origin = origin;
        this.settings = settings;
        this.room = room;
        Duration timeout = settings.enqueueTimeout();
        this.deadline = now + (timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout).toNanos();
        this.size = size(job);
    }

    NewJob job() {
        return job;
    }

    @Nullable
    Origin origin() {
        return origin;
    }

    /**
     * @return what reads the job's source; null if it comes from none
     */
    @Nullable
    SourceFeed feed() {
        return origin == null ? null : origin.feed();
    }

    EnqueueSettings settings() {
        return settings;
    }

    /**
     * @return bytes, roughly
     */
    long size() {
        return size;
    }

    boolean answered() {
        return answered;
    }

    CompletionStage<Enqueued> stage() {
        return promise;
    }

    /**
     * @param now the loop's time
     * @return nanoseconds until its caller waits no longer; zero or less if that is past
     */
    long left(long now) {
        return deadline - now;
    }

    /**
     * @param partition where it went
     * @param place what Redis answered
     */
    void added(PartitionId partition, JobLog.Answer.Place place) {
        if (!answered) {
            answered = true;
            room.leave(size);
            promise.complete(new Enqueued(job.id(), partition, place.streamId(), place.duplicate()));
        }
    }

    /**
     * @param kind what the caller can do
     * @param message for the caller
     */
    void fail(EnqueueException.Kind kind, String message) {
        if (!answered) {
            answered = true;
            room.leave(size);
            if (origin != null) {
                origin.feed().breakOff();
            }
            promise.completeExceptionally(new EnqueueException(kind, message));
        }
    }

    private static long size(NewJob job) {
        long size = OVERHEAD
                + (long) job.body().length
                + job.key().length()
                + job.id().value().length();
        String contentType = job.contentType();
        if (contentType != null) {
            size += contentType.length();
        }
        for (Map.Entry<String, Object> header : job.headers().entrySet()) {
            size += header.getKey().length() + (header.getValue() instanceof String text ? text.length() : Long.BYTES);
        }
        return size;
    }
}
