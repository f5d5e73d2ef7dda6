package io.qbull.ingest.http;

import io.qbull.model.Due;
import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.vertx.HttpMessage;

/**
 * Turns an HTTP request into a job for {@code qbull:}. The message keeps the body and the listed request headers, and gets headers for
 * queue, key, id and delay; everything else that the client sent is dropped.
 */
public final class HttpJobReader implements Processor {
    /** The headers that every job keeps. */
    private static final Set<String> ALWAYS_KEPT = Set.of("traceparent", "tracestate", "Content-Type");

    private final Set<QueueName> queues;
    private final Set<String> kept;
    private final QueueLimits limits;

    /**
     * @param queues the queues that exist for clients
     * @param kept further request headers that a job keeps
     * @param limits of a key
     */
    public HttpJobReader(Set<QueueName> queues, Set<String> kept, QueueLimits limits) {
        this.queues = Set.copyOf(queues);
        this.kept = Set.copyOf(kept);
        this.limits = limits;
    }

    /**
     * @throws ProblemException if the request is wrong
     */
    @Override
    public void process(Exchange exchange) throws ProblemException {
        HttpServerRequest request = exchange.getMessage(HttpMessage.class).getRequest();
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_PATH, String.class);
        MultiMap headers = request.headers();
        message.removeHeaders("*");
        JobRequest job = JobRequest.parse(path, request.query(), headers.getAll("Idempotency-Key"), limits::keyLength);
        if (!queues.contains(job.queue())) {
            throw new ProblemException(Problem.of(404, "There is no such queue."));
        }
        HeaderCheck.clear(headers, kept);
        CharsetCheck.known(headers.getAll(Exchange.CONTENT_TYPE));
        keep(headers).forEach(message::setHeader);
        message.setHeader(JobHeaders.QUEUE, job.queue().value());
        message.setHeader(JobHeaders.KEY, job.key());
        JobId id = job.id();
        if (id != null) {
            message.setHeader(JobHeaders.JOB_ID, id.value());
        }
        if (job.due() instanceof Due.In in) {
            message.setHeader(JobHeaders.DELAY, in.delay());
        } else if (job.due() instanceof Due.At at) {
            message.setHeader(JobHeaders.DELAY, at.time());
        }
    }

    private Map<String, String> keep(MultiMap headers) {
        Map<String, String> found = new LinkedHashMap<>();
        for (Set<String> names : List.of(ALWAYS_KEPT, kept)) {
            for (String name : names) {
                String value = HeaderCheck.value(headers.getAll(name));
                // The body is decoded.
                if (value != null && !name.equalsIgnoreCase("Content-Encoding")) {
                    found.put(name, value);
                }
            }
        }
        return found;
    }
}
