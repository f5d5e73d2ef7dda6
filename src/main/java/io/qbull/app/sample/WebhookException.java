package io.qbull.app.sample;

/** The webhook failed. Has no cause and no suppressed exceptions, because their messages contain the address. */
public final class WebhookException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param message the log and the dead letter show it
     */
    WebhookException(String message) {
        super(message, null, false, false);
    }
}
