package io.qbull.ingest.route;

import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.QueueName;
import io.qbull.model.SkippedRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;

/** Some records that travel in one exchange. Filled by one thread; then thread-safe. */
final class RecordBatch implements RecordMessage.Batch {
    private static final String STEP_FAILED = "a step of the route failed";

    private final Source feed;
    private final List<RecordMessage> records = new ArrayList<>();
    private final CompletableFuture<Void> passed = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private long bytes;
    /** Records before it can no longer be added: the offset of a later one covers theirs. */
    private int next;

    RecordBatch(Source feed) {
        this.feed = feed;
    }

    @Override
    public QueueName queue() {
        return feed.queue();
    }

    /** The records, in their order. */
    List<RecordMessage> records() {
        return records;
    }

    long bytes() {
        return bytes;
    }

    /** Where the records come from. */
    interface Source {
        /** The queue of the source. */
        QueueName queue();

        /** Adds a record that has passed the route. */
        void add(RecordMessage record, NewJob job);

        /** A record that is to be read again. */
        void fail(RecordMessage record, Throwable thrown);

        /** Clients read the reason of a refusal, so the cause is only logged. */
        void log(Throwable thrown);
    }

    /** Completes when the queue was given what the route gives it, so that the next batch may follow. */
    CompletionStage<Void> passed() {
        return passed;
    }

    CompletableFuture<Enqueued> collect(CamelContext context, long offset, NewJob job) {
        RecordMessage record = new RecordMessage(context, this, records.size(), offset, job);
        records.add(record);
        bytes += job.body().length;
        return record.answer();
    }

    @Override
    public void add(RecordMessage record, QueueName queue, NewJob job) {
        if (!queue.equals(feed.queue())) {
            refuse(record, "it comes from a source of queue " + feed.queue() + " and cannot go to queue " + queue);
            return;
        }
        lock.lock();
        try {
            if (record.index() < next) {
                refuse(record, "it was given to the queue twice, or after a later record");
                return;
            }
            next = record.index() + 1;
            record.give();
            feed.add(record, job);
        } finally {
            lock.unlock();
        }
        if (record.index() == records.size() - 1) {
            passed.complete(null);
        }
    }

    @Override
    public void refuse(RecordMessage record, String reason) {
        if (!record.given()) {
            record.answer().completeExceptionally(new EnqueueException(EnqueueException.Kind.INVALID, reason));
        }
    }

    /** The exchange has ended: what was not given by now never is. */
    void ended(@Nullable Throwable thrown) {
        lock.lock();
        try {
            for (RecordMessage record : records) {
                if (!record.given()) {
                    leftOver(record, ofRecord(record), thrown);
                }
            }
            next = records.size();
        } finally {
            lock.unlock();
        }
        passed.complete(null);
    }

    private void leftOver(RecordMessage record, @Nullable Throwable own, @Nullable Throwable thrown) {
        boolean passedOver = record.index() < next;
        Throwable why = own == null && !passedOver ? thrown : own;
        if (why == null) {
            record.answer().completeExceptionally(new SkippedRecord());
        } else if (passedOver || (own != null && ObjectHelper.getException(IOException.class, why) == null)) {
            feed.log(why);
            refuse(record, STEP_FAILED);
        } else {
            feed.fail(record, why);
        }
    }

    /** How the part of the exchange ended that had only this record. */
    private static @Nullable Throwable ofRecord(RecordMessage record) {
        Exchange last = record.getExchange();
        return last == null ? null : last.getException();
    }
}
