package io.qbull.app.sample;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The webhook failed. Tells what QBull needs to decide about another run, and none of what Camel's exceptions tell, because their
 * messages contain the address: neither they nor suppressed exceptions are attached.
 */
public final class WebhookException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int statusCode;
    private final transient Map<String, String> responseHeaders;

    /** The webhook answered with another status than 2xx. */
    WebhookException(int statusCode, Map<String, String> responseHeaders) {
        super("the webhook answered " + statusCode, null, false, false);
        this.statusCode = statusCode;
        this.responseHeaders = responseHeaders;
    }

    /**
     * The webhook did not answer.
     *
     * @param reason the log and the dead letter show it
     * @param cause without an address; null if the network is not to blame
     */
    WebhookException(String reason, @Nullable IOException cause) {
        super("the webhook did not answer: " + reason, cause, false, false);
        this.statusCode = 0;
        this.responseHeaders = Map.of();
    }

    /**
     * @return status of the answer; 0 if there was none
     */
    public int getStatusCode() {
        return statusCode;
    }

    /**
     * @return headers of the answer; empty if there was none
     */
    public Map<String, String> getResponseHeaders() {
        return responseHeaders;
    }
}
