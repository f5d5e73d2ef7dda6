package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.RedisExtension;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A setting that names the headers that are kept anyhow. */
class KeptHeadersTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.partitions", "1", "qbull.httpHeaders", "traceparent,tracestate,Content-Type");
    }

    @Test
    void headers_that_are_always_kept_may_be_listed() {
        RawHttp.Answer answer = post("/queues/WHATSAPP/jobs?key=k", "x", "Content-Type: text/plain", "tracestate: a=b");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(jobs("WHATSAPP", 1))
                .singleElement()
                .satisfies(job -> assertThat(job).containsEntry("ct", "text/plain"))
                .satisfies(job -> assertThat(job.get("h")).contains("a=b"));
    }
}
