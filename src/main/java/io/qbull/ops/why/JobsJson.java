package io.qbull.ops.why;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.ops.Json;
import io.qbull.ops.why.Jobs.Shown;

/** The one JSON form of jobs that were found, for the API and for the command line. */
public final class JobsJson {
    private JobsJson() {}

    /**
     * @param shown jobs
     * @return their JSON form
     */
    public static ObjectNode of(Shown shown) {
        ObjectNode node = Json.object();
        node.put("queue", shown.queue().value());
        ArrayNode jobs = node.putArray("jobs");
        shown.jobs().forEach(job -> jobs.add(of(job)));
        return node.put("more", shown.more());
    }

    private static ObjectNode of(FoundJob found) {
        ObjectNode node = Json.object();
        node.put("partition", found.partition().index()).put("where", found.where());
        node.put("id", found.job().id()).put("key", found.job().key());
        if (found instanceof FoundJob.InStream in) {
            node.put("added", in.job().atMillis()).put("before", in.before());
            if (!in.segment().own()) {
                node.put("movedFrom", in.segment().source())
                        .put("layout", in.segment().version());
            }
        } else if (found instanceof FoundJob.Held held) {
            node.put("added", held.job().atMillis());
            if (held.before() >= 0) {
                node.put("before", held.before());
            }
        } else if (found instanceof FoundJob.Delayed delayed) {
            node.put("due", delayed.job().atMillis())
                    .put("dueInMs", delayed.dueIn().toMillis());
        } else if (found instanceof FoundJob.Dead dead) {
            node.put("buried", dead.job().atMillis());
            node.put("attempts", dead.attempts()).put("reason", dead.reason());
        }
        return node;
    }
}
