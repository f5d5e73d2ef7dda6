package io.qbull.ingest.http;

import io.qbull.engine.ImpatientCaller;
import io.qbull.model.MediaType;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a route for each request, with the raw body, and answers when the exchange is done, on any thread. Camel's own consumer
 * occupies one of Vert.x's 20 worker threads for the whole exchange, so a slow Redis would stop the server. The message has no
 * headers of the request: a route reads them from the request of the {@link HttpMessage}. An endpoint with {@code useStreaming} gets a
 * {@link RequestStream} instead of the bytes.
 */
final class RawHttpConsumer extends VertxPlatformHttpConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(RawHttpConsumer.class);
    private final BodyLimits limits;
    private final OpenRequests open = new OpenRequests();
    /** The media types that the route takes; empty = all. */
    private volatile Set<String> types = Set.of();

    RawHttpConsumer(
            PlatformHttpEndpoint endpoint,
            Processor processor,
            List<Handler<RoutingContext>> handlers,
            String router,
            BodyLimits limits) {
        super(endpoint, processor, handlers, router);
        this.limits = limits;
    }

    /** Keeps the media types from Vert.x, which compares them with case and takes a wildcard of a client for any of them. */
    @Override
    protected void doStart() throws Exception {
        open.reopen();
        String consumes = getEndpoint().getConsumes();
        types = consumes == null
                ? Set.of()
                : Stream.of(consumes.split(",", -1)).map(MediaType::of).collect(Collectors.toSet());
        getEndpoint().setConsumes(null);
        try {
            super.doStart();
        } finally {
            getEndpoint().setConsumes(consumes);
        }
    }

    /** Comes first when the context stops; then Camel waits for the requests that remain. */
    @Override
    protected void doSuspend() throws Exception {
        super.doSuspend();
        open.end();
    }

    @Override
    protected void doResume() throws Exception {
        open.reopen();
        super.doResume();
    }

    @Override
    protected void doStop() throws Exception {
        open.end();
        super.doStop();
    }

    @Override
    protected void handleRequest(RoutingContext http) {
        if (!types.isEmpty() && !types.contains(MediaType.of(http.request().getHeader("Content-Type")))) {
            // Another route may take it.
            http.next();
            return;
        }
        if (isSuspendingOrSuspended() || isStoppingOrStopped()) {
            answer(http, Problem.later("The server is stopping; the job was not added. Try again.", 1));
            return;
        }
        Context loop = http.vertx().getOrCreateContext();
        if (getEndpoint().isUseStreaming()) {
            http.request().pause();
            BodyTimer.stop(http);
            run(http, loop, () -> {}, new RequestStream(http.request(), open, loop));
            return;
        }
        BodyReader reader = new BodyReader(http, limits);
        Runnable leave = open.add(() -> loop.runOnContext(now -> reader.stop()));
        reader.read().onComplete(read -> {
            leave.run();
            if (read.succeeded()) {
                run(http, loop, reader::release, read.result());
                return;
            }
            reader.release();
            if (read.cause() instanceof ProblemException refused) {
                answer(http, refused.problem());
            } else {
                LOG.debug("a client disconnected before its request was complete", read.cause());
            }
        });
    }

    /** Starts the route on a worker thread, where it may compute. Asynchronous steps do not occupy the worker. */
    private void run(RoutingContext http, Context loop, Runnable release, Object body) {
        Exchange exchange = exchange(http, body);
        Vertx vertx = http.vertx();
        vertx.executeBlocking(
                        () -> {
                            createUoW(exchange);
                            getAsyncProcessor()
                                    .process(
                                            exchange,
                                            doneSync -> loop.runOnContext(now -> finish(http, release, exchange)));
                            return true;
                        },
                        false)
                .onFailure(fault -> {
                    exchange.setException(fault);
                    finish(http, release, exchange);
                });
    }

    private Exchange exchange(RoutingContext http, Object body) {
        Exchange exchange = createExchange(false);
        exchange.setPattern(ExchangePattern.InOut);
        Message message = new HttpMessage(exchange, http.request(), http.response());
        message.setHeader(Exchange.HTTP_METHOD, http.request().method().name());
        message.setHeader(Exchange.HTTP_PATH, http.normalizedPath());
        message.setBody(body);
        exchange.setMessage(message);
        exchange.setProperty(ImpatientCaller.PROPERTY, open.client(http.vertx()));
        return exchange;
    }

    private void finish(RoutingContext http, Runnable release, Exchange exchange) {
        try {
            if (exchange.getException() != null) {
                answer(http, HttpProblemReply.problemOf(exchange.getException()));
            } else {
                RefusalLog.answered(http.normalizedPath(), exchange);
                answer(http, exchange);
            }
        } finally {
            release.run();
            doneUoW(exchange);
            releaseExchange(exchange, false);
        }
    }

    private void answer(RoutingContext http, Exchange exchange) {
        HttpServerResponse response = http.response();
        if (response.ended() || response.closed()) {
            return;
        }
        Message message = exchange.getMessage();
        response.setStatusCode(message.getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class));
        HeaderFilterStrategy filter = getEndpoint().getHeaderFilterStrategy();
        message.getHeaders().forEach((name, value) -> {
            boolean visible = value instanceof String && !filter.applyFilterToCamelHeaders(name, value, exchange);
            if (visible) {
                response.putHeader(name, String.valueOf(value));
            }
        });
        String type = message.getHeader(Exchange.CONTENT_TYPE, String.class);
        if (type != null) {
            response.putHeader("Content-Type", type);
        }
        byte[] body = message.getBody(byte[].class);
        response.end(body == null ? Buffer.buffer() : Buffer.buffer(body));
    }

    private static void answer(RoutingContext http, Problem problem) {
        RefusalLog.refused(http.normalizedPath(), problem);
        problem.answer(http.response());
    }
}
