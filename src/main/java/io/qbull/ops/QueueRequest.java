package io.qbull.ops;

import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a request says about the queue that its path names.
 *
 * @param queue the queue
 * @param given the parameters, each at most once
 */
public record QueueRequest(QueueName queue, MultiMap given) {
    public static final String NO_QUEUE = "There is no such queue.";

    /** What breaks a rule is answered with it. */
    public static void handle(RoutingContext http, Set<String> parameters, Consumer<QueueRequest> handler) {
        QueueName queue;
        try {
            queue = new QueueName(String.valueOf(http.pathParam("queue")));
        } catch (IllegalArgumentException e) {
            JsonAnswers.problem(http, 404, NO_QUEUE);
            return;
        }
        try {
            handler.accept(new QueueRequest(queue, http.queryParams(), parameters));
        } catch (IllegalArgumentException e) {
            JsonAnswers.problem(http, 400, String.valueOf(e.getMessage()));
        }
    }

    private QueueRequest(QueueName queue, MultiMap given, Set<String> parameters) {
        this(queue, given);
        for (String name : given.names()) {
            if (!parameters.contains(name)) {
                throw new IllegalArgumentException("There is no parameter " + Printable.of(name) + " here.");
            }
            if (given.getAll(name).size() > 1) {
                throw new IllegalArgumentException("The parameter " + name + " is given more than once.");
            }
        }
    }

    @Nullable
    public String text(String name) {
        return given.get(name);
    }

    public boolean flag(String name) {
        String text = given.get(name);
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(name + " must be true or false.");
        }
        return "true".equals(text);
    }

    public int number(String name, int otherwise, int most) {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("[1-9]\\d{0,8}") || Integer.parseInt(text) > most) {
            throw new IllegalArgumentException(name + " must be 1 to " + most + ".");
        }
        return Integer.parseInt(text);
    }
}
