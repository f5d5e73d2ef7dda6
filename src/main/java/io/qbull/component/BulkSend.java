package io.qbull.component;

import io.qbull.engine.BulkEnqueuer;
import io.qbull.engine.BulkResult;
import io.qbull.engine.QueueWriter;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.QueueName;
import io.qbull.model.RoutedRecord;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Adds the many jobs of one exchange: takes elements while there is room, pauses, and continues when there is room again. The first
 * elements are taken on the caller's thread, later ones perhaps on others, by one thread at a time.
 */
final class BulkSend {
    private final Exchange exchange;
    private final BulkBody many;
    private final JobWriter writer;
    private final QueueName name;
    private final QueueWriter queue;
    private final AsyncCallback callback;
    private final BulkEnqueuer enqueuer;
    private final @Nullable List<@Nullable Enqueued> answers;
    /** What the answers are for, by index. */
    private final List<@Nullable Object> elements = new ArrayList<>();

    private long index;
    /** What is being added, if it comes from a source, which hears the outcome itself. */
    private @Nullable RoutedRecord record;
    /** Whether sources hear the outcome: then a refusal is no failure of this exchange. */
    private boolean told;

    /**
     * @param exchange with the jobs
     * @param many its jobs
     * @param writer makes the jobs
     * @param name of the queue
     * @param queue takes the jobs
     * @param callback told at the end
     */
    BulkSend(
            Exchange exchange,
            BulkBody many,
            JobWriter writer,
            QueueName name,
            QueueWriter queue,
            AsyncCallback callback) {
        this.exchange = exchange;
        this.many = many;
        this.writer = writer;
        this.name = name;
        this.queue = queue;
        this.callback = callback;
        this.enqueuer = new BulkEnqueuer(this::add, () -> queue.continuations().execute(this::run));
        this.answers = exchange.getMessage().getBody() instanceof Collection<?> all
                ? Collections.synchronizedList(new ArrayList<>(Collections.nCopies(all.size(), null)))
                : null;
    }

    /** Takes elements while there is room. */
    void run() {
        Throwable broken = null;
        try {
            while (!enqueuer.failed() && many.hasNext()) {
                take(many.next());
                if (enqueuer.crowded()) {
                    return;
                }
            }
        } catch (Throwable e) {
            broken = e;
        }
        end(broken);
    }

    /** Ends the exchange whatever the elements threw: on one of our threads nobody else would notice. */
    private void end(@Nullable Throwable thrown) {
        Throwable broken = thrown;
        try {
            many.close();
        } catch (Throwable e) {
            if (broken == null) {
                broken = e;
            } else if (e != broken) {
                broken.addSuppressed(e);
            }
        }
        Throwable first = broken;
        enqueuer.end()
                .whenComplete((result, failure) -> queue.continuations()
                        .execute(new Continuation(exchange, callback, () -> finish(result, first))));
    }

    private void take(@Nullable Object element) {
        long number = index++;
        if (answers != null) {
            elements.add(element);
        }
        RoutedRecord ofSource = BulkBody.record(element);
        record = ofSource;
        told |= ofSource != null;
        NewJob job;
        try {
            job = writer.write(ofSource, () -> many.exchange(element));
        } catch (Exception e) {
            if (ofSource != null) {
                ofSource.refuse(String.valueOf(e.getMessage()));
                return;
            }
            enqueuer.refuse(number, String.valueOf(e.getMessage()));
            return;
        }
        enqueuer.take(number, job);
    }

    private CompletionStage<Enqueued> add(long number, NewJob job) {
        RoutedRecord ofSource = record;
        CompletionStage<Enqueued> answer =
                ofSource == null ? queue.node().enqueue(job, queue.settings()) : ofSource.add(name, job);
        return answer.thenApply(added -> {
            if (answers != null) {
                answers.set((int) number, added);
            }
            return added;
        });
    }

    private void finish(BulkResult result, @Nullable Throwable broken) {
        exchange.getMessage().setHeader(QbullConstants.BULK_RESULT, result);
        if (answers != null) {
            exchange.getMessage().setHeader(QbullConstants.BULK_ANSWERS, answers);
            exchange.getMessage().setHeader(QbullConstants.BULK_ANSWERED, answered(answers));
        }
        if (broken != null) {
            exchange.setException(broken);
        } else if (told) {
            return;
        } else if (result.failure() != null) {
            exchange.setException(result.failure());
        } else if (result.refusedCount() > 0) {
            BulkResult.Refused first = result.refused().get(0);
            exchange.setException(new EnqueueException(
                    EnqueueException.Kind.INVALID,
                    result.refusedCount() + " of " + index + " jobs were refused, the first at index " + first.number()
                            + ": " + first.reason()));
        }
    }

    private List<@Nullable Object> answered(List<@Nullable Enqueued> all) {
        List<@Nullable Object> answered = new ArrayList<>();
        for (int i = 0; i < elements.size(); i++) {
            if (all.get(i) != null) {
                answered.add(elements.get(i));
            }
        }
        return answered;
    }
}
