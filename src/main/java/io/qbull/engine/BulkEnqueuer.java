package io.qbull.engine;

import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes many jobs into a queue, and counts what becomes of each. Jobs are given to it by one thread at a time; their answers come on
 * others. No more than a bounded number are on their way, if whoever gives them heeds {@link #crowded}. After the first one that could
 * not be added no more are taken, for those of its key would overtake it.
 */
public final class BulkEnqueuer {
    private static final Logger LOG = LoggerFactory.getLogger(BulkEnqueuer.class);
    private static final int MOST_UNDER_WAY = 2_000;
    private static final long MOST_BYTES_UNDER_WAY = 2L << 20;

    private final Adder adder;
    private final Runnable roomAgain;
    private final BooleanSupplier tight;
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Long, String> refused = new TreeMap<>();
    private final CompletableFuture<BulkResult> result = new CompletableFuture<>();
    private long accepted;
    private long duplicates;
    private long refusedCount;
    private int underWay;
    private long bytesUnderWay;
    private boolean waitsForRoom;
    private boolean ended;
    private @Nullable EnqueueException failure;

    /**
     * @param adder adds a job
     * @param roomAgain called on any thread, once after each time that this was crowded
     */
    public BulkEnqueuer(Adder adder, Runnable roomAgain) {
        this(adder, roomAgain, () -> false);
    }

    /**
     * @param adder adds a job
     * @param roomAgain called on any thread, once after each time that this was crowded
     * @param tight whether memory that is shared with others is so short that any job on its way is a crowd
     */
    public BulkEnqueuer(Adder adder, Runnable roomAgain, BooleanSupplier tight) {
        this.adder = adder;
        this.roomAgain = roomAgain;
        this.tight = tight;
    }

    /**
     * @param number of the job, above those before
     * @param job the job; forgotten once one has failed
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
            // Counted already: whoever waits for the result must get it.
            added = CompletableFuture.failedFuture(e);
        }
        added.whenComplete((answer, thrown) -> answered(number, size, answer, thrown));
    }

    /**
     * @param number of what came
     * @param reason why it is no job
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
     * @return whether no more should be given before {@link #roomAgain}
     */
    public boolean crowded() {
        lock.lock();
        try {
            waitsForRoom = full();
            return waitsForRoom;
        } finally {
            lock.unlock();
        }
    }

    /**
     * @return whether reading on is of no use
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

    private void answered(long number, long size, @Nullable Enqueued answer, @Nullable Throwable thrown) {
        boolean room;
        lock.lock();
        try {
            underWay--;
            bytesUnderWay -= size;
            if (answer == null) {
                failed(number, thrown);
            } else if (answer.duplicate()) {
                duplicates++;
            } else {
                accepted++;
            }
            room = waitsForRoom && !full();
            if (room) {
                waitsForRoom = false;
            }
        } finally {
            lock.unlock();
        }
        if (room) {
            roomAgain.run();
        }
        finishIfAnswered();
    }

    private void failed(long number, @Nullable Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        EnqueueException why = cause instanceof EnqueueException known ? known : fault(cause);
        note(number, String.valueOf(why.getMessage()));
        // What follows a refusal fails as unavailable, and may be heard of before the refusal itself.
        boolean aftermath = why.kind() == EnqueueException.Kind.UNAVAILABLE;
        boolean replaces = failure != null && failure.kind() == EnqueueException.Kind.UNAVAILABLE && !aftermath;
        if (why.kind() != EnqueueException.Kind.INVALID && (failure == null || replaces)) {
            failure = why;
        }
    }

    /** A client reads the message: what we are made of is none of its business. */
    private static EnqueueException fault(@Nullable Throwable cause) {
        LOG.error("a job was not added, or perhaps it was, because of a fault", cause);
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
            now = new BulkResult(
                    accepted,
                    duplicates,
                    refusedCount,
                    refused.entrySet().stream()
                            .map(entry -> new BulkResult.Refused(entry.getKey(), entry.getValue()))
                            .toList(),
                    failure);
        } finally {
            lock.unlock();
        }
        result.complete(now);
    }

    /** Adds a job. */
    public interface Adder {
        /**
         * @param number of the job
         * @param job the job
         * @return where it is; fails with an {@link EnqueueException}
         */
        CompletionStage<Enqueued> add(long number, NewJob job);
    }
}
