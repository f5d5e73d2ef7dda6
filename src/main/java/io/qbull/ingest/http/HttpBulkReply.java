package io.qbull.ingest.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.engine.BulkResult;
import io.qbull.model.EnqueueException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Answers 202 if every line was accepted; otherwise a problem that has the same members. */
public final class HttpBulkReply implements Processor {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public void process(Exchange exchange) throws InvalidPayloadException, JsonProcessingException {
        Message message = exchange.getMessage();
        BulkResult result = message.getMandatoryBody(BulkResult.class);
        message.removeHeaders("*");
        Map<String, Object> members = new LinkedHashMap<>();
        if (result.failure() != null) {
            begin(exchange, stopped(result.failure()), members);
        } else if (result.refusedCount() > 0) {
            begin(exchange, Problem.of(422, "Some lines are not jobs and were not added; all others were."), members);
        } else {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        members.put("accepted", result.accepted());
        members.put("duplicates", result.duplicates());
        if (result.skipped() > 0) {
            members.put("skipped", result.skipped());
        }
        members.put("refusedCount", result.refusedCount());
        members.put(
                "refused",
                result.refused().stream()
                        .map(refused -> new RefusedLine(refused.number(), refused.reason()))
                        .toList());
        message.setBody(JSON.writeValueAsBytes(members));
    }

    /** The JSON that clients read. */
    private record RefusedLine(long line, String reason) {}

    private static Problem stopped(EnqueueException failure) {
        Problem why = HttpProblemReply.problemOf(failure);
        return new Problem(
                why.status(),
                "Reading stopped: " + failure.getMessage() + ". Repeat the whole request; with the same"
                        + " Idempotency-Key, lines that were added are not added again.",
                why.headers());
    }

    private static void begin(Exchange exchange, Problem problem, Map<String, Object> members) {
        RefusalLog.note(exchange, problem);
        Message message = exchange.getMessage();
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, problem.status());
        message.setHeader(Exchange.CONTENT_TYPE, Problem.MEDIA_TYPE);
        problem.headers().forEach(message::setHeader);
        members.putAll(problem.members());
    }
}
