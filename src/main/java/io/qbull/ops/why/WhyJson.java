package io.qbull.ops.why;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.qbull.ops.Json;
import io.qbull.ops.why.Answer.Finding;

/** The one JSON form of an answer, for the API and for the command line. */
public final class WhyJson {
    private WhyJson() {}

    /**
     * @param answer to {@code why}
     * @return its JSON form
     */
    public static ObjectNode of(Answer answer) {
        ObjectNode node = Json.object();
        node.put("queue", answer.queue().value());
        ArrayNode causes = node.putArray("causes");
        for (Finding finding : answer.findings()) {
            ObjectNode cause = causes.addObject();
            cause.put("cause", finding.cause().kind());
            ArrayNode partitions = cause.putArray("partitions");
            finding.partitions().forEach(partitions::add);
            cause.put("text", finding.text());
            cause.put("advice", finding.cause().advice());
        }
        return node.put("unexamined", answer.unexamined());
    }
}
