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

/** A job whose caller waits for an answer. Touched by one thread at a time: its caller's, then the loop's. */
final class PendingJob {
    /** Rough cost of a job in memory and in Redis beyond its content, in bytes. */
    private static final int OVERHEAD = 200;

    private static final Duration LONGEST = Duration.ofDays(365);

    private final NewJob job;
    private final @Nullable Origin origin;
    private final EnqueueSettings settings;
    private final MemoryBudget budget;
    private final long deadline;
    private final long size;
    private final CompletableFuture<Enqueued> promise = new CompletableFuture<>();
    private boolean answered;
    /** Version of the layout for which it was found out whether an earlier one knows the id; zero for none. */
    private int settledFor;

    private boolean known;

    /**
     * @param job a legal job
     * @param origin its place in a source; null if it comes from none
     * @param settings how to add it
     * @param budget gets the job's bytes back when it is answered
     * @param now the loop's time
     */
    PendingJob(NewJob job, @Nullable Origin origin, EnqueueSettings settings, MemoryBudget budget, long now) {
        this.job = job;
        this.origin = origin;
        this.settings = settings;
        this.budget = budget;
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
     * @return the reading that the job belongs to; null if it comes from no source
     */
    @Nullable
    Reading reading() {
        return origin == null ? null : origin.reading();
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

    /**
     * @return whether jobs with the same id are duplicates
     */
    boolean deduplicated() {
        return job.callerId() && !settings.deduplicationWindow().isZero();
    }

    /**
     * @param version version of a layout
     * @return whether it was found out if an earlier layout than that knows the id
     */
    boolean settledFor(int version) {
        return settledFor == version;
    }

    /**
     * @param version version of the current layout
     * @param known whether an earlier one knows the id, so that the job is a duplicate
     */
    void settle(int version, boolean known) {
        this.settledFor = version;
        this.known = known;
    }

    /**
     * @return whether an earlier layout knows the id
     */
    boolean known() {
        return known;
    }

    boolean answered() {
        return answered;
    }

    CompletionStage<Enqueued> stage() {
        return promise;
    }

    /**
     * @param now the loop's time
     * @return nanoseconds until its caller stops waiting; zero or less if that is past
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
            budget.leave(size);
            promise.complete(new Enqueued(job.id(), partition, place.streamId(), place.duplicate()));
        }
    }

    /**
     * @param kind tells the caller what to do
     * @param message for the caller
     */
    void fail(EnqueueException.Kind kind, String message) {
        if (!answered) {
            answered = true;
            budget.leave(size);
            if (origin != null) {
                origin.reading().breakOff();
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
