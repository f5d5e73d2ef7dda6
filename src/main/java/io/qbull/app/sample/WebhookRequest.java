package io.qbull.app.sample;

import io.qbull.component.QbullConstants;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/** Turns a job into a POST to the webhook, for an {@code http:} endpoint that follows. */
public final class WebhookRequest implements Processor {
    private static final Map<String, String> HEADERS = headers();
    private static final String[] KEPT = {"traceparent", "tracestate", Exchange.CONTENT_TYPE};

    private final @Nullable URI url;

    /**
     * @param url of the webhook; null = there is none, and the route that uses this bean does not run
     */
    public WebhookRequest(@Nullable URI url) {
        this.url = url;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<String, String> headers = new LinkedHashMap<>();
        HEADERS.forEach((header, from) -> headers.put(header, safe(String.valueOf(message.getHeader(from)))));
        message.removeHeaders("*", KEPT);
        headers.forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_METHOD, "POST");
        // As a header: in an endpoint URI Camel would read the query as options.
        message.setHeader(Exchange.HTTP_URI, String.valueOf(url));
    }

    /**
     * Percent-encodes everything but visible ASCII, so that no value can end the header or begin another one. Clients decode it like a
     * query.
     */
    static String safe(String value) {
        StringBuilder safe = new StringBuilder();
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 127 && b != '%') {
                safe.append((char) b);
            } else {
                safe.append(String.format("%%%02X", b));
            }
        }
        return safe.toString();
    }

    private static Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("X-Qbull-Queue", QbullConstants.QUEUE);
        headers.put("X-Qbull-Key", QbullConstants.KEY);
        headers.put("X-Qbull-Job-Id", QbullConstants.JOB_ID);
        headers.put("X-Qbull-Partition", QbullConstants.PARTITION);
        headers.put("X-Qbull-Epoch", QbullConstants.EPOCH);
        headers.put("X-Qbull-Attempt", QbullConstants.ATTEMPT);
        headers.put("X-Qbull-Enqueued-At", QbullConstants.ENQUEUED_AT);
        return headers;
    }
}
