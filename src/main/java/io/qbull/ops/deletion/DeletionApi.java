package io.qbull.ops.deletion;

import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.qbull.ops.deletion.QueueDeleter.Outcome;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** The HTTP handler that deletes queues. The server that mounts it decides where, and who may ask. The path names the queue. */
public final class DeletionApi {
    private static final Set<String> PARAMETERS = Set.of("all", "dryRun");

    private final QueueDeleter deleter;

    /**
     * @param deleter answers
     */
    public DeletionApi(QueueDeleter deleter) {
        this.deleter = deleter;
    }

    /**
     * Deletes the queue, with {@code all=true} also its jobs; with {@code dryRun=true} only says what would be deleted. Answers 409 if the
     * queue is in use, or has jobs that may not be deleted.
     *
     * @param http a request
     */
    public void delete(RoutingContext http) {
        QueueRequest.handle(http, PARAMETERS, request -> {
            boolean all = request.flag("all");
            JsonAnswers.take(
                    http,
                    request.flag("dryRun") ? deleter.check(request.queue(), all) : deleter.delete(request.queue(), all),
                    outcome -> answer(http, request, outcome));
        });
    }

    private static void answer(RoutingContext http, QueueRequest request, Outcome outcome) {
        if (outcome instanceof Outcome.Refused refused) {
            JsonAnswers.problem(http, 409, refused.why());
        } else if (outcome instanceof Outcome.Absent) {
            JsonAnswers.problem(http, 404, QueueRequest.NO_QUEUE);
        } else {
            JsonAnswers.send(http, DeletionJson.of(request.queue(), outcome));
        }
    }
}
