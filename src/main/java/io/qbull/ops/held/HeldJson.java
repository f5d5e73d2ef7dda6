package io.qbull.ops.held;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.Json;
import io.qbull.ops.Listing;
import io.qbull.ops.Summary;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.Pause;
import java.time.Duration;

/** The one JSON form of held keys, for the API and for the command line. */
final class HeldJson {
    /** The member of a document that has the keys. */
    static final String MEMBER = "held";

    private HeldJson() {}

    /**
     * @param queue whose
     * @param listing some of them
     * @return the keys and the place after which to continue
     */
    static ObjectNode listing(QueueName queue, Listing<HeldKey, HeldPlace> listing) {
        return listing.json(queue, MEMBER, HeldJson::of);
    }

    /**
     * @param key a held key
     * @return its state; {@code dueInMs} is null if the key waits for a person
     */
    static ObjectNode of(HeldKey key) {
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
     * @param change that was requested
     * @param summary what became of it
     * @return the figures
     */
    static ObjectNode summary(QueueName queue, Change change, Summary summary) {
        ObjectNode node = summary.json(queue, change);
        if (change != Change.COUNT) {
            node.put("gone", summary.gone());
            node.put("pending", summary.left());
            node.put("unknown", summary.unknown());
        }
        return node;
    }
}
