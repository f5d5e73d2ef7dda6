package io.qbull.ops.pause;

import io.qbull.model.Pause.Scope;
import io.qbull.model.QueueName;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.qbull.ops.pause.PauseAdmin.Outcome;
import io.qbull.store.PauseTable.Change;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** HTTP handlers for pauses. The server that mounts them decides where, and who may ask. The path names the queue. */
public final class PauseApi {
    private static final Set<String> PAUSE = Set.of("partition", "key", "for", "until", "by", "reason");
    private static final Set<String> DRAIN = Set.of("for", "until", "by", "reason");
    private static final Set<String> RESUME = Set.of("partition", "key", "all");

    private final PauseAdmin admin;

    /**
     * @param admin answers
     */
    public PauseApi(PauseAdmin admin) {
        this.admin = admin;
    }

    /**
     * Pauses the queue, or its {@code partition} or {@code key}, {@code for} so long or {@code until} then; what is paused shows {@code by}
     * and {@code reason}. Answers with all that is paused in the queue.
     *
     * @param http a request
     */
    public void pause(RoutingContext http) {
        QueueRequest.handle(
                http,
                PAUSE,
                request -> pause(http, request, PauseAdmin.scope(request.text("partition"), request.text("key"))));
    }

    /**
     * Lets the queue take no new jobs; takes the parameters of {@link #pause} but for {@code partition} and {@code key}, and answers so.
     *
     * @param http a request
     */
    public void drain(RoutingContext http) {
        QueueRequest.handle(http, DRAIN, request -> pause(http, request, new Scope.NewJobs()));
    }

    private void pause(RoutingContext http, QueueRequest request, Scope scope) {
        answer(
                http,
                request.queue(),
                admin.pause(
                        request.queue(),
                        scope,
                        Objects.requireNonNullElseGet(request.text("by"), () -> client(http)),
                        Objects.requireNonNullElse(request.text("reason"), ""),
                        PauseAdmin.end(request.text("for"), request.text("until"))));
    }

    /**
     * Ends the pause of the queue and its draining, or the pause of its {@code partition} or {@code key}, or with {@code all=true} all of them. Answers with what is
     * still paused in the queue, also if nothing of this was.
     *
     * @param http a request
     */
    public void resume(RoutingContext http) {
        QueueRequest.handle(http, RESUME, request -> {
            String partition = request.text("partition");
            String key = request.text("key");
            boolean all = request.flag("all");
            if (all && (partition != null || key != null)) {
                throw new IllegalArgumentException("Name a partition or a key, or say all=true.");
            }
            answer(
                    http,
                    request.queue(),
                    admin.resume(request.queue(), all ? null : PauseAdmin.scope(partition, key))
                            .thenApply(outcome -> outcome.change() == Change.NOTHING
                                    ? new Outcome(Change.DONE, outcome.now())
                                    : outcome));
        });
    }

    private static void answer(RoutingContext http, QueueName queue, CompletionStage<Outcome> outcome) {
        JsonAnswers.take(http, outcome, found -> {
            switch (found.change()) {
                case DONE -> JsonAnswers.send(http, PauseView.json(queue, found.now()));
                case ABSENT, NO_PARTITION -> JsonAnswers.problem(http, 404, PauseAdmin.refusal(found.change()));
                case TOO_MANY_KEYS, NOTHING -> JsonAnswers.problem(http, 400, PauseAdmin.refusal(found.change()));
            }
        });
    }

    private static String client(RoutingContext http) {
        SocketAddress address = http.request().remoteAddress();
        return address == null ? "an HTTP client" : "the HTTP client at " + address.hostAddress();
    }
}
