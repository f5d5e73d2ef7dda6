package io.qbull.component;

import io.qbull.engine.BulkEnqueuer;
import io.qbull.engine.BulkResult;
import io.qbull.engine.QueueWriter;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Adds the many jobs of one exchange: takes elements while there is room, and goes on when there is some again. The first elements are
 * taken on the caller's thread, later ones perhaps on others, one at a time.
 */
final class BulkSend {
    private final Exchange exchange;
    private final BulkBody many;
    private final JobWriter writer;
    private final QueueWriter entrance;
    private final AsyncCallback callback;
    private final BulkEnqueuer intake;
    private final @Nullable List<@Nullable Enqueued> answers;
    private long index;

    /**
     * @param exchange with the jobs
     * @param many its jobs
     * @param writer makes them
     * @param entrance takes them
     * @param callback told at the end
     */
    BulkSend(Exchange exchange, BulkBody many, JobWriter writer, QueueWriter entrance, AsyncCallback callback) {
        this.exchange = exchange;
        this.many = many;
        this.writer = writer;
        this.entrance = entrance;
        this.callback = callback;
        this.intake = new BulkEnqueuer(this::add, () -> entrance.goOn().execute(this::run));
        this.answers = exchange.getMessage().getBody() instanceof Collection<?> all
                ? Collections.synchronizedList(new ArrayList<>(Collections.nCopies(all.size(), null)))
                : null;
    }

    /** Takes elements while there is room. */
    void run() {
        Throwable broken = null;
        try {
            while (!intake.failed() && many.hasNext()) {
                take(many.next());
                if (intake.crowded()) {
                    return;
                }
            }
        } catch (Throwable e) {
            broken = e;
        }
        end(broken);
    }

    /** Whatever the elements threw, the exchange comes to its end: on a thread of ours nobody else would hear of it. */
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
        intake.end().whenComplete((result, failure) -> entrance.goOn().execute(() -> finish(result, first)));
    }

    private void take(Exchange part) {
        long number = index++;
        NewJob job;
        try {
            job = writer.write(part);
        } catch (Exception e) {
            intake.refuse(number, String.valueOf(e.getMessage()));
            return;
        }
        intake.take(number, job);
    }

    private CompletionStage<Enqueued> add(long number, NewJob job) {
        return entrance.node().enqueue(job, entrance.settings()).thenApply(added -> {
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
        }
        if (broken != null) {
            exchange.setException(broken);
        } else if (result.failure() != null) {
            exchange.setException(result.failure());
        } else if (result.refusedCount() > 0) {
            BulkResult.Refused first = result.refused().get(0);
            exchange.setException(new EnqueueException(
                    EnqueueException.Kind.INVALID,
                    result.refusedCount() + " of " + index + " jobs were refused, the first at index " + first.number()
                            + ": " + first.reason()));
        }
        callback.done(false);
    }
}
