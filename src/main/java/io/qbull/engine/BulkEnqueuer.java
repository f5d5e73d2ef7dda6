package io.qbull.engine;

import io.qbull.model.Causes;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.SkippedRecord;
import io.qbull.runtime.LogLimit;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds many jobs to a queue and counts what becomes of each. One thread at a time gives it jobs; their answers come on other threads.
 * The number of jobs under way is bounded as long as the caller respects {@link #crowded}. After the first job that could not be added
 * it takes no more, because later jobs of the same key would overtake that one.
 */
public final class BulkEnqueuer {
    private static final Logger LOG = LoggerFactory.getLogger(BulkEnqueuer.class);
    /** A fault may come with every job. */
    private static final LogLimit LINES = new LogLimit();

    private static final int MOST_UNDER_WAY = 2_000;
    private static final long MOST_BYTES_UNDER_WAY = 2L << 20;

    private final Adder adder;
    private final Runnable resume;
    private final BooleanSupplier tight;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, String> refused = new TreeMap<>();
    private final CompletableFuture<BulkResult> result = new CompletableFuture<>();
    private long accepted;
    private long duplicates;
    private long refusedCount;
    private long skipped;
    private int underWay;
    private long bytesUnderWay;
    private boolean crowded;
    private boolean ended;
    private @Nullable EnqueueException failure;

    /**
     * @param adder adds a job
     * @param resume run on any thread, once after each time that this was crowded
     */
    public BulkEnqueuer(Adder adder, Runnable resume) {
        this(adder, resume, () -> false);
    }

    /**
     * @param adder adds a job
     * @param resume run on any thread, once after each time that this was crowded
     * @param tight whether shared memory is so short that a single job under way counts as crowded
     */
    public BulkEnqueuer(Adder adder, Runnable resume, BooleanSupplier tight) {
        this.adder = adder;
        this.resume = resume;
        this.tight = tight;
    }

    /**
     * @param number of the job, above the numbers of all jobs before
     * @param job the job; ignored once one has failed
     */
    public void take(long number, NewJob job) {
        long size = job.body().length;
        lock.lock();
        try {
            if (failure != null) {
                return;
            }
            underWay++;
            bytesUnderWay += size;
        } finally {
            lock.unlock();
        }
        CompletionStage<Enqueued> added;
        try {
            added = adder.add(number, job);
        } catch (RuntimeException | Error e) {
            // Counted already: the result must come all the same.
            added = CompletableFuture.failedFuture(e);
        }
        added.whenComplete((answer, thrown) -> answered(number, size, answer, thrown));
    }

    /**
     * @param number of the input
     * @param reason why it makes no job
     */
    public void refuse(long number, String reason) {
        lock.lock();
        try {
            if (failure == null) {
                note(number, reason);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return whether the caller should give no more before {@code resume} runs
     */
    public boolean crowded() {
        lock.lock();
        try {
            crowded = full();
            return crowded;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return whether there is no point in giving more
     */
    public boolean failed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * No more jobs will come.
     *
     * @return the result, once every job is answered; it completes on any thread
     */
    public CompletionStage<BulkResult> end() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
        finishIfAnswered();
        return result;
    }

    /**
     * Takes no more jobs.
     *
     * @param why the failure to report, unless a job has failed before
     */
    public void stop(EnqueueException why) {
        lock.lock();
        try {
            if (failure == null) {
                failure = why;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits no longer: jobs without an answer are refused, because nobody knows whether they were added. */
    public void giveUp() {
        BulkResult now;
        lock.lock();
        try {
            ended = true;
            if (underWay > 0) {
                refusedCount += underWay;
                failure = new EnqueueException(
                        EnqueueException.Kind.UNKNOWN, "the server is stopping, and jobs under way have no answer yet");
            }
            now = resultSoFar();
        } finally {
            lock.unlock();
        }
        result.complete(now);
    }

    private void answered(long number, long size, @Nullable Enqueued answer, @Nullable Throwable thrown) {
        boolean resumes;
        lock.lock();
        try {
            underWay--;
            bytesUnderWay -= size;
            if (Causes.bare(thrown) instanceof SkippedRecord) {
                skipped++;
            } else if (answer == null) {
                failed(number, thrown);
            } else if (answer.duplicate()) {
                duplicates++;
            } else {
                accepted++;
            }
            resumes = crowded && !full();
            if (resumes) {
                crowded = false;
            }
        } finally {
            lock.unlock();
        }
        if (resumes) {
            resume.run();
        }
        finishIfAnswered();
    }

    private void failed(long number, @Nullable Throwable thrown) {
        Throwable cause = Causes.bare(thrown);
        EnqueueException why = cause instanceof EnqueueException known ? known : fault(cause);
        note(number, String.valueOf(why.getMessage()));
        // Jobs behind a refused one fail as unavailable, and their failures may arrive before the refusal itself.
        boolean aftermath = why.kind() == EnqueueException.Kind.UNAVAILABLE;
        boolean replaces = failure != null && failure.kind() == EnqueueException.Kind.UNAVAILABLE && !aftermath;
        if (why.kind() != EnqueueException.Kind.INVALID && (failure == null || replaces)) {
            failure = why;
        }
    }

    /** Clients read the message, so it reveals nothing about the inside. */
    private static EnqueueException fault(@Nullable Throwable cause) {
        LINES.log(
                String.valueOf(cause),
                more -> LOG.error("a fault: it is unknown whether a job was added{}", more, cause));
        EnqueueException fault = new EnqueueException(EnqueueException.Kind.UNKNOWN, "the server failed");
        fault.initCause(cause);
        return fault;
    }

    private void note(long number, String reason) {
        refusedCount++;
        refused.put(number, reason);
        if (refused.size() > BulkResult.MOST_LISTED) {
            refused.pollLastEntry();
        }
    }

    private boolean full() {
        return failure == null
                && (underWay >= MOST_UNDER_WAY
                        || bytesUnderWay >= MOST_BYTES_UNDER_WAY
                        || (underWay > 0 && tight.getAsBoolean()));
    }

    private void finishIfAnswered() {
        BulkResult now;
        lock.lock();
        try {
            if (!ended || underWay > 0) {
                return;
            }
            now = resultSoFar();
        } finally {
            lock.unlock();
        }
        result.complete(now);
    }

    private BulkResult resultSoFar() {
        return new BulkResult(
                accepted,
                duplicates,
                skipped,
                refusedCount,
                refused.entrySet().stream()
                        .map(entry -> new BulkResult.Refused(entry.getKey(), entry.getValue()))
                        .toList(),
                failure);
    }

    /** Adds a job. */
    public interface Adder {
        /**
         * @param number of the job
         * @param job the job
         * @return where it is; fails with an {@link EnqueueException}
         */
        CompletionStage<Enqueued> add(long number, NewJob job);

        /** Adds what was only collected so far. An adder that collects nothing has nothing to do. */
        default void flush() {}
    }
}
