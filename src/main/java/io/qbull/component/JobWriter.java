package io.qbull.component;

import com.github.f4b6a3.ulid.UlidCreator;
import io.qbull.model.Due;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.Printable;
import io.qbull.model.RoutedRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.jspecify.annotations.Nullable;

/** Makes jobs from exchanges. Called on the threads that route them. */
final class JobWriter {
    private final JobKey key;
    private final boolean keyed;
    private final JobBody body;
    private final HeaderFilterStrategy filter;

    /**
     * @param options of an endpoint
     * @param context resolves the language of the key
     * @param endpoint its name, for messages
     */
    JobWriter(QbullConfiguration options, CamelContext context, String endpoint) {
        this.key = new JobKey(context, options.getKey(), endpoint);
        this.keyed = options.getKey() != null;
        this.body = new JobBody(options.getMaxBodySize());
        this.filter = options.getHeaderFilterStrategy();
    }

    /**
     * @param exchange its body stays readable: a stream is replaced by its bytes
     * @return the job
     * @throws Exception if it makes none: it has no key, its body is too large or does not convert to bytes, or its id or delay is illegal
     */
    NewJob write(Exchange exchange) throws Exception {
        return write(exchange, null);
    }

    /**
     * @param record of a source, or null
     * @param exchange with the job; not asked for a record that no step has touched
     * @return the job; that of a record has the id of the record, unless a step has set another
     * @throws Exception as above
     */
    NewJob write(@Nullable RoutedRecord record, Supplier<Exchange> exchange) throws Exception {
        return record != null && record.untouched() && !keyed
                ? record.job()
                : write(exchange.get(), record == null ? null : record.job());
    }

    private NewJob write(Exchange exchange, @Nullable NewJob read) throws Exception {
        String jobKey = key.of(exchange);
        String chosen = InheritedId.chosenByCaller(exchange);
        if (read != null && (chosen == null || chosen.equals(read.id().value()))) {
            return job(exchange, read.id(), read.callerId(), jobKey);
        }
        return job(
                exchange,
                new JobId(
                        chosen != null ? chosen : UlidCreator.getMonotonicUlid().toString()),
                chosen != null,
                jobKey);
    }

    private NewJob job(Exchange exchange, JobId id, boolean callerId, String jobKey) throws Exception {
        byte[] bytes = body.of(exchange);
        return new NewJob(id, callerId, jobKey, bytes, contentType(exchange), headers(exchange))
                .due(due(exchange.getMessage().getHeader(QbullConstants.DELAY)));
    }

    private static @Nullable Due due(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof Due due) {
            return due;
        }
        if (value instanceof Duration delay) {
            return new Due.In(delay);
        }
        if (value instanceof Instant time) {
            return new Due.At(time);
        }
        if (value instanceof Number || value instanceof CharSequence) {
            try {
                return Due.in(value.toString());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "header " + QbullConstants.DELAY + " (" + Printable.of(value.toString()) + "): "
                                + e.getMessage(),
                        e);
            }
        }
        throw new IllegalArgumentException(
                "header " + QbullConstants.DELAY + " must be a duration, a text, a number or an" + " instant, not "
                        + value.getClass().getName());
    }

    private static @Nullable String contentType(Exchange exchange) {
        return exchange.getMessage().getHeader(Exchange.CONTENT_TYPE, String.class);
    }

    private Map<String, Object> headers(Exchange exchange) {
        Map<String, Object> kept = new HashMap<>();
        exchange.getMessage().getHeaders().forEach((name, value) -> {
            if (!name.equalsIgnoreCase(Exchange.CONTENT_TYPE)
                    && storable(value)
                    && !filter.applyFilterToCamelHeaders(name, value, exchange)) {
                kept.put(name, value);
            }
        });
        return kept;
    }

    /** Whether a value can be read back as it was; numbers of foreign classes may not even look like numbers when written. */
    private static boolean storable(@Nullable Object value) {
        return value instanceof String
                || value instanceof Boolean
                || (value instanceof Number && value.getClass().getName().startsWith("java."));
    }
}
