package io.qbull.component;

import io.qbull.model.RoutedRecord;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.stream.BaseStream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.TypeConverter;
import org.apache.camel.spi.TypeConverterRegistry;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/** The body of an exchange that holds many jobs. Called by one thread at a time. */
final class BulkBody {
    private final Exchange exchange;
    private final Iterator<?> elements;
    private final @Nullable BaseStream<?, ?> stream;

    private BulkBody(Exchange exchange, Iterator<?> elements, @Nullable BaseStream<?, ?> stream) {
        this.exchange = exchange;
        this.elements = elements;
        this.stream = stream;
    }

    /**
     * @param exchange any
     * @return its jobs if its body is a collection, an iterator, a stream, or an iterable that does not convert to bytes; null if it is one job
     */
    static @Nullable BulkBody of(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        if (body instanceof Collection<?> collection) {
            return new BulkBody(exchange, collection.iterator(), null);
        }
        if (body instanceof Iterator<?> iterator) {
            return new BulkBody(exchange, iterator, null);
        }
        if (body instanceof BaseStream<?, ?> stream) {
            return new BulkBody(exchange, stream.iterator(), stream);
        }
        return body instanceof Iterable<?> iterable && !bytes(exchange, body)
                ? new BulkBody(exchange, iterable.iterator(), null)
                : null;
    }

    /** Iterables that are one body: a path iterates over its names, a JSON object over its values. */
    private static boolean bytes(Exchange exchange, Object body) {
        TypeConverterRegistry converters = exchange.getContext().getTypeConverterRegistry();
        TypeConverter found = converters.lookup(byte[].class, body.getClass());
        return body instanceof Path || found != null;
    }

    boolean hasNext() {
        return elements.hasNext();
    }

    /**
     * @return the next element
     */
    @Nullable
    Object next() {
        return elements.next();
    }

    /**
     * @param element of this
     * @return its record; null if it is none
     */
    static @Nullable RoutedRecord record(@Nullable Object element) {
        if (element instanceof RoutedRecord record) {
            return record;
        }
        Message message = element instanceof Exchange whole
                ? whole.getMessage()
                : element instanceof Message single ? single : null;
        return message == null ? null : RoutedRecord.of(message, message.getHeader(RoutedRecord.HEADER));
    }

    /**
     * @param element of this
     * @return the element as an exchange of its own: a message or an exchange brings its headers; any other element has those of the
     *     exchange around it, except the job's id
     */
    Exchange exchange(@Nullable Object element) {
        if (element instanceof Exchange whole) {
            return ExchangeHelper.createCopy(whole, false);
        }
        if (element instanceof Message message) {
            // Its own exchange knows whether a caller chose its id.
            Exchange part =
                    ExchangeHelper.createCopy(message.getExchange() == null ? exchange : message.getExchange(), false);
            part.setMessage(message.copy());
            return part;
        }
        Exchange part = ExchangeHelper.createCopy(exchange, false);
        part.getMessage().removeHeader(QbullConstants.JOB_ID);
        part.getMessage().setBody(element);
        return part;
    }

    /** Frees the elements; none is read after this. */
    void close() {
        if (stream != null) {
            stream.close();
        }
    }
}
