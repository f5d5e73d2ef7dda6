package io.qbull.component;

import io.qbull.engine.QueueNode;
import io.qbull.model.Delivery;
import io.qbull.model.PartitionId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.camel.spi.annotations.DevConsole;
import org.apache.camel.support.console.AbstractDevConsole;
import org.apache.camel.util.json.JsonArray;
import org.apache.camel.util.json.JsonObject;

/** Shows what this process does with its queues: partitions owned and jobs in flight, without their content. */
@DevConsole(name = "qbull", displayName = "QBull", description = "Partitions owned and jobs in flight")
public class QbullDevConsole extends AbstractDevConsole {
    /** Camel calls this. */
    public QbullDevConsole() {
        super("camel", "qbull", "QBull", "Partitions owned and jobs in flight");
    }

    @Override
    protected String doCallText(Map<String, Object> options) {
        return nodes().stream().map(QbullDevConsole::text).collect(Collectors.joining("\n"));
    }

    @Override
    protected Map<String, Object> doCallJson(Map<String, Object> options) {
        JsonArray queues = new JsonArray();
        nodes().forEach(node -> queues.add(json(node)));
        JsonObject answer = new JsonObject();
        answer.put("queues", queues);
        return answer;
    }

    private List<SharedNode> nodes() {
        return getCamelContext().getComponentNames().stream()
                .map(getCamelContext()::hasComponent)
                .filter(Objects::nonNull)
                .filter(QbullComponent.class::isInstance)
                .flatMap(component -> ((QbullComponent) component).nodes().snapshot().stream())
                .sorted(Comparator.comparing(node -> node.key().queue()))
                .toList();
    }

    private static String text(SharedNode node) {
        QueueNode.Sight sight = node.node().sight();
        StringBuilder text = new StringBuilder();
        text.append("queue=")
                .append(node.key().queue())
                .append(" pod=")
                .append(node.key().pod());
        text.append(" route=")
                .append(node.consumerRoute())
                .append(" consuming=")
                .append(sight.consuming());
        text.append(" owned=").append(indexes(sight)).append('\n');
        for (Delivery delivery : sight.inFlight()) {
            text.append("  ")
                    .append(delivery.lease())
                    .append(" job=")
                    .append(delivery.job().id());
            text.append(" attempt=").append(delivery.attempt()).append('\n');
        }
        if (!sight.problem().isEmpty()) {
            text.append("  problem: ").append(sight.problem()).append('\n');
        }
        if (!sight.standstill().isEmpty()) {
            text.append("  standstill: ").append(sight.standstill()).append('\n');
        }
        return text.toString();
    }

    private static JsonObject json(SharedNode node) {
        QueueNode.Sight sight = node.node().sight();
        JsonObject answer = new JsonObject();
        answer.put("queue", node.key().queue().value());
        answer.put("pod", node.key().pod().value());
        answer.put("route", node.consumerRoute());
        answer.put("consuming", sight.consuming());
        answer.put("owned", new JsonArray(indexes(sight)));
        answer.put(
                "inFlight",
                new JsonArray(
                        sight.inFlight().stream().map(QbullDevConsole::json).toList()));
        answer.put("problem", sight.problem());
        answer.put("standstill", sight.standstill());
        return answer;
    }

    private static JsonObject json(Delivery delivery) {
        JsonObject answer = new JsonObject();
        answer.put("partition", delivery.lease().partition().index());
        answer.put("epoch", delivery.lease().epoch().value());
        answer.put("job", delivery.job().id().value());
        answer.put("attempt", delivery.attempt());
        return answer;
    }

    private static List<Integer> indexes(QueueNode.Sight sight) {
        return sight.owned().stream().map(PartitionId::index).sorted().toList();
    }
}
