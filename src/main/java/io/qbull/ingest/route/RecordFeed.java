package io.qbull.ingest.route;

import io.qbull.engine.BulkEnqueuer;
import io.qbull.model.Causes;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.QueueName;
import io.qbull.runtime.LogLimit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.apache.camel.util.ObjectHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the records of one reading of a source to a route, in batches one after another, and what the route sends to the queue to the
 * source. Records come from one thread at a time. Whoever waits for the answer of a record flushes first, or waits for fewer records and
 * bytes than a batch may have.
 */
public final class RecordFeed implements BulkEnqueuer.Adder {
    private static final Logger LOG = LoggerFactory.getLogger(RecordFeed.class);
    private static final LogLimit LINES = new LogLimit();
    private static final int MOST = 250;
    private static final long MOST_BYTES = 1L << 18;

    private final RecordRoute route;
    private final QueueName queue;
    private final BulkEnqueuer.Adder target;
    private final Executor executor;
    private final Source source = new Source();
    private @Nullable RecordBatch filling;
    private CompletionStage<Void> last = CompletableFuture.completedFuture(null);
    /** Set by the first record that failed in the route and is to be read again: no later one may be added before it. */
    private volatile boolean broken;

    /**
     * @param route takes the records
     * @param queue of the source
     * @param target adds the records that have passed the route, by their numbers or offsets
     * @param executor runs the steps of the route
     */
    public RecordFeed(RecordRoute route, QueueName queue, BulkEnqueuer.Adder target, Executor executor) {
        this.route = route;
        this.queue = queue;
        this.target = target;
        this.executor = executor;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Fails with a {@link io.qbull.model.SkippedRecord} if the route leaves the record out.
     */
    @Override
    public CompletionStage<Enqueued> add(long number, NewJob job) {
        RecordBatch batch = filling;
        if (batch == null) {
            batch = new RecordBatch(source);
            filling = batch;
        }
        CompletionStage<Enqueued> answer = batch.collect(route.camel(), number, job);
        if (batch.records().size() >= MOST || batch.bytes() >= MOST_BYTES) {
            flush();
        }
        return answer;
    }

    @Override
    public void flush() {
        RecordBatch batch = filling;
        if (batch != null) {
            filling = null;
            last = last.thenComposeAsync(before -> route.send(batch), executor);
        }
    }

    /** What the batches know of this. */
    private final class Source implements RecordBatch.Source {
        @Override
        public QueueName queue() {
            return queue;
        }

        @Override
        public void add(RecordMessage record, NewJob job) {
            if (broken) {
                record.answer()
                        .completeExceptionally(new EnqueueException(
                                EnqueueException.Kind.UNAVAILABLE, "an earlier record could not be added"));
                return;
            }
            CompletionStage<Enqueued> added;
            try {
                added = target.add(record.offset(), job);
            } catch (RuntimeException | Error e) {
                added = CompletableFuture.failedFuture(e);
            }
            added.whenComplete((answer, thrown) -> {
                if (thrown == null) {
                    record.answer().complete(answer);
                } else {
                    record.answer().completeExceptionally(Causes.bare(thrown));
                }
            });
        }

        @Override
        public void fail(RecordMessage record, Throwable thrown) {
            broken = true;
            EnqueueException known = ObjectHelper.getException(EnqueueException.class, thrown);
            if (known == null) {
                log(thrown);
                known = new EnqueueException(EnqueueException.Kind.UNAVAILABLE, "a step of the route failed");
            }
            record.answer().completeExceptionally(known);
        }

        @Override
        public void log(Throwable thrown) {
            LINES.log(
                    thrown.toString(),
                    more -> LOG.warn("a step of the route of {} failed: {}{}", route, thrown.toString(), more));
            LOG.debug("a step of the route of {} failed", route, thrown);
        }
    }
}
