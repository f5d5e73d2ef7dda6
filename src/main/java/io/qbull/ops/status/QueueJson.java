package io.qbull.ops.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.ops.Json;
import io.qbull.ops.pause.PauseView;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.PartitionStatus.Unread;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LayoutTable.Pod;
import java.util.List;

/** The one JSON form of a queue's state, for the API and for the command line. */
public final class QueueJson {
    /** Members of a partition that are null when it could not be read. */
    private static final List<String> VALUES = List.of(
            "owner",
            "epoch",
            "leaseAgeMs",
            "backlog",
            "oldestAgeMs",
            "inFlight",
            "held",
            "heldKeys",
            "delayed",
            "dead",
            "done",
            "doneAt");

    private QueueJson() {}

    /**
     * @param status of a queue
     * @return its state
     */
    public static ObjectNode of(QueueStatus.Present status) {
        ObjectNode queue = Json.object();
        queue.put("queue", status.queue().value());
        queue.putObject("layout").put("version", status.layoutVersion()).put("partitions", status.partitionCount());
        queue.set("paused", PauseView.json(status.pauses()));
        ArrayNode pods = queue.putArray("pods");
        status.pods().forEach(pod -> pods.add(of(pod)));
        ArrayNode partitions = queue.putArray("partitions");
        status.partitions().forEach(partition -> partitions.add(of(partition)));
        return queue;
    }

    private static ObjectNode of(Pod pod) {
        ObjectNode node = Json.object();
        node.put("pod", pod.id().value());
        ArrayNode owned = node.putArray("partitions");
        pod.owned().forEach(owned::add);
        node.put("capacity", pod.capacity());
        node.put("seen", pod.seenAtMillis());
        if (!pod.twin().isEmpty()) {
            node.put("process", pod.process());
            node.put("twin", pod.twin());
        }
        return node;
    }

    private static ObjectNode of(PartitionStatus partition) {
        ObjectNode node = Json.object();
        node.put("partition", partition.index());
        if (partition instanceof Read read) {
            node.put("owner", read.owner());
            node.put("epoch", read.epoch());
            node.put("leaseAgeMs", read.leaseAgeMillis());
            node.put("backlog", read.backlog());
            node.put("oldestAgeMs", read.oldestAgeMillis());
            node.put("inFlight", read.inFlight());
            node.put("held", read.held());
            node.put("heldKeys", read.heldKeys());
            node.put("delayed", read.delayed());
            node.put("dead", read.dead());
            Progress progress = read.progress();
            node.put("done", progress == null ? null : (Long) progress.done());
            node.put("doneAt", progress == null ? null : (Long) progress.atMillis());
        } else if (partition instanceof Unread unread) {
            VALUES.forEach(node::putNull);
            node.put("error", unread.error());
        }
        return node;
    }
}
