package io.qbull.ops;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.store.Inspector.PartitionSight;
import io.qbull.store.Inspector.QueueSight;
import io.qbull.store.LayoutTable.Pod;

/** The one JSON form of a queue's state, for the API and for the command line. */
public final class QueueJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private QueueJson() {}

    /**
     * @param sight a queue
     * @return its state
     */
    public static ObjectNode of(QueueSight.Present sight) {
        ObjectNode queue = JSON.createObjectNode();
        queue.put("queue", sight.queue().value());
        queue.putObject("layout").put("version", sight.layoutVersion()).put("partitions", sight.partitionCount());
        ArrayNode pods = queue.putArray("pods");
        sight.pods().forEach(pod -> pods.add(of(pod)));
        ArrayNode partitions = queue.putArray("partitions");
        sight.partitions().forEach(partition -> partitions.add(of(partition)));
        return queue;
    }

    /**
     * @param node made by this class
     * @return UTF-8 on one line
     */
    public static byte[] bytes(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers became no JSON", e);
        }
    }

    static ArrayNode array() {
        return JSON.createArrayNode();
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    private static ObjectNode of(Pod pod) {
        ObjectNode node = JSON.createObjectNode();
        node.put("pod", pod.id().value());
        ArrayNode held = node.putArray("partitions");
        pod.held().forEach(held::add);
        node.put("capacity", pod.capacity());
        node.put("seen", pod.seenAtMillis());
        return node;
    }

    /** {@code held} and {@code delayed} are always 0: this version has neither. */
    private static ObjectNode of(PartitionSight partition) {
        ObjectNode node = JSON.createObjectNode();
        node.put("partition", partition.index());
        node.put("owner", partition.owner());
        node.put("epoch", partition.epoch());
        node.put("leaseAgeMs", partition.leaseAgeMillis());
        node.put("backlog", partition.backlog());
        node.put("oldestAgeMs", partition.oldestAgeMillis());
        node.put("inFlight", partition.inFlight());
        node.put("held", 0);
        node.put("delayed", 0);
        node.put("dead", partition.dead());
        return node;
    }
}
