package io.qbull.ops;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.DeadPlace;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.ops.DeadLetterDesk.Deed;
import io.qbull.ops.DeadLetterDesk.Tally;
import io.vertx.core.Context;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** HTTP handlers for dead letters; whoever mounts them decides where and who may ask. The path names the queue. */
public final class DeadApi {
    private static final int MOST_LISTED = 1000;
    private static final int LISTED = 100;
    private static final int MOST_SHOWN = 10;
    private static final String NO_QUEUE = "There is no such queue.";
    private static final Set<String> FILTERS = Set.of("id", "key", "reason", "since");

    private final DeadLetterDesk desk;

    /**
     * @param desk answers
     */
    public DeadApi(DeadLetterDesk desk) {
        this.desk = desk;
    }

    /**
     * Answers with a page of dead letters, without bodies. Parameters: {@code id}, {@code key}, {@code reason}, {@code since},
     * {@code limit}, {@code after}.
     *
     * @param http a request
     */
    public void list(RoutingContext http) {
        handle(http, Set.of("limit", "after"), (queue, query) -> {
            int limit = query.number("limit", LISTED, MOST_LISTED);
            String after = query.text("after");
            DeadPlace from = after == null ? DeadPlace.START : DeadPlace.parse(after);
            Answers.answer(
                    http,
                    desk.list(queue, query.filter(), from, limit, 0)
                            .thenApply(found -> found.map(listing -> DeadJson.of(queue, listing))),
                    NO_QUEUE);
        });
    }

    /**
     * Answers with the dead letters whose job has the id, or whose place is the one, that the path parameter {@code id} names.
     *
     * @param http a request
     */
    public void one(RoutingContext http) {
        handle(http, Set.of(), (queue, query) -> {
            DeadFilter filter = new DeadFilter(http.pathParam("id"), null, null, null);
            Answers.answer(
                    http,
                    desk.list(queue, filter, DeadPlace.START, MOST_SHOWN, Integer.MAX_VALUE)
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
        handle(http, Set.of("all", "dryRun"), (queue, query) -> {
            DeadFilter filter = query.filter();
            if (query.flag("all") != filter.equals(DeadFilter.ALL)) {
                throw new IllegalArgumentException("Say which ones by id, key, reason or since, or else all=true.");
            }
            Deed done = query.flag("dryRun") ? Deed.COUNT : deed;
            answer(http, desk.sweep(queue, filter, done), queue, done);
        });
    }

    private static void answer(
            RoutingContext http, CompletionStage<Optional<Tally>> answer, QueueName queue, Deed deed) {
        Context loop = http.vertx().getOrCreateContext();
        answer.thenAccept(found -> loop.runOnContext(now -> {
            if (found.isEmpty()) {
                Answers.problem(http, 404, NO_QUEUE);
                return;
            }
            ObjectNode figures = DeadJson.of(queue, deed, found.get());
            Throwable failure = found.get().failure();
            if (failure == null) {
                http.response().putHeader("Content-Type", "application/json");
                http.end(Buffer.buffer(QueueJson.bytes(figures)));
            } else {
                http.response().putHeader("Retry-After", "2");
                Answers.problem(http, 503, "It ended early: " + failure.getMessage(), figures);
            }
        }));
    }

    @FunctionalInterface
    private interface Handler {
        void handle(QueueName queue, Query query);
    }

    /** What breaks a rule is answered with it. */
    private static void handle(RoutingContext http, Set<String> more, Handler handler) {
        QueueName queue;
        try {
            queue = new QueueName(String.valueOf(http.pathParam("queue")));
        } catch (IllegalArgumentException e) {
            Answers.problem(http, 404, NO_QUEUE);
            return;
        }
        try {
            handler.handle(queue, new Query(http.queryParams(), more));
        } catch (IllegalArgumentException e) {
            Answers.problem(http, 400, String.valueOf(e.getMessage()));
        }
    }

    /** The parameters, each at most once. */
    private record Query(MultiMap given) {
        Query(MultiMap given, Set<String> more) {
            this(given);
            for (String name : given.names()) {
                if (!FILTERS.contains(name) && !more.contains(name)) {
                    throw new IllegalArgumentException("There is no parameter " + Printable.of(name) + " here.");
                }
                if (given.getAll(name).size() > 1) {
                    throw new IllegalArgumentException("The parameter " + name + " is given more than once.");
                }
            }
        }

        @Nullable
        String text(String name) {
            return given.get(name);
        }

        boolean flag(String name) {
            String text = given.get(name);
            if (text != null && !text.equals("true") && !text.equals("false")) {
                throw new IllegalArgumentException(name + " must be true or false.");
            }
            return "true".equals(text);
        }

        int number(String name, int otherwise, int most) {
            String text = given.get(name);
            if (text == null) {
                return otherwise;
            }
            if (!text.matches("[1-9]\\d{0,8}") || Integer.parseInt(text) > most) {
                throw new IllegalArgumentException(name + " must be 1 to " + most + ".");
            }
            return Integer.parseInt(text);
        }

        DeadFilter filter() {
            return new DeadFilter(given.get("id"), given.get("key"), given.get("reason"), since());
        }

        private @Nullable Instant since() {
            String text = given.get("since");
            try {
                return text == null ? null : Instant.parse(text);
            } catch (DateTimeParseException e) {
                throw new IllegalArgumentException("since must be a time such as 2026-11-24T08:00:00Z.", e);
            }
        }
    }
}
