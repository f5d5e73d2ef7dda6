package io.qbull.ops.pause;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.model.why.PauseText;
import io.qbull.ops.Json;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Pauses as JSON and as lines. */
public final class PauseView {
    private PauseView() {}

    /**
     * @param pauses of a queue
     * @return an array: those of the queue first, then those of partitions, then those of keys
     */
    public static ArrayNode json(Pauses pauses) {
        ArrayNode array = Json.array();
        sorted(pauses).forEach(pause -> array.add(json(pause)));
        return array;
    }

    /**
     * @param queue the queue
     * @param pauses of it
     * @return both
     */
    public static ObjectNode json(QueueName queue, Pauses pauses) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        node.set("paused", json(pauses));
        return node;
    }

    private static ObjectNode json(Pause pause) {
        ObjectNode node = Json.object();
        if (pause.scope() instanceof Scope.Partition one) {
            node.put("partition", one.index());
        } else if (pause.scope() instanceof Scope.Key one) {
            node.put("key", one.key());
        } else if (pause.scope() instanceof Scope.NewJobs) {
            node.put("newJobs", true);
        }
        node.put("by", pause.by());
        node.put("reason", pause.reason());
        node.put("since", pause.sinceMillis());
        return node.put("until", pause.untilMillis());
    }

    /**
     * @param pauses of a queue
     * @return a complete line for each, such as {@code partition 3 is paused by ann since …, until …: reason}
     */
    public static String lines(Pauses pauses) {
        StringBuilder lines = new StringBuilder();
        sorted(pauses).forEach(pause -> lines.append(PauseText.sentence(pause)).append(System.lineSeparator()));
        return lines.toString();
    }

    private static List<Pause> sorted(Pauses pauses) {
        return pauses.all().stream()
                .sorted(Comparator.comparingInt(PauseView::rank)
                        .thenComparing(PauseView::key, Comparator.nullsFirst(Comparator.naturalOrder())))
                .toList();
    }

    private static int rank(Pause pause) {
        if (pause.scope() instanceof Scope.Partition one) {
            return one.index();
        }
        if (pause.scope() instanceof Scope.NewJobs) {
            return -2;
        }
        return pause.scope() instanceof Scope.Key ? Integer.MAX_VALUE : -1;
    }

    private static @Nullable String key(Pause pause) {
        return pause.scope() instanceof Scope.Key one ? one.key() : null;
    }
}
