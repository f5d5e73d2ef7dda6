package io.qbull.app.coalesce;

import io.qbull.component.QbullConstants;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.redis.schema.Keys;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Adds a job of a {@code qbull:} consumer to the collection window of its key. */
public final class CoalesceStrategy implements AggregationStrategy {
    private final Supplier<Window.Limits> limits;

    /**
     * @param messages in one job at most
     * @param bytes in the body of one job at most; asked for each message
     */
    public CoalesceStrategy(int messages, Supplier<Integer> bytes) {
        this.limits = () -> new Window.Limits(messages, bytes.get());
    }

    @Override
    public Exchange aggregate(@Nullable Exchange open, Exchange added) {
        Message message = added.getMessage();
        String stream = stream(message);
        String entry = message.getHeader(QbullConstants.STREAM_ID, String.class);
        String json = MessageJson.of(message);
        Exchange result = open == null ? opened(added, stream + ":" + entry) : open;
        window(result).add(stream, entry, json, limits.get());
        return result;
    }

    private static String stream(Message message) {
        return Keys.stream(new PartitionId(
                new QueueName(message.getHeader(QbullConstants.QUEUE, String.class)),
                message.getHeader(QbullConstants.PARTITION, Integer.class)));
    }

    /** Whether the first job of this exchange's window takes no more messages. */
    boolean full(Exchange exchange) {
        return window(exchange).full(limits.get());
    }

    static Window window(Exchange exchange) {
        return (Window) exchange.getMessage().getBody();
    }

    /** Turns the first message into the exchange of its window, which keeps nothing of it but the key. */
    private static Exchange opened(Exchange first, String id) {
        Message message = first.getMessage();
        String key = message.getHeader(QbullConstants.KEY, String.class);
        message.removeHeaders("*");
        first.removeProperties("*");
        message.setHeader(QbullConstants.KEY, key);
        message.setBody(new Window(id));
        first.setExchangeId(id + "/" + URLEncoder.encode(key, StandardCharsets.UTF_8));
        return first;
    }

    /** The key of the window that has this exchange id. */
    static String key(String exchangeId) {
        return URLDecoder.decode(exchangeId.substring(exchangeId.indexOf('/') + 1), StandardCharsets.UTF_8);
    }
}
