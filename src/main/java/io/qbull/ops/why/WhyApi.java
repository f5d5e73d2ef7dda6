package io.qbull.ops.why;

import io.qbull.model.JobId;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** HTTP handler for {@code why}. It only reads. The server that mounts it decides where, and who may ask. */
public final class WhyApi {
    private static final Set<String> PARAMETERS = Set.of("partition", "key", "id");

    private final Why why;

    /**
     * @param why answers
     */
    public WhyApi(Why why) {
        this.why = why;
    }

    /**
     * Answers with the causes. Parameters: {@code partition}, or {@code key} and {@code id}.
     *
     * @param http a request
     */
    public void ask(RoutingContext http) {
        QueueRequest.handle(http, PARAMETERS, request -> {
            String id = request.text("id");
            Scope scope = new Scope(request.partition(), request.text("key"), id == null ? null : new JobId(id));
            JsonAnswers.answer(
                    http,
                    why.ask(request.queue(), scope).thenApply(found -> found.map(WhyJson::of)),
                    "There is no such queue or partition.");
        });
    }
}
