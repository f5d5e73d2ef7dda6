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
    private static final Map<String, String> TOLD = told();
    private static final String[] KEPT = {"traceparent", "tracestate", Exchange.CONTENT_TYPE};

    private final @Nullable URI url;

    /**
     * @param url where to; null = nowhere, and the route that uses this bean does not run
     */
    public WebhookRequest(@Nullable URI url) {
        this.url = url;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Map<String, String> headers = new LinkedHashMap<>();
        TOLD.forEach((header, from) -> headers.put(header, safe(String.valueOf(message.getHeader(from)))));
        message.removeHeaders("*", KEPT);
        headers.forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_METHOD, "POST");
        // By header: as an endpoint's URI, its query would be read as options of Camel.
        message.setHeader(Exchange.HTTP_URI, String.valueOf(url));
    }

    /**
     * Percent-encoded but for visible ASCII, so that no value can end the header or start another one; a client decodes it as
     * it decodes a query.
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

    private static Map<String, String> told() {
        Map<String, String> told = new LinkedHashMap<>();
        told.put("X-Qbull-Queue", QbullConstants.QUEUE);
        told.put("X-Qbull-Key", QbullConstants.KEY);
        told.put("X-Qbull-Job-Id", QbullConstants.JOB_ID);
        told.put("X-Qbull-Partition", QbullConstants.PARTITION);
        told.put("X-Qbull-Epoch", QbullConstants.EPOCH);
        told.put("X-Qbull-Attempt", QbullConstants.ATTEMPT);
        told.put("X-Qbull-Enqueued-At", QbullConstants.ENQUEUED_AT);
        return told;
    }
}
