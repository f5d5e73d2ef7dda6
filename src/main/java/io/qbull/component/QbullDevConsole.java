package io.qbull.component;

import io.qbull.component.node.SharedNode;
import io.qbull.engine.NodeStatus;
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
                .flatMap(component -> ((QbullComponent) component).openNodes().stream())
                .sorted(Comparator.comparing(node -> node.key().queue()))
                .toList();
    }

    private static String text(SharedNode node) {
        NodeStatus status = node.node().status();
        StringBuilder text = new StringBuilder();
        text.append("queue=")
                .append(node.key().queue())
                .append(" pod=")
                .append(node.key().pod());
        text.append(" route=")
                .append(node.consumerRoute())
                .append(" consuming=")
                .append(status.consuming());
        text.append(" owned=").append(indexes(status)).append('\n');
        for (Delivery delivery : status.inFlight()) {
            text.append("  ")
                    .append(delivery.lease())
                    .append(" job=")
                    .append(delivery.job().id());
            text.append(" attempt=").append(delivery.attempt()).append('\n');
        }
        if (!status.problem().isEmpty()) {
            text.append("  problem: ").append(status.problem()).append('\n');
        }
        if (!status.standstill().isEmpty()) {
            text.append("  standstill: ").append(status.standstill()).append('\n');
        }
        if (status.repairs() > 0) {
            text.append("  repairs: ").append(status.repairs()).append('\n');
        }
        return text.toString();
    }

    private static JsonObject json(SharedNode node) {
        NodeStatus status = node.node().status();
        JsonObject answer = new JsonObject();
        answer.put("queue", node.key().queue().value());
        answer.put("pod", node.key().pod().value());
        answer.put("route", node.consumerRoute());
        answer.put("consuming", status.consuming());
        answer.put("owned", new JsonArray(indexes(status)));
        answer.put(
                "inFlight",
                new JsonArray(
                        status.inFlight().stream().map(QbullDevConsole::json).toList()));
        answer.put("problem", status.problem());
        answer.put("standstill", status.standstill());
        answer.put("repairs", status.repairs());
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

    private static List<Integer> indexes(NodeStatus status) {
        return status.owned().stream().map(PartitionId::index).sorted().toList();
    }
}
