package io.qbull.component;

import io.qbull.model.EnqueueException;
import io.qbull.model.Utf8;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.camel.Exchange;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/** Reads the body of an exchange as bytes, and never more of a stream than a job may hold. */
final class JobBody {
    private static final byte[] EMPTY = {};
    private static final int PART = 1 << 13;

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
        if (body instanceof CharSequence text) {
            return encoded(exchange, text.toString());
        }
        if (!streamed(body)) {
            return bounded(ExchangeHelper.convertToMandatoryType(exchange, byte[].class, body));
        }
        byte[] bytes = body instanceof Reader reader ? read(exchange, reader) : read(exchange, body);
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

    private byte[] read(Exchange exchange, Reader reader) throws IOException {
        StringBuilder text = new StringBuilder();
        char[] part = new char[PART];
        try (reader) {
            // A character has one byte at least: with more of them than this the body is too large.
            for (int count = reader.read(part); count >= 0 && text.length() <= largest; count = reader.read(part)) {
                text.append(part, 0, count);
            }
        } catch (IOException e) {
            throw new IOException("the body could not be read", e);
        }
        return encoded(exchange, text.toString());
    }

    /** As Camel does it, but what the charset cannot carry is refused and not replaced. */
    private byte[] encoded(Exchange exchange, String text) {
        Charset charset = ExchangeHelper.getCharset(exchange);
        boolean carried = charset.equals(StandardCharsets.UTF_8)
                ? Utf8.encodable(text)
                : charset.newEncoder().canEncode(text);
        if (!carried) {
            throw new EnqueueException(
                    EnqueueException.Kind.INVALID, "body must be text that " + charset + " can carry");
        }
        return bounded(text.getBytes(charset));
    }

    private byte[] bounded(byte[] bytes) {
        if (bytes.length > largest) {
            throw new EnqueueException(
                    EnqueueException.Kind.INVALID, "body must be at most maxBodySize (" + largest + " bytes)");
        }
        return bytes;
    }
}
