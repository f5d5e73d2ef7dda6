package io.qbull.ops;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list, in its order.
 *
 * @param <T> what is listed
 * @param <P> a place in the list; its text continues the list later
 * @param items may be fewer than asked for, or none, although more follow
 * @param next the place after which the list continues; null if nothing follows
 */
public record Listing<T, P>(List<T> items, @Nullable P next) {
    /** Copies the list. */
    public Listing {
        items = List.copyOf(items);
    }

    /**
     * @param queue whose
     * @param member name of the array
     * @param form of one item
     * @return the items and the place after which to continue
     */
    public ObjectNode json(QueueName queue, String member, Function<T, ObjectNode> form) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        ArrayNode array = node.putArray(member);
        items.forEach(item -> array.add(form.apply(item)));
        return node.put("next", next == null ? null : next.toString());
    }
}
