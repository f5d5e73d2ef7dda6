package io.qbull.ops.why;

import io.qbull.model.JobId;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** HTTP handlers that show jobs where they are. They only read. The server that mounts them decides where, and who may ask. */
public final class JobsApi {
    private static final Set<String> FIND = Set.of("key", "id", "limit");
    private static final Set<String> PEEK = Set.of("partition", "limit");

    private final Jobs jobs;

    /**
     * @param jobs answers
     */
    public JobsApi(Jobs jobs) {
        this.jobs = jobs;
    }

    /**
     * Answers with the jobs that have an id or a key. Parameters: {@code key}, {@code id}, {@code limit}.
     *
     * @param http a request
     */
    public void find(RoutingContext http) {
        QueueRequest.handle(http, FIND, request -> {
            String key = request.text("key");
            String id = request.text("id");
            if (key == null && id == null) {
                throw new IllegalArgumentException("Say which jobs by key or id.");
            }
            JsonAnswers.answer(
                    http,
                    jobs.find(request.queue(), key, id == null ? null : new JobId(id), request.limit())
                            .thenApply(found -> found.map(JobsJson::of)),
                    QueueRequest.NO_QUEUE);
        });
    }

    /**
     * Answers with the first jobs of each partition and the next delayed ones. Parameters: {@code partition}, {@code limit}.
     *
     * @param http a request
     */
    public void peek(RoutingContext http) {
        QueueRequest.handle(
                http,
                PEEK,
                request -> JsonAnswers.answer(
                        http,
                        jobs.next(request.queue(), request.partition(), Math.min(request.limit(), 100))
                                .thenApply(found -> found.map(JobsJson::of)),
                        "There is no such queue or partition."));
    }
}
