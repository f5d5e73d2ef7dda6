package io.qbull.ops;

import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request about the queue that its path names. Its methods throw {@link IllegalArgumentException} for a parameter that breaks its
 * rule; {@link #handle} answers with the message.
 *
 * @param queue the queue
 * @param given the parameters, each at most once
 */
public record QueueRequest(QueueName queue, MultiMap given) {
    /** The detail of a 404. */
    public static final String NO_QUEUE = "There is no such queue.";

    private static final int LISTED = 100;
    private static final int MOST_LISTED = 1000;

    /**
     * Answers 404 to a name that no queue can have, and 400 to a request that breaks a rule.
     *
     * @param http a request
     * @param parameters all that it may have
     * @param handler gets the request if its queue and parameters can exist
     */
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

    /**
     * @param name of a parameter
     * @return its value; null if it is not given
     */
    public @Nullable String text(String name) {
        return given.get(name);
    }

    /**
     * @return the parameter {@code partition}; null if it is not given
     */
    public @Nullable Integer partition() {
        String text = given.get("partition");
        if (text == null) {
            return null;
        }
        if (!text.matches("\\d{1,5}")) {
            throw new IllegalArgumentException("partition must be a number from 0.");
        }
        return Integer.valueOf(text);
    }

    /**
     * @param name of a parameter that must be given
     * @return its value, a number of up to nine digits
     */
    public int number(String name) {
        String text = given.get(name);
        if (text == null || !text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException(name + " must be a number.");
        }
        return Integer.parseInt(text);
    }

    /**
     * @return the parameter {@code limit}, 1 to 1000; 100 if it is not given
     */
    public int limit() {
        String text = given.get("limit");
        if (text == null) {
            return LISTED;
        }
        if (!text.matches("[1-9]\\d{0,8}") || Integer.parseInt(text) > MOST_LISTED) {
            throw new IllegalArgumentException("limit must be 1 to " + MOST_LISTED + ".");
        }
        return Integer.parseInt(text);
    }

    /**
     * @param <P> a place in a list
     * @param form reads a place
     * @param start if none is given
     * @return the place that the parameter {@code after} names
     */
    public <P> P after(Function<String, P> form, P start) {
        String text = given.get("after");
        return text == null ? start : form.apply(text);
    }

    /**
     * @param change that the path names
     * @param narrowed whether other parameters say what to change; if not, {@code all=true} must
     * @param rule what to tell the caller if neither does, or both do
     * @return the change, or only a count if {@code dryRun=true}
     */
    public Change change(Change change, boolean narrowed, String rule) {
        if (flag("all") == narrowed) {
            throw new IllegalArgumentException(rule);
        }
        return flag("dryRun") ? Change.COUNT : change;
    }

    /**
     * @param name of a parameter that is true or false
     * @return its value; false if it is not given
     */
    public boolean flag(String name) {
        String text = given.get(name);
        if (text != null && !text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(name + " must be true or false.");
        }
        return "true".equals(text);
    }
}
