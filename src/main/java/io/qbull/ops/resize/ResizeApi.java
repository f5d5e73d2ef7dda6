package io.qbull.ops.resize;

import com.fasterxml.jackson.databind.JsonNode;
import io.qbull.model.QueueName;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.qbull.ops.resize.ResizeAdmin.Preview;
import io.qbull.resize.Resizer.Beginning;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.Set;

/** HTTP handlers for resizes. The server that mounts them decides where, and who may ask. The path names the queue. */
public final class ResizeApi {
    private static final Set<String> RESIZE = Set.of("partitions", "dryRun");

    private final ResizeAdmin admin;

    /**
     * @param admin answers
     */
    public ResizeApi(ResizeAdmin admin) {
        this.admin = admin;
    }

    /**
     * Answers with the layout of the queue and how far a resize is.
     *
     * @param http a request
     */
    public void status(RoutingContext http) {
        QueueRequest.handle(
                http,
                Set.of(),
                request -> JsonAnswers.answer(
                        http,
                        admin.status(request.queue())
                                .thenApply(found -> found.map(status -> ResizeView.json(request.queue(), status))),
                        QueueRequest.NO_QUEUE));
    }

    /**
     * Begins to give the queue so many {@code partitions}, or goes on with that, and does not wait for the end; with {@code dryRun=true}
     * it only answers what would move.
     *
     * @param http a request
     */
    public void resize(RoutingContext http) {
        QueueRequest.handle(http, RESIZE, request -> {
            int partitions = request.number("partitions");
            QueueName queue = request.queue();
            if (request.flag("dryRun")) {
                JsonAnswers.take(http, admin.preview(queue, partitions), found -> preview(http, queue, found));
            } else {
                JsonAnswers.take(http, admin.begin(queue, partitions), found -> begun(http, queue, found));
            }
        });
    }

    private void preview(RoutingContext http, QueueName queue, Optional<Preview> found) {
        if (found.isEmpty()) {
            JsonAnswers.problem(http, 404, QueueRequest.NO_QUEUE);
        } else if (found.get() instanceof Preview.Possible possible) {
            JsonAnswers.send(http, ResizeView.json(queue, possible.forecast()));
        } else if (found.get() instanceof Preview.Impossible impossible) {
            refused(http, queue, impossible.obstacle());
        }
    }

    private void begun(RoutingContext http, QueueName queue, Optional<Beginning> found) {
        if (found.isEmpty()) {
            JsonAnswers.problem(http, 404, QueueRequest.NO_QUEUE);
        } else if (found.get() instanceof Beginning.UnderWay begun) {
            JsonNode state = ResizeView.json(queue, begun.status());
            JsonAnswers.send(http, state);
        } else {
            refused(http, queue, found.get());
        }
    }

    private void refused(RoutingContext http, QueueName queue, Beginning obstacle) {
        if (obstacle instanceof Beginning.Same) {
            status(http, queue);
        } else {
            JsonAnswers.problem(http, 409, ResizeView.sentence(queue, obstacle));
        }
    }

    private void status(RoutingContext http, QueueName queue) {
        JsonAnswers.answer(
                http,
                admin.status(queue).thenApply(found -> found.map(status -> ResizeView.json(queue, status))),
                QueueRequest.NO_QUEUE);
    }
}
