package io.qbull.ingest.http;

import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each refused request in one line, for whoever looks for the reason. At level DEBUG: clients cause refusals, as many as they like,
 * and get the same reason as the answer.
 */
final class RefusalLog {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);
    private static final String PROPERTY = "qbullHttpProblem";

    private RefusalLog() {}

    /** Remembers what a route answers. */
    static void note(Exchange exchange, Problem answer) {
        exchange.setProperty(PROPERTY, answer);
    }

    /**
     * Logs what a route has answered, if it was a problem.
     *
     * @param path of the request
     */
    static void answered(String path, Exchange exchange) {
        Problem answer = exchange.getProperty(PROPERTY, Problem.class);
        if (answer != null) {
            refused(path, answer);
        }
    }

    /**
     * @param path of the request
     * @param answer the reason
     */
    static void refused(String path, Problem answer) {
        if (LOG.isDebugEnabled()) {
            QueueName queue = JobRequest.queueAt(path);
            LOG.debug(
                    "queue={} a request is refused: {} {}",
                    queue == null ? Printable.of(path) : queue,
                    answer.status(),
                    answer.detail());
        }
    }
}
