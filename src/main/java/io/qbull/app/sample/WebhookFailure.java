package io.qbull.app.sample;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spi.HttpResponseAware;
import org.jspecify.annotations.Nullable;

/**
 * Fails a job whose webhook failed, with its own message. Camel's message contains the whole address, whose query may carry a token,
 * and the failure of a job is logged and kept in the dead-letter stream.
 */
public final class WebhookFailure implements Processor {
    @Override
    public void process(Exchange exchange) throws WebhookException {
        throw new WebhookException(describe(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)));
    }

    static String describe(@Nullable Throwable failure) {
        return failure instanceof HttpResponseAware answer
                ? "the webhook answered " + answer.getHttpResponseCode()
                : "the webhook did not answer: " + reason(failure);
    }

    private static String reason(@Nullable Throwable failure) {
        if (failure instanceof SocketTimeoutException) {
            return "timeout";
        } else if (failure instanceof ConnectException) {
            return "no connection";
        } else if (failure instanceof UnknownHostException) {
            return "unknown host";
        } else if (failure instanceof SSLException) {
            return "no TLS connection";
        }
        return failure == null ? "unknown reason" : failure.getClass().getSimpleName();
    }
}
