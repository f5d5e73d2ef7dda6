package io.qbull.ingest.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/** Answers 202 with the place of the job, which is in Redis now. */
public final class HttpJobReply implements Processor {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public void process(Exchange exchange) throws JsonProcessingException {
        Message message = exchange.getMessage();
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", message.getHeader(JobHeaders.JOB_ID));
        members.put("queue", message.getHeader(JobHeaders.QUEUE));
        members.put("partition", message.getHeader(JobHeaders.PARTITION));
        members.put("duplicate", message.getHeader(JobHeaders.DUPLICATE));
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, 202);
        message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        message.setBody(JSON.writeValueAsBytes(members));
    }
}
