package io.qbull.ops.dead;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.QueueName;
import io.qbull.ops.BodyText;
import io.qbull.ops.Change;
import io.qbull.ops.Json;
import io.qbull.ops.Listing;
import io.qbull.ops.Summary;
import java.util.List;
import java.util.Map;

/** The one JSON form of dead letters, for the API and for the command line. */
public final class DeadJson {
    /** The member of a document that has the letters. */
    static final String MEMBER = "dead";

    private DeadJson() {}

    /**
     * @param queue whose
     * @param listing some of them
     * @return the letters and the place after which to continue
     */
    static ObjectNode listing(QueueName queue, Listing<DeadLetter, DeadPlace> listing) {
        return listing.json(queue, MEMBER, DeadJson::of);
    }

    /**
     * @param queue whose
     * @param letters read with their bodies
     * @return all that is known of them
     */
    static ObjectNode whole(QueueName queue, List<DeadLetter> letters) {
        ObjectNode node = Json.object();
        node.put("queue", queue.value());
        ArrayNode all = node.putArray(MEMBER);
        letters.forEach(letter -> all.add(whole(letter)));
        return node;
    }

    /**
     * @param queue whose
     * @param change that was made
     * @param summary what became of it
     * @return the figures
     */
    static ObjectNode summary(QueueName queue, Change change, Summary summary) {
        ObjectNode node = summary.json(queue, change);
        if (change != Change.COUNT) {
            node.put("unfit", summary.left());
            node.put("gone", summary.gone());
            node.put("unknown", summary.unknown());
        }
        return node;
    }

    /**
     * @param letter a dead letter
     * @return what is known of it but its body and headers
     */
    static ObjectNode of(DeadLetter letter) {
        Job job = letter.job();
        DeadLetter.Burial burial = letter.burial();
        ObjectNode node = Json.object();
        node.put("place", letter.place().toString());
        node.put("partition", letter.partition().index());
        node.put("id", job == null ? null : job.id().value());
        node.put("key", job == null ? null : job.key());
        node.put("reason", burial.reason());
        node.put("exception", burial.exception());
        node.put("attempts", burial.attempts());
        node.put("failedAt", burial.failedAtMillis());
        node.put("enqueuedAt", job == null ? null : (Long) job.enqueuedAtMillis());
        node.put("contentType", job == null ? null : job.contentType());
        node.put("bodyLength", letter.bodyLength());
        return node;
    }

    /**
     * @param letter read with its body
     * @return all that is known of it
     */
    public static ObjectNode whole(DeadLetter letter) {
        ObjectNode node = of(letter);
        node.put("epoch", letter.burial().epoch());
        if (letter.entry() instanceof Entry.Undecodable undecodable) {
            node.put("unreadable", undecodable.reason());
        }
        Job job = letter.job();
        if (job != null) {
            node.set("headers", Json.tree(job.headers()));
        }
        if (job != null && job.body() instanceof byte[] body) {
            put(node, "body", body);
        } else {
            ObjectNode fields = node.putObject("fields");
            for (Map.Entry<String, byte[]> field : letter.fields().entrySet()) {
                put(fields, field.getKey(), field.getValue());
            }
        }
        return node;
    }

    /** Bytes that are not text become the member {@code NAMEBase64}. */
    private static void put(ObjectNode node, String name, byte[] bytes) {
        String text = BodyText.of(bytes);
        if (text != null) {
            node.put(name, text);
        } else {
            node.put(name + "Base64", bytes);
        }
    }
}
