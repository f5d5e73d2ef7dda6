package io.qbull.ops.held;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.dead.DeadLetterAdmin.Deed;
import io.qbull.ops.held.HeldKeyAdmin.Listing;
import io.qbull.ops.held.HeldKeyAdmin.Tally;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.Pause;
import java.time.Duration;

/** The one JSON form of held keys, for the API and for the command line. */
public final class HeldJson {
    private HeldJson() {}

    /**
     * @param queue whose
     * @param listing some of them
     * @return them, and after which place to go on
     */
    static ObjectNode of(QueueName queue, Listing listing) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        ArrayNode keys = node.putArray("held");
        listing.keys().forEach(key -> keys.add(of(key)));
        HeldPlace next = listing.next();
        node.put("next", next == null ? null : next.toString());
        return node;
    }

    /**
     * @param key a held key
     * @return how it stands; {@code dueInMs} is null if it waits for a person
     */
    public static ObjectNode of(HeldKey key) {
        Pause pause = key.pause();
        Duration dueIn = pause.dueIn();
        boolean failed = pause.attempts() > 0;
        ObjectNode node = Json.object();
        node.put("key", key.first().key());
        node.put("partition", key.partition().index());
        node.put("jobs", key.jobs());
        node.put("firstId", key.first().id().value());
        node.put("attempts", pause.attempts());
        node.put("failedAt", failed ? (Long) pause.failedAtMillis() : null);
        node.put("dueInMs", dueIn == null ? null : (Long) dueIn.toMillis());
        node.put("reason", failed ? pause.reason() : null);
        return node;
    }

    /**
     * @param queue whose
     * @param deed what was asked for
     * @param tally how that went
     * @return the figures
     */
    public static ObjectNode of(QueueName queue, Deed deed, Tally tally) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        node.put("found", tally.found());
        if (deed == Deed.COUNT) {
            node.put("dryRun", true);
            return node;
        }
        node.put(deed == Deed.RETRY ? "retried" : "dropped", tally.done());
        node.put("gone", tally.gone());
        node.put("pending", tally.pending());
        node.put("unknown", tally.unknown());
        return node;
    }
}
