package io.qbull.component;

import io.qbull.model.EnqueueException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/** Reads the body of an exchange as bytes, and never more of a stream than a job may hold. */
final class JobBody {
    private static final byte[] EMPTY = {};

    private final int largest;

    /**
     * @param largest maxBodySize
     */
    JobBody(int largest) {
        this.largest = largest;
    }

    /**
     * @param exchange its body stays readable: a cache is rewound, and a stream that can be read only once is replaced by its bytes
     * @return the body; empty if there is none
     * @throws EnqueueException if it is too large
     * @throws Exception if it cannot be read, or does not convert to bytes
     */
    byte[] of(Exchange exchange) throws Exception {
        Object body = exchange.getMessage().getBody();
        if (body == null) {
            return EMPTY;
        }
        if (body instanceof byte[] bytes) {
            return bounded(bytes);
        }
        if (!streamed(body)) {
            return bounded(ExchangeHelper.convertToMandatoryType(exchange, byte[].class, body));
        }
        byte[] bytes = read(exchange, body);
        if (body instanceof StreamCache cache) {
            cache.reset();
        } else if (body instanceof InputStream || body instanceof Reader) {
            exchange.getMessage().setBody(bytes);
        }
        return bytes;
    }

    private static boolean streamed(@Nullable Object body) {
        return body instanceof InputStream
                || body instanceof Reader
                || body instanceof StreamCache
                || body instanceof WrappedFile<?>
                || body instanceof File
                || body instanceof Path;
    }

    private byte[] read(Exchange exchange, Object body) throws Exception {
        try (InputStream stream = ExchangeHelper.convertToMandatoryType(exchange, InputStream.class, body)) {
            return bounded(stream.readNBytes(largest + 1));
        } catch (IOException e) {
            throw new IOException("the body could not be read", e);
        }
    }

    private byte[] bounded(byte[] bytes) {
        if (bytes.length > largest) {
            throw new EnqueueException(
                    EnqueueException.Kind.INVALID, "body must be at most maxBodySize (" + largest + " bytes)");
        }
        return bytes;
    }
}
