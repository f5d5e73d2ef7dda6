package io.qbull.ingest.http;

import io.qbull.model.EnqueueException;
import io.qbull.runtime.LogLimit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers a request whose exception the route has caught. States whether the job was added, was not, or may have been. */
public final class HttpProblemReply implements Processor {
    private static final Logger LOG = LoggerFactory.getLogger(HttpProblemReply.class);
    private static final LogLimit LINES = new LogLimit();
    private static final int FULL_SECONDS = 10;
    private static final int DRAINING_SECONDS = 30;
    private static final int CROWDED_SECONDS = 5;
    private static final int AWAY_SECONDS = 2;

    @Override
    public void process(Exchange exchange) {
        Problem problem = problemOf(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        RefusalLog.note(exchange, problem);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
        message.setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
        problem.headers().forEach(message::setHeader);
        message.setBody(problem.json());
    }

    static Problem problemOf(Throwable thrown) {
        ProblemException refused = ObjectHelper.getException(ProblemException.class, thrown);
        if (refused != null) {
            return refused.problem();
        }
        EnqueueException failed = ObjectHelper.getException(EnqueueException.class, thrown);
        if (failed != null) {
            return problemOf(failed);
        }
        LINES.log(
                thrown.toString(),
                more -> LOG.error("the ingest route failed; a job may not have been added{}", more, thrown));
        return Problem.of(500, "The server failed; the job may have been added. The server's log says more.");
    }

    private static Problem problemOf(EnqueueException failed) {
        return switch (failed.kind()) {
            case INVALID -> Problem.of(400, "The job was not added: " + failed.getMessage() + ".");
            case FULL ->
                Problem.later("The queue's storage is full; the job was not added. Try again later.", FULL_SECONDS);
            case CROWDED ->
                Problem.later(
                        429,
                        "The backlog of the queue has reached maxBacklog; the job was not added. Try again later.",
                        CROWDED_SECONDS);
            case DRAINING ->
                Problem.later(
                        "The queue takes no new jobs, because a person drains it; the job was not added. Try again later.",
                        DRAINING_SECONDS);
            case UNAVAILABLE ->
                Problem.later(
                        "The queue's storage cannot be reached; the job was not added. Try again later.", AWAY_SECONDS);
            case UNKNOWN ->
                Problem.later(
                        "No answer in time: the job may have been added, or may still be. Sent again with the same"
                                + " Idempotency-Key it is not added twice; without one it may be.",
                        AWAY_SECONDS);
            // The part that adds jobs logs the cause, and not once for each request.
            case MISCONFIGURED -> Problem.of(500, "The server's configuration is wrong; the job was not added.");
        };
    }
}
