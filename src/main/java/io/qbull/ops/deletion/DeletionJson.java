package io.qbull.ops.deletion;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.deletion.QueueDeleter.Outcome;

/** The one JSON form of a deletion, for the API and for the command line. */
public final class DeletionJson {
    private DeletionJson() {}

    /**
     * @param queue a queue
     * @param outcome {@link Outcome.Ready} or {@link Outcome.Deleted}
     * @return what is deleted with it
     */
    public static ObjectNode of(QueueName queue, Outcome outcome) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        node.put("deleted", outcome instanceof Outcome.Deleted);
        if (outcome instanceof Outcome.Deleted deleted) {
            node.put("jobs", deleted.jobs());
        } else if (outcome instanceof Outcome.Ready ready) {
            Contents contents = ready.contents();
            node.put("partitions", contents.partitions());
            node.put("toDo", contents.toDo());
            node.put("delayed", contents.delayed());
            node.put("dead", contents.dead());
            node.put("windows", contents.windows());
            node.put("files", contents.files());
        }
        return node;
    }
}
