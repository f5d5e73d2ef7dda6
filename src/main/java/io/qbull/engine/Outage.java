package io.qbull.engine;

import io.qbull.model.QueueName;
import io.qbull.store.StoreException;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once that Redis does not answer, and once that it does again. Touched on the event loop; read from any thread. */
final class Outage {
    private static final Logger LOG = LoggerFactory.getLogger(Outage.class);

    private final QueueName queue;
    private volatile String problem = "";

    Outage(QueueName queue) {
        this.queue = queue;
    }

    /** One line, empty while all is well. */
    String problem() {
        return problem;
    }

    void unanswered(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause == null || !(cause instanceof StoreException)) {
            LOG.error("queue={} a command ended in an unexpected way, it will be repeated", queue, cause);
        }
        String now = cause == null ? "no answer" : String.valueOf(cause.getMessage());
        if (problem.isEmpty()) {
            if (cause instanceof StoreException.Misconfigured) {
                LOG.error("queue={} refused by Redis, a person must act: {}", queue, now);
            } else {
                LOG.warn("queue={} Redis does not answer, trying again until it does: {}", queue, now);
            }
        }
        problem = now.isEmpty() ? "no answer" : now;
    }

    void answered() {
        if (!problem.isEmpty()) {
            problem = "";
            LOG.info("queue={} Redis answers again", queue);
        }
    }
}
