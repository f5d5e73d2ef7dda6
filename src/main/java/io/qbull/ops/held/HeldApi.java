package io.qbull.ops.held;

import io.qbull.model.QueueName;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.JsonAnswers.Outcome;
import io.qbull.ops.QueueRequest;
import io.qbull.ops.dead.DeadLetterAdmin.Deed;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** HTTP handlers for held keys; whoever mounts them decides where and who may ask. The path names the queue. */
public final class HeldApi {
    private static final int MOST_LISTED = 1000;
    private static final int LISTED = 100;
    private static final Set<String> LISTING = Set.of("key", "limit", "after");
    private static final Set<String> CHANGE = Set.of("key", "all", "dryRun");

    private final HeldKeyAdmin desk;

    /**
     * @param desk answers
     */
    public HeldApi(HeldKeyAdmin desk) {
        this.desk = desk;
    }

    /**
     * Answers with a page of held keys. Parameters: {@code key}, {@code limit}, {@code after}.
     *
     * @param http a request
     */
    public void list(RoutingContext http) {
        QueueRequest.handle(http, LISTING, request -> {
            QueueName queue = request.queue();
            int limit = request.number("limit", LISTED, MOST_LISTED);
            String after = request.text("after");
            HeldPlace from = after == null ? HeldPlace.START : HeldPlace.parse(after);
            JsonAnswers.answer(
                    http,
                    desk.list(queue, request.text("key"), from, limit)
                            .thenApply(found -> found.map(listing -> HeldJson.of(queue, listing))),
                    QueueRequest.NO_QUEUE);
        });
    }

    /**
     * Asks the owners to retry the first job of {@code key}, or of all keys ({@code all=true}), where it has failed;
     * {@code dryRun=true} only counts them. The answer comes when they have done so, or after ten seconds.
     *
     * @param http a request
     */
    public void retry(RoutingContext http) {
        ask(http, Deed.RETRY);
    }

    /**
     * Asks to drop them, likewise.
     *
     * @param http a request
     */
    public void drop(RoutingContext http) {
        ask(http, Deed.DROP);
    }

    private void ask(RoutingContext http, Deed deed) {
        QueueRequest.handle(http, CHANGE, request -> {
            String key = request.text("key");
            if (request.flag("all") != (key == null)) {
                throw new IllegalArgumentException("Say which one by key, or else all=true.");
            }
            Deed done = request.flag("dryRun") ? Deed.COUNT : deed;
            JsonAnswers.outcome(
                    http,
                    desk.ask(request.queue(), key, done),
                    tally -> new Outcome(HeldJson.of(request.queue(), done, tally), tally.failure()));
        });
    }
}
