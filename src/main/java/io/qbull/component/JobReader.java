package io.qbull.component;

import io.qbull.model.Delivery;
import io.qbull.model.Job;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.HeaderFilterStrategy;

/** Writes jobs into exchanges. */
final class JobReader {
    private final HeaderFilterStrategy filter;

    /**
     * @param filter decides which stored headers pass
     */
    JobReader(HeaderFilterStrategy filter) {
        this.filter = filter;
    }

    /**
     * @param delivery the job
     * @param exchange a new exchange
     */
    void read(Delivery delivery, Exchange exchange) {
        Job job = delivery.job();
        Message message = exchange.getMessage();
        message.setBody(copy(job.body()));
        job.headers().forEach((name, value) -> {
            if (!filter.applyFilterToExternalHeaders(name, value, exchange)) {
                message.setHeader(name, value);
            }
        });
        // After the filter: anybody may have written to the stream.
        message.removeHeader(QbullConstants.DELAY);
        message.removeHeader(QbullConstants.RETRY_AFTER);
        if (job.contentType() != null) {
            message.setHeader(Exchange.CONTENT_TYPE, job.contentType());
        }
        message.setHeader(Exchange.MESSAGE_TIMESTAMP, job.enqueuedAtMillis());
        message.setHeader(QbullConstants.KEY, job.key());
        message.setHeader(QbullConstants.JOB_ID, job.id().value());
        message.setHeader(
                QbullConstants.QUEUE, delivery.lease().partition().queue().value());
        message.setHeader(QbullConstants.PARTITION, delivery.lease().partition().index());
        message.setHeader(QbullConstants.EPOCH, delivery.lease().epoch().value());
        message.setHeader(QbullConstants.ATTEMPT, delivery.attempt());
        message.setHeader(QbullConstants.ENQUEUED_AT, job.enqueuedAtMillis());
        message.setHeader(QbullConstants.STREAM_ID, job.streamId().toString());
        InheritedId.mark(exchange, job.id());
    }

    /** A route may change its body, but the next attempt must see the one that was sent. */
    private static Object copy(Object body) {
        if (body instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (body instanceof Map<?, ?> fields) {
            Map<Object, Object> copied = new LinkedHashMap<>();
            fields.forEach((name, value) -> copied.put(name, copy(value)));
            return copied;
        }
        return body;
    }
}
