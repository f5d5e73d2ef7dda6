package io.qbull.ops.held;

import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** HTTP handlers for held keys. The server that mounts them decides where, and who may ask. The path names the queue. */
public final class HeldApi {
    private static final Set<String> LISTING = Set.of("key", "limit", "after");
    private static final Set<String> CHANGE = Set.of("key", "all", "dryRun");
    private static final String CHOICE = "Say which one by key, or else all=true.";

    private final HeldKeyAdmin admin;

    /**
     * @param admin answers
     */
    public HeldApi(HeldKeyAdmin admin) {
        this.admin = admin;
    }

    /**
     * Answers with a page of held keys. Parameters: {@code key}, {@code limit}, {@code after}.
     *
     * @param http a request
     */
    public void list(RoutingContext http) {
        QueueRequest.handle(http, LISTING, request -> {
            QueueName queue = request.queue();
            HeldPlace after = request.after(HeldPlace::parse, HeldPlace.START);
            JsonAnswers.answer(
                    http,
                    admin.list(queue, request.text("key"), after, request.limit())
                            .thenApply(found -> found.map(listing -> HeldJson.listing(queue, listing))),
                    QueueRequest.NO_QUEUE);
        });
    }

    /**
     * Requests from the owners to retry the first job of {@code key}, or of all keys ({@code all=true}), where it has failed;
     * {@code dryRun=true} only counts them. Answers when the owners have done so, or after ten seconds.
     *
     * @param http a request
     */
    public void retry(RoutingContext http) {
        change(http, Change.RETRY);
    }

    /**
     * Requests from the owners to drop these jobs; takes the parameters of {@link #retry}.
     *
     * @param http a request
     */
    public void drop(RoutingContext http) {
        change(http, Change.DROP);
    }

    private void change(RoutingContext http, Change named) {
        QueueRequest.handle(http, CHANGE, request -> {
            QueueName queue = request.queue();
            String key = request.text("key");
            Change change = request.change(named, key != null, CHOICE);
            JsonAnswers.summary(
                    http, admin.change(queue, key, change), summary -> HeldJson.summary(queue, change, summary));
        });
    }
}
