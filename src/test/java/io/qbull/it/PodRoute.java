package io.qbull.it;

import com.sun.net.httpserver.HttpServer;
import io.qbull.component.QbullConstants;
import io.qbull.it.Event.JobRef;
import io.qbull.it.Event.Owner;
import io.qbull.model.StreamId;
import io.qbull.testing.LocalHttp;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.support.LifecycleStrategySupport;

/**
 * The route of a pod under test: writes down the start, works, writes down the end. A job's body is its name, and for some
 * work a blank and words: {@code sleep=MILLISECONDS}, {@code fail=TIMES}, {@code halt}, which takes its process down unless it fails.
 */
final class PodRoute extends RouteBuilder {
    private static final Pattern ORIGINAL = Pattern.compile("^\\{.*\"job\": ?\"([^\"]*)\"");

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
        DELAY,
        /** At a partner that is called over HTTP and answers when the work is done. */
        HTTP
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
            case HTTP ->
                route.setProperty("job", body())
                        .to("http://127.0.0.1:" + partner() + "/work")
                        .setBody(exchangeProperty("job"))
                        .process(this::ended);
        }
    }

    /** A route whose jobs do the same work but fail never and are not logged. */
    static RouteBuilder bystander(String uri) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).process(exchange -> {
                    String body = PodRoute.body(exchange.getMessage());
                    PodRoute.sleep(body);
                    haltIfTold(body);
                });
            }
        };
    }

    /** Starts the partner; it ends with the context. */
    private int partner() {
        ExecutorService threads = getContext().getExecutorServiceManager().newCachedThreadPool(this, "partner");
        HttpServer partner = LocalHttp.serve(0, "/work", threads, call -> {
            sleep(new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            call.sendResponseHeaders(204, -1);
            call.close();
        });
        getContext().addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopped(CamelContext context) {
                partner.stop(0);
            }
        });
        return partner.getAddress().getPort();
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

    private void work(Exchange exchange) {
        sleep(body(exchange.getMessage()));
        ended(exchange);
    }

    /** The work: some jobs take so long. */
    private static void sleep(String body) {
        try {
            Thread.sleep(number(body, "sleep"));
        } catch (InterruptedException e) {
            throw new IllegalStateException("the job was interrupted", e);
        }
    }

    private static int number(String body, String word) {
        return Arrays.stream(body.split(" ", -1))
                .filter(each -> each.startsWith(word + "="))
                .mapToInt(each -> Integer.parseInt(each.substring(word.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    private void ended(Exchange exchange) {
        Message message = exchange.getMessage();
        String body = body(message);
        boolean fail = message.getHeader(QbullConstants.ATTEMPT, Integer.class) <= number(body, "fail");
        if (!fail) {
            haltIfTold(body);
        }
        events.add(new Event.Ended(System.nanoTime(), owner(message), entry(message), fail));
        if (fail) {
            throw new IllegalStateException("told to fail");
        }
    }

    private static void haltIfTold(String body) {
        if (body.endsWith(" halt")) {
            Runtime.getRuntime().halt(1);
        }
    }

    /** What the producer says, whichever format it has. */
    private static String body(Message message) {
        String body = new String(message.getBody(byte[].class), StandardCharsets.UTF_8);
        Matcher original = ORIGINAL.matcher(body);
        return original.find() ? original.group(1) : body;
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
