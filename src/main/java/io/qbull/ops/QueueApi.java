package io.qbull.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP handlers for the state of the queues. They read; whoever mounts them decides where and who may ask. */
public final class QueueApi {
    private static final Logger LOG = LoggerFactory.getLogger(QueueApi.class);
    private final Queues queues;

    /**
     * @param queues answers
     */
    public QueueApi(Queues queues) {
        this.queues = queues;
    }

    /**
     * Answers with all queues, as a JSON array.
     *
     * @param http a request
     */
    public void all(RoutingContext http) {
        answer(http, queues.all().thenApply(found -> Optional.of(Queues.json(found))));
    }

    /**
     * Answers with the queue that the path parameter {@code queue} names.
     *
     * @param http a request
     */
    public void one(RoutingContext http) {
        QueueName name;
        try {
            name = new QueueName(String.valueOf(http.pathParam("queue")));
        } catch (IllegalArgumentException e) {
            problem(http, 404, "There is no such queue.");
            return;
        }
        answer(http, queues.one(name).thenApply(found -> found.map(QueueJson::of)));
    }

    private static void answer(RoutingContext http, CompletionStage<? extends Optional<? extends JsonNode>> answer) {
        Context loop = http.vertx().getOrCreateContext();
        answer.whenComplete((found, failure) -> loop.runOnContext(now -> {
            if (failure != null) {
                LOG.debug("the state of the queues cannot be read", failure);
                http.response().putHeader("Retry-After", "2");
                problem(http, 503, "The queue's storage cannot be reached.");
            } else if (found.isEmpty()) {
                problem(http, 404, "There is no such queue.");
            } else {
                http.response().putHeader("Content-Type", "application/json");
                http.end(Buffer.buffer(QueueJson.bytes(found.get())));
            }
        }));
    }

    private static void problem(RoutingContext http, int status, String detail) {
        ObjectNode members = QueueJson.object();
        members.put("type", "about:blank");
        members.put("title", status == 404 ? "Not Found" : "Service Unavailable");
        members.put("status", status);
        members.put("detail", detail);
        http.response().setStatusCode(status).putHeader("Content-Type", "application/problem+json");
        http.end(Buffer.buffer(QueueJson.bytes(members)));
    }
}
