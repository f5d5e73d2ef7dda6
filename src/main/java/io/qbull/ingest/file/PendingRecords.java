package io.qbull.ingest.file;

import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.SkippedRecord;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Records on their way to the queue. Their number and size are bounded, and their answers are counted in the order of the file, so there
 * is always a place up to which everything is answered. Used by one thread at a time, which it blocks; any thread may read the
 * counts.
 */
final class PendingRecords {
    private static final int MOST = 2_000;
    private static final long MOST_BYTES = 2L << 20;

    private final RejectedRecords rejects;
    private final Runnable settled;
    private final Runnable flush;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private long pendingBytes;
    private Place resume = new Place(0, 1);
    private @Nullable EnqueueException failure;
    private @Nullable UnwrittenException unwritten;
    private volatile long position;
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();

    /**
     * @param rejects takes the bad records
     * @param settled called after each record that was added, now or before, or left out
     * @param flush called before each wait: sends the records that are only collected so far, which nobody would answer
     */
    PendingRecords(RejectedRecords rejects, Runnable settled, Runnable flush) {
        this.rejects = rejects;
        this.settled = settled;
        this.flush = flush;
    }

    /**
     * Where a line begins.
     *
     * @param offset of its first byte in the file
     * @param line its number, from 1
     */
    record Place(long offset, long line) {}

    /**
     * @param at its place
     * @param content its line
     * @param jobBytes memory of its job in addition to the line
     * @param answer whether the queue took it
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Pending(Place at, byte[] content, int jobBytes, CompletableFuture<Enqueued> answer) {
        long bytes() {
            return (long) content.length + jobBytes;
        }
    }

    /** A bad record could not be listed. */
    static final class UnwrittenException extends IOException {
        private static final long serialVersionUID = 1L;

        UnwrittenException(IOException cause) {
            super("its bad records cannot be listed: " + FileProblems.reason(cause), cause);
        }
    }

    /** Forgets a failure, so that reading continues at {@link #resume}. */
    void restart() {
        failure = null;
        unwritten = null;
    }

    /** Where the next pass over the file begins: at the first record without an answer of the last one. */
    Place resume() {
        return resume;
    }

    /** Whether the pass must end. */
    boolean failed() {
        return failure != null || unwritten != null;
    }

    /**
     * Throws what ends the pass, if anything does.
     *
     * @throws EnqueueException if a record was not added
     * @throws UnwrittenException if a bad record was not listed
     */
    void throwFailure() throws UnwrittenException {
        if (failure != null) {
            throw failure;
        }
        if (unwritten != null) {
            throw unwritten;
        }
    }

    /** Adds a record, and settles records for as long as there are too many or the oldest is answered. */
    void add(Place at, byte[] content, int jobBytes, CompletableFuture<Enqueued> answer) {
        Pending record = new Pending(at, content, jobBytes, answer);
        pending.add(record);
        pendingBytes += record.bytes();
        while (!pending.isEmpty() && (full() || pending.element().answer.isDone())) {
            settleOldest();
        }
    }

    /** Rejects a record. It waits its turn, so that it is counted once and in its place. */
    void reject(Place at, String reason, byte[] content) {
        EnqueueException refusal = new EnqueueException(EnqueueException.Kind.INVALID, reason);
        add(at, content, 0, CompletableFuture.failedFuture(refusal));
    }

    /** Waits until every record is answered. */
    void settleAll() {
        while (!pending.isEmpty()) {
            settleOldest();
        }
    }

    /** Up to which byte every record is answered. */
    long position() {
        return position;
    }

    long added() {
        return added.get();
    }

    /** Records that had been added before. */
    long duplicates() {
        return duplicates.get();
    }

    long rejected() {
        return rejected.get();
    }

    /** Records that the route left out. */
    long skipped() {
        return skipped.get();
    }

    private boolean full() {
        return pending.size() >= MOST || pendingBytes >= MOST_BYTES;
    }

    /** Waits for the oldest answer and counts it. After a failure the later ones are awaited but not counted. */
    private void settleOldest() {
        Pending oldest = pending.remove();
        pendingBytes -= oldest.bytes();
        if (!oldest.answer.isDone()) {
            flush.run();
        }
        try {
            Enqueued answer = oldest.answer.get();
            if (!failed()) {
                count(oldest, answer);
            }
        } catch (ExecutionException e) {
            if (!failed()) {
                failed(oldest, e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = new EnqueueException(EnqueueException.Kind.UNKNOWN, "interrupted");
            pending.clear();
        }
    }

    private void count(Pending record, Enqueued answer) {
        (answer.duplicate() ? duplicates : added).incrementAndGet();
        passed(record);
    }

    private void passed(Pending record) {
        position = record.at.offset + record.content.length;
        settled.run();
    }

    private void failed(Pending record, @Nullable Throwable why) {
        if (why instanceof EnqueueException refusal && refusal.kind() == EnqueueException.Kind.INVALID) {
            reject(record, String.valueOf(refusal.getMessage()));
        } else if (why instanceof SkippedRecord) {
            skipped.incrementAndGet();
            passed(record);
        } else {
            resume = record.at;
            failure = why instanceof EnqueueException known
                    ? known
                    : new EnqueueException(EnqueueException.Kind.UNKNOWN, "the pod failed: " + why);
        }
    }

    private void reject(Pending record, String reason) {
        try {
            rejects.add(record.at.line, record.at.offset, reason, record.content);
            rejected.incrementAndGet();
        } catch (IOException e) {
            resume = record.at;
            unwritten = new UnwrittenException(e);
        }
    }
}
