package io.qbull.it;

import io.qbull.component.QbullConstants;
import io.qbull.it.Event.JobRef;
import io.qbull.it.Event.Owner;
import io.qbull.model.StreamId;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ProcessorDefinition;

/**
 * The route of a pod under test: writes down the start, works, writes down the end. A job's body is its name, and for some
 * work a blank and {@code sleep=MILLISECONDS}, {@code fail} or {@code fail-once}.
 */
final class PodRoute extends RouteBuilder {
    private final String uri;
    private final Flavour flavour;
    private final EventLog events;

    /** Where the work is done. */
    enum Flavour {
        /** On the consumer's thread. */
        DIRECT,
        /** On a pool of the {@code threads} EIP. */
        THREADS,
        /** Behind a {@code seda} queue that the first route does not wait for. */
        SEDA,
        /** After a pause that no thread waits for. */
        DELAY
    }

    PodRoute(String uri, Flavour flavour, EventLog events) {
        this.uri = uri;
        this.flavour = flavour;
        this.events = events;
    }

    @Override
    public void configure() {
        ProcessorDefinition<?> route = from(uri).routeId("work").process(this::started);
        switch (flavour) {
            case DIRECT -> route.process(this::work);
            case THREADS -> route.threads(4).process(this::work);
            case SEDA -> {
                route.to("seda:later?waitForTaskToComplete=Never");
                from("seda:later?concurrentConsumers=8").routeId("later").process(this::work);
            }
            case DELAY -> route.delay(20).asyncDelayed().process(this::work);
        }
    }

    private void started(Exchange exchange) {
        Message message = exchange.getMessage();
        events.add(new Event.Started(
                System.nanoTime(),
                owner(message),
                entry(message),
                JobRef.parse(body(message)),
                message.getHeader(QbullConstants.ATTEMPT, Integer.class)));
    }

    private void work(Exchange exchange) throws InterruptedException {
        Message message = exchange.getMessage();
        String body = body(message);
        int at = body.indexOf(" sleep=");
        if (at >= 0) {
            Thread.sleep(Long.parseLong(body.substring(at + " sleep=".length())));
        }
        boolean fail = body.endsWith(" fail")
                || (body.endsWith(" fail-once") && message.getHeader(QbullConstants.ATTEMPT, Integer.class) == 1);
        events.add(new Event.Ended(System.nanoTime(), owner(message), entry(message), fail));
        if (fail) {
            throw new IllegalStateException("told to fail");
        }
    }

    private static String body(Message message) {
        return new String(message.getBody(byte[].class), StandardCharsets.UTF_8);
    }

    private static Owner owner(Message message) {
        return new Owner(
                message.getHeader(QbullConstants.PARTITION, Integer.class),
                message.getHeader(QbullConstants.EPOCH, Long.class));
    }

    private static StreamId entry(Message message) {
        return StreamId.parse(message.getHeader(QbullConstants.STREAM_ID, String.class));
    }
}
