package io.qbull.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.Causes;
import io.qbull.runtime.LogLimit;
import io.qbull.store.StoreException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers requests with JSON, and failures with problems. The answers go out on the event loop of the request. */
public final class JsonAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(JsonAnswers.class);
    /** Dashboards ask again and again. */
    private static final LogLimit LINES = new LogLimit();

    private static final Map<Integer, String> TITLES =
            Map.of(400, "Bad Request", 404, "Not Found", 409, "Conflict", 503, "Service Unavailable");

    private JsonAnswers() {}

    /**
     * Answers with what a stage brings; with 503 if the stage fails.
     *
     * @param http a request
     * @param answer empty = 404
     * @param missing says what does not exist
     */
    public static void answer(
            RoutingContext http, CompletionStage<? extends Optional<? extends JsonNode>> answer, String missing) {
        take(http, answer, found -> {
            if (found.isEmpty()) {
                problem(http, 404, missing);
            } else {
                send(http, found.get());
            }
        });
    }

    /**
     * Takes what a stage brings; answers with 503 if the stage fails.
     *
     * @param <T> what it brings
     * @param http a request
     * @param stage brings it
     * @param taker answers with it, on the event loop of the request
     */
    public static <T> void take(RoutingContext http, CompletionStage<T> stage, Consumer<T> taker) {
        Context loop = http.vertx().getOrCreateContext();
        stage.whenComplete((found, failure) -> loop.runOnContext(now -> {
            if (failure != null) {
                LOG.debug("cannot read Redis", failure);
                http.response().putHeader("Retry-After", "2");
                problem(http, 503, reason(failure));
            } else {
                taker.accept(found);
            }
        }));
    }

    /**
     * Answers with JSON.
     *
     * @param http a request
     * @param node to send
     */
    public static void send(RoutingContext http, JsonNode node) {
        http.response().putHeader("Content-Type", "application/json");
        http.end(Buffer.buffer(Json.bytes(node)));
    }

    /**
     * Answers with the summary of a change; with 503 and the summary if the change ended early.
     *
     * @param http a request
     * @param answer empty = there is no such queue; does not fail
     * @param form of the summary
     */
    public static void summary(
            RoutingContext http, CompletionStage<Optional<Summary>> answer, Function<Summary, ObjectNode> form) {
        Context loop = http.vertx().getOrCreateContext();
        answer.thenAccept(found -> loop.runOnContext(now -> {
            if (found.isEmpty()) {
                problem(http, 404, QueueRequest.NO_QUEUE);
                return;
            }
            Throwable failure = found.get().failure();
            ObjectNode members = form.apply(found.get());
            if (failure == null) {
                send(http, members);
            } else {
                LOG.debug("a change ended early", failure);
                http.response().putHeader("Retry-After", "2");
                problem(http, 503, "The change ended early. " + reason(failure), members);
            }
        }));
    }

    /** A reason for callers. The failure's own message may name servers. */
    private static String reason(Throwable failure) {
        Throwable cause = Causes.bare(failure);
        if (cause instanceof StoreException.Unavailable) {
            return "The queue's storage cannot be reached.";
        } else if (cause instanceof StoreException.Full) {
            return "The queue's storage is full.";
        }
        LINES.log(String.valueOf(cause), more -> LOG.warn("a request failed: {}{}", String.valueOf(cause), more));
        return cause instanceof StoreException.Misconfigured
                ? "The queue's storage is set up wrongly; the server's log says more."
                : "The server failed; its log says more.";
    }

    /**
     * Answers with a problem.
     *
     * @param http a request
     * @param status of the response
     * @param detail for the caller
     */
    public static void problem(RoutingContext http, int status, String detail) {
        problem(http, status, detail, Json.object());
    }

    private static void problem(RoutingContext http, int status, String detail, ObjectNode more) {
        ObjectNode members = Json.object();
        members.put("type", "about:blank");
        members.put("title", TITLES.getOrDefault(status, "Error"));
        members.put("status", status);
        members.put("detail", detail);
        members.setAll(more);
        http.response().setStatusCode(status).putHeader("Content-Type", "application/problem+json");
        http.end(Buffer.buffer(Json.bytes(members)));
    }
}
