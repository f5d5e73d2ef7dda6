package io.qbull.app.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.component.QbullConstants;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class SampleStepsTest {
    @Test
    void the_line_shows_a_text_body_unchanged() {
        assertThat(JobLine.preview("a+b&c=%41 ü".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("a+b&c=%41 ü");
        assertThat(JobLine.preview(new byte[0])).isEmpty();
    }

    @Test
    void the_line_stays_one_line_whatever_the_body() {
        String shown = JobLine.preview("one\r\ntwo\u2028\u001b[31m\u202e".getBytes(StandardCharsets.UTF_8));

        assertThat(shown).isEqualTo("one??two??[31m?");
        assertThat(JobLine.preview(new byte[] {(byte) 0xff, 0, 'a'})).isEqualTo("??a");
    }

    @Test
    void a_long_line_is_cut() {
        assertThat(JobLine.preview(new byte[100_000])).hasSize(201);
        assertThat(JobLine.preview(Map.of("field", new byte[1]))).isEqualTo("fields [field]");
    }

    @Test
    void a_webhook_request_carries_the_job_and_nothing_else() {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        Message message = exchange.getMessage();
        message.setHeader(QbullConstants.QUEUE, "WHATSAPP");
        message.setHeader(QbullConstants.KEY, "+57 ü\r\nX-Evil: 1");
        message.setHeader(QbullConstants.JOB_ID, "id");
        message.setHeader(QbullConstants.PARTITION, 3);
        message.setHeader(QbullConstants.EPOCH, 17L);
        message.setHeader(QbullConstants.ATTEMPT, 1);
        message.setHeader(QbullConstants.ENQUEUED_AT, 5L);
        message.setHeader("traceparent", "00-1-2-03");
        message.setHeader("Content-Type", "text/plain");
        message.setHeader("X-Tenant", "t");

        new WebhookRequest(URI.create("http://localhost:1/hook?a=b")).process(exchange);

        assertThat(message.getHeaders())
                .containsOnly(
                        Map.entry("X-Qbull-Queue", "WHATSAPP"),
                        Map.entry("X-Qbull-Key", "+57%20%C3%BC%0D%0AX-Evil:%201"),
                        Map.entry("X-Qbull-Job-Id", "id"),
                        Map.entry("X-Qbull-Partition", "3"),
                        Map.entry("X-Qbull-Epoch", "17"),
                        Map.entry("X-Qbull-Attempt", "1"),
                        Map.entry("X-Qbull-Enqueued-At", "5"),
                        Map.entry("traceparent", "00-1-2-03"),
                        Map.entry("Content-Type", "text/plain"),
                        Map.entry(Exchange.HTTP_METHOD, "POST"),
                        Map.entry(Exchange.HTTP_URI, "http://localhost:1/hook?a=b"));
    }
}
