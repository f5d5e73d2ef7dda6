package io.qbull.app.sample;

/** The webhook failed. Without cause and suppressed exceptions, for their messages name the address. */
public final class WebhookException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message for the log and the dead letter
     */
    WebhookException(String message) {
        super(message, null, false, false);
    }
}
