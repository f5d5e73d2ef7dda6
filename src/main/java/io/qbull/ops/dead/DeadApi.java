package io.qbull.ops.dead;

import io.qbull.model.DeadPlace;
import io.qbull.model.QueueName;
import io.qbull.ops.JsonAnswers;
import io.qbull.ops.JsonAnswers.Outcome;
import io.qbull.ops.QueueRequest;
import io.qbull.ops.dead.DeadLetterAdmin.Deed;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP handlers for dead letters; whoever mounts them decides where and who may ask. The path names the queue. */
public final class DeadApi {
    private static final int MOST_LISTED = 1000;
    private static final int LISTED = 100;
    private static final int MOST_SHOWN = 10;
    private static final Set<String> LISTING = Set.of("id", "key", "reason", "since", "limit", "after");
    private static final Set<String> CHANGE = Set.of("id", "key", "reason", "since", "all", "dryRun");

    private final DeadLetterAdmin desk;

    /**
     * @param desk answers
     */
    public DeadApi(DeadLetterAdmin desk) {
        this.desk = desk;
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
            int limit = request.number("limit", LISTED, MOST_LISTED);
            String after = request.text("after");
            DeadPlace from = after == null ? DeadPlace.START : DeadPlace.parse(after);
            JsonAnswers.answer(
                    http,
                    desk.list(queue, filter(request), from, limit, 0)
                            .thenApply(found -> found.map(listing -> DeadJson.of(queue, listing))),
                    QueueRequest.NO_QUEUE);
        });
    }

    /**
     * Answers with the dead letters whose job has the id, or whose place is the one, that the path parameter {@code id} names.
     *
     * @param http a request
     */
    public void one(RoutingContext http) {
        QueueRequest.handle(http, Set.of(), request -> {
            QueueName queue = request.queue();
            DeadFilter filter = new DeadFilter(http.pathParam("id"), null, null, null);
            JsonAnswers.answer(
                    http,
                    desk.find(queue, filter, MOST_SHOWN, Integer.MAX_VALUE)
                            .thenApply(found -> found.filter(
                                            listing -> !listing.letters().isEmpty())
                                    .map(listing -> DeadJson.whole(queue, listing.letters()))),
                    "There is no such dead letter.");
        });
    }

    /**
     * Retries those that fit the parameters {@code id}, {@code key}, {@code reason} and {@code since}, or {@code all=true};
     * {@code dryRun=true} only counts them.
     *
     * @param http a request
     */
    public void retry(RoutingContext http) {
        sweep(http, Deed.RETRY);
    }

    /**
     * Drops them, likewise.
     *
     * @param http a request
     */
    public void drop(RoutingContext http) {
        sweep(http, Deed.DROP);
    }

    private void sweep(RoutingContext http, Deed deed) {
        QueueRequest.handle(http, CHANGE, request -> {
            DeadFilter filter = filter(request);
            if (request.flag("all") != filter.equals(DeadFilter.ALL)) {
                throw new IllegalArgumentException("Say which ones by id, key, reason or since, or else all=true.");
            }
            Deed done = request.flag("dryRun") ? Deed.COUNT : deed;
            JsonAnswers.outcome(
                    http,
                    desk.sweep(request.queue(), filter, done),
                    tally -> new Outcome(DeadJson.of(request.queue(), done, tally), tally.failure()));
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
