package io.qbull.ingest.http;

import io.qbull.engine.QueueWriter;
import io.qbull.model.QueueName;
import io.qbull.runtime.LogLimit;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.support.AsyncProcessorSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Cancels the delayed job that an HTTP request names. Answers 204, or 404 if no such job waits for its time. */
public final class HttpCancel extends AsyncProcessorSupport {
    private static final Logger LOG = LoggerFactory.getLogger(HttpCancel.class);
    private static final Problem NOT_WAITING = Problem.of(
            404, "No job with this id and key waits for its time: it may be running, be done, or never have existed.");
    private static final int AWAY_SECONDS = 2;

    private final Set<QueueName> queues;
    private final Function<QueueName, QueueWriter> writers;
    private final QueueLimits limits;
    private final LogLimit lines = new LogLimit();

    /**
     * @param queues the queues that exist for clients
     * @param writers the ways into the queues
     * @param limits say how long a key may be
     */
    public HttpCancel(Set<QueueName> queues, Function<QueueName, QueueWriter> writers, QueueLimits limits) {
        this.queues = Set.copyOf(queues);
        this.writers = writers;
        this.limits = limits;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            HttpServerRequest request = exchange.getMessage(HttpMessage.class).getRequest();
            Message message = exchange.getMessage();
            String path = message.getHeader(Exchange.HTTP_PATH, String.class);
            message.removeHeaders("*");
            CancelRequest cancel = CancelRequest.parse(path, request.query(), limits::keyLength);
            if (!queues.contains(cancel.queue())) {
                throw new ProblemException(Problem.of(404, "There is no such queue."));
            }
            QueueWriter writer = writers.apply(cancel.queue());
            writer.node()
                    .cancel(cancel.key(), cancel.id())
                    .whenComplete((count, thrown) -> writer.continuations().execute(() -> {
                        answer(exchange, count, thrown);
                        callback.done(false);
                    }));
            return false;
        } catch (ProblemException | RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    private void answer(Exchange exchange, @Nullable Long count, @Nullable Throwable thrown) {
        if (thrown != null) {
            exchange.setException(new ProblemException(problem(thrown)));
        } else if (count == null || count == 0) {
            exchange.setException(new ProblemException(NOT_WAITING));
        } else {
            exchange.getMessage().setBody(null);
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
        }
    }

    private Problem problem(Throwable thrown) {
        lines.log(
                thrown.toString(),
                more -> LOG.warn("a job may not have been cancelled: {}{}", thrown.toString(), more));
        return Problem.later(
                "The queue's storage does not answer; the job may have been cancelled. Try again later.", AWAY_SECONDS);
    }
}
