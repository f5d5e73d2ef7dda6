package io.qbull.app.sample;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;

/**
 * Fails a job whose webhook failed, with its own message. Camel's message contains the whole address, whose query may carry a token,
 * and the failure of a job is logged and kept in the dead-letter stream.
 */
public final class WebhookFailure implements Processor {
    @Override
    public void process(Exchange exchange) throws WebhookException {
        throw withoutAddress(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    static WebhookException withoutAddress(@Nullable Throwable failure) {
        if (failure instanceof HttpOperationFailedException answer) {
            Map<String, String> headers = answer.getResponseHeaders();
            return new WebhookException(answer.getStatusCode(), headers == null ? Map.of() : headers);
        }
        IOException cause = cause(failure);
        if (cause != null) {
            return new WebhookException(String.valueOf(cause.getMessage()), cause);
        }
        return new WebhookException(
                failure == null ? "unknown reason" : failure.getClass().getSimpleName(), null);
    }

    /** Of the same kind, because that decides whether the failure may pass. */
    private static @Nullable IOException cause(@Nullable Throwable failure) {
        if (failure instanceof SocketTimeoutException) {
            return new SocketTimeoutException("timeout");
        } else if (failure instanceof ConnectException) {
            return new ConnectException("no connection");
        } else if (failure instanceof UnknownHostException) {
            return new UnknownHostException("unknown host");
        } else if (failure instanceof SSLException) {
            return new SSLException("no TLS connection");
        }
        return failure instanceof IOException
                ? new IOException(failure.getClass().getSimpleName())
                : null;
    }
}
