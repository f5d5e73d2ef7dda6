package io.qbull.component;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.RoutedRecord;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.BaseStream;
import java.util.stream.StreamSupport;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/** Sets the partition for the job of an exchange, or for each of its jobs. */
final class KeyHashBody {
    private final Exchange exchange;
    private final Function<Exchange, String> keyOf;

    /** Sets the header, once the layout is known. */
    @FunctionalInterface
    interface Telling {
        void tell(KeyHash hash, Layout layout);
    }

    private KeyHashBody(Exchange exchange, Function<Exchange, String> keyOf) {
        this.exchange = exchange;
        this.keyOf = keyOf;
    }

    /**
     * @param exchange with one job or many
     * @param keyOf finds the key of a job
     * @return what to do once the layout is known
     */
    static Telling of(Exchange exchange, Function<Exchange, String> keyOf) {
        KeyHashBody many = new KeyHashBody(exchange, keyOf);
        Object body = exchange.getMessage().getBody();
        if (body instanceof Collection<?> all) {
            return (hash, layout) -> many.set(many.collection(all, hash, layout));
        }
        if (body instanceof Iterator<?> all) {
            return (hash, layout) -> many.set(many.iterator(all, hash, layout));
        }
        if (body instanceof BaseStream<?, ?> all) {
            return (hash, layout) -> many.set(many.stream(all, hash, layout));
        }
        // Before the layout is asked for: a job without a key has none to ask for.
        String key = keyOf.apply(exchange);
        return (hash, layout) -> exchange.getMessage().setHeader(QbullConstants.PARTITION, layout.indexOf(hash, key));
    }

    private void set(Object body) {
        exchange.getMessage().setBody(body);
    }

    /** The same collection, unless an element had to become a message. */
    private Collection<?> collection(Collection<?> all, KeyHash hash, Layout layout) {
        List<?> told = all.stream().map(element -> told(element, hash, layout)).toList();
        Iterator<?> before = all.iterator();
        return told.stream().allMatch(element -> element == before.next()) ? all : told;
    }

    private Iterator<@Nullable Object> iterator(Iterator<?> all, KeyHash hash, Layout layout) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return all.hasNext();
            }

            @Override
            public @Nullable Object next() {
                return told(all.next(), hash, layout);
            }
        };
    }

    private Object stream(BaseStream<?, ?> all, KeyHash hash, Layout layout) {
        Iterable<@Nullable Object> told = () -> iterator(all.iterator(), hash, layout);
        return StreamSupport.stream(told.spliterator(), false).onClose(all::close);
    }

    private @Nullable Object told(@Nullable Object element, KeyHash hash, Layout layout) {
        if (element instanceof RoutedRecord record && record.untouched()) {
            record.partition(layout.indexOf(hash, record.job().key()));
            return element;
        }
        Exchange part = exchangeOf(element);
        String key;
        try {
            key = keyOf.apply(part);
        } catch (RuntimeException e) {
            // The producer refuses this one and says why.
            return element;
        }
        int partition = layout.indexOf(hash, key);
        Message own =
                element instanceof Exchange || !(element instanceof Message message) ? part.getMessage() : message;
        own.setHeader(QbullConstants.PARTITION, partition);
        return element instanceof Exchange ? element : own;
    }

    private Exchange exchangeOf(@Nullable Object element) {
        if (element instanceof Exchange whole) {
            return whole;
        }
        Exchange part = ExchangeHelper.createCopy(exchange, false);
        if (element instanceof Message message) {
            // The message stays with its own exchange.
            part.setMessage(message.copy());
        } else {
            part.getMessage().removeHeader(QbullConstants.JOB_ID);
            part.getMessage().setBody(element);
        }
        return part;
    }
}
