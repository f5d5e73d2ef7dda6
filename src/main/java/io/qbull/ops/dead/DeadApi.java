package io.qbull.ops.dead;

import io.qbull.model.DeadPlace;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.QueueRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP handlers for dead letters. The server that mounts them decides where, and who may ask. The path names the queue. */
public final class DeadApi {
    private static final int MOST_SHOWN = 10;
    private static final Set<String> LISTING = Set.of("id", "key", "reason", "since", "limit", "after");
    private static final Set<String> CHANGE = Set.of("id", "key", "reason", "since", "all", "dryRun");
    private static final String CHOICE = "Say which ones by id, key, reason or since, or else all=true.";

    private final DeadLetterAdmin admin;

    /**
     * @param admin answers
     */
    public DeadApi(DeadLetterAdmin admin) {
        this.admin = admin;
    }

    /**
     * Answers with a page of dead letters, without bodies. Parameters: {@code id}, {@code key}, {@code reason}, {@code since},
     * {@code limit}, {@code after}.
     *
     * @param http a request
     */
    public void list(RoutingContext http) {
        QueueRequest.handle(http, LISTING, request -> {
            QueueName queue = request.queue();
            DeadPlace after = request.after(DeadPlace::parse, DeadPlace.START);
            JsonAnswers.answer(
                    http,
                    admin.list(queue, filter(request), after, request.limit(), 0)
                            .thenApply(found -> found.map(listing -> DeadJson.listing(queue, listing))),
                    QueueRequest.NO_QUEUE);
        });
    }

    /**
     * Answers with the dead letters that the path parameter {@code id} names, by the id of their job or by their place.
     *
     * @param http a request
     */
    public void one(RoutingContext http) {
        QueueRequest.handle(http, Set.of(), request -> {
            QueueName queue = request.queue();
            DeadFilter filter = new DeadFilter(http.pathParam("id"), null, null, null);
            JsonAnswers.answer(
                    http,
                    admin.find(queue, filter, MOST_SHOWN, Integer.MAX_VALUE)
                            .thenApply(found -> found.filter(
                                            listing -> !listing.items().isEmpty())
                                    .map(listing -> DeadJson.whole(queue, listing.items()))),
                    "There is no such dead letter.");
        });
    }

    /**
     * Retries the dead letters that fit the parameters {@code id}, {@code key}, {@code reason} and {@code since}, or all of them
     * ({@code all=true}); {@code dryRun=true} only counts them.
     *
     * @param http a request
     */
    public void retry(RoutingContext http) {
        change(http, Change.RETRY);
    }

    /**
     * Drops dead letters; takes the parameters of {@link #retry}.
     *
     * @param http a request
     */
    public void drop(RoutingContext http) {
        change(http, Change.DROP);
    }

    private void change(RoutingContext http, Change named) {
        QueueRequest.handle(http, CHANGE, request -> {
            QueueName queue = request.queue();
            DeadFilter filter = filter(request);
            Change change = request.change(named, !filter.equals(DeadFilter.ALL), CHOICE);
            JsonAnswers.summary(
                    http, admin.change(queue, filter, change), summary -> DeadJson.summary(queue, change, summary));
        });
    }

    private static DeadFilter filter(QueueRequest request) {
        return new DeadFilter(request.text("id"), request.text("key"), request.text("reason"), since(request));
    }

    private static @Nullable Instant since(QueueRequest request) {
        String text = request.text("since");
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("since must be a time such as 2026-11-24T08:00:00Z.", e);
        }
    }
}
