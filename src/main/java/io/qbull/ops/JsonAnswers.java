package io.qbull.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.store.StoreException;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the handlers of this package answer. */
public final class JsonAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(JsonAnswers.class);
    private static final Map<Integer, String> TITLES =
            Map.of(400, "Bad Request", 404, "Not Found", 503, "Service Unavailable");

    private JsonAnswers() {}

    /** Answers with what comes, or with {@code missing} if that is nothing. */
    public static void answer(
            RoutingContext http, CompletionStage<? extends Optional<? extends JsonNode>> answer, String missing) {
        Context loop = http.vertx().getOrCreateContext();
        answer.whenComplete((found, failure) -> loop.runOnContext(now -> {
            if (failure != null) {
                LOG.debug("Redis cannot be read", failure);
                http.response().putHeader("Retry-After", "2");
                problem(http, 503, reason(failure));
            } else if (found.isEmpty()) {
                problem(http, 404, missing);
            } else {
                http.response().putHeader("Content-Type", "application/json");
                http.end(Buffer.buffer(Json.bytes(found.get())));
            }
        }));
    }

    /**
     * How a change went.
     *
     * @param figures what is to be told in any case
     * @param failure why it ended early; null if it did not
     */
    public record Outcome(ObjectNode figures, @Nullable Throwable failure) {}

    /** Answers with how a change went, or that there is no such queue. What comes does not fail. */
    public static <T> void outcome(
            RoutingContext http, CompletionStage<Optional<T>> answer, Function<T, Outcome> outcome) {
        Context loop = http.vertx().getOrCreateContext();
        answer.thenAccept(found -> loop.runOnContext(now -> {
            if (found.isEmpty()) {
                problem(http, 404, QueueRequest.NO_QUEUE);
                return;
            }
            Outcome end = outcome.apply(found.get());
            Throwable failure = end.failure();
            if (failure == null) {
                http.response().putHeader("Content-Type", "application/json");
                http.end(Buffer.buffer(Json.bytes(end.figures())));
            } else {
                LOG.debug("a change ended early", failure);
                http.response().putHeader("Retry-After", "2");
                problem(http, 503, "It ended early. " + reason(failure), end.figures());
            }
        }));
    }

    /** For callers: what the failure itself says may name servers. */
    private static String reason(Throwable failure) {
        Throwable bare = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        if (bare instanceof StoreException.Unavailable) {
            return "The queue's storage cannot be reached.";
        } else if (bare instanceof StoreException.Full) {
            return "The queue's storage is full.";
        }
        LOG.warn("a request failed: {}", String.valueOf(bare));
        return bare instanceof StoreException.Misconfigured
                ? "The queue's storage is set up wrongly; the server's log says more."
                : "The server failed; its log says more.";
    }

    public static void problem(RoutingContext http, int status, String detail) {
        problem(http, status, detail, Json.object());
    }

    /** With more members than a problem has by itself. */
    public static void problem(RoutingContext http, int status, String detail, ObjectNode more) {
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
