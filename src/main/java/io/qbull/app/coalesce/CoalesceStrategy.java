package io.qbull.app.coalesce;

import io.qbull.component.QbullConstants;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/** Adds a job of a {@code qbull:} consumer to the window of its key. */
public final class CoalesceStrategy implements AggregationStrategy {
    private final Supplier<Window.Limits> limits;

    /**
     * @param messages most of one job
     * @param bytes longest body of a job; asked for when there is a message
     */
    public CoalesceStrategy(int messages, Supplier<Integer> bytes) {
        this.limits = () -> new Window.Limits(messages, bytes.get());
    }

    @Override
    public Exchange aggregate(@Nullable Exchange open, Exchange added) {
        Message message = added.getMessage();
        String stream = message.getHeader(QbullConstants.QUEUE) + ":" + message.getHeader(QbullConstants.PARTITION);
        String entry = message.getHeader(QbullConstants.STREAM_ID, String.class);
        String json = MessageJson.of(message);
        Exchange answer = open == null ? opened(added, stream + ":" + entry) : open;
        window(answer).add(stream, entry, json, limits.get());
        return answer;
    }

    /** Whether the window of this exchange takes no more messages into its first job. */
    boolean full(Exchange exchange) {
        return window(exchange).full(limits.get());
    }

    static Window window(Exchange exchange) {
        return (Window) exchange.getMessage().getBody();
    }

    /** Nothing of the first message but its key is the window's. */
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
