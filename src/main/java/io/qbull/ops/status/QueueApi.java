package io.qbull.ops.status;

import io.qbull.model.QueueName;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/** HTTP handlers for the state of the queues. They only read. The server that mounts them decides where, and who may ask. */
public final class QueueApi {
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
        JsonAnswers.answer(
                http, queues.all().thenApply(found -> Optional.of(Queues.json(found))), QueueRequest.NO_QUEUE);
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
            JsonAnswers.problem(http, 404, QueueRequest.NO_QUEUE);
            return;
        }
        JsonAnswers.answer(http, queues.one(name).thenApply(found -> found.map(QueueJson::of)), QueueRequest.NO_QUEUE);
    }
}
