package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.app.corpus.RequestCase;
import io.qbull.app.corpus.RequestCorpus;
import io.qbull.app.corpus.StoredJob;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nothing that people send is changed or dropped in silence: it is stored exactly, or refused with a reason. */
class RequestCorpusTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FEWEST = 60;

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return RequestCorpus.settings();
    }

    @Test
    void every_request_is_stored_exactly_or_refused_with_a_reason() throws IOException {
        List<RequestCase> cases = RequestCorpus.all();
        assertThat(cases).hasSizeGreaterThan(FEWEST);
        System.out.println("RequestCorpusTest: " + cases.size() + " requests");
        List<String> wrong = new ArrayList<>();
        for (RequestCase each : cases) {
            try {
                check(each);
            } catch (AssertionError e) {
                wrong.add(each + ": " + e.getMessage());
            }
            empty();
        }
        assertThat(wrong).isEmpty();
    }

    private void check(RequestCase each) throws IOException {
        RawHttp.Answer answer = RawHttp.send(http, "POST " + each.target(), each.headers(), each.body());
        assertThat(answer.status()).as(answer.body()).isEqualTo(each.status());
        each.reasons().forEach(reason -> assertThat(answer.body()).contains(reason));
        if (each.status() >= 400) {
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            JsonNode problem = JSON.readTree(answer.body());
            assertThat(problem.get("detail").asText()).isNotBlank().doesNotContain("Exception", "io.qbull");
        }
        assertStored(each.stored());
    }

    private void assertStored(List<StoredJob> expected) {
        List<Map<String, String>> jobs = jobs("Q", 1);
        long later = expected.stream().filter(StoredJob::delayed).count();
        assertThat(jobs).as("jobs").hasSize((int) (expected.size() - later));
        assertThat(delayed()).as("delayed jobs").isEqualTo(later);
        for (int i = 0; i < jobs.size(); i++) {
            Map<String, String> job = jobs.get(i);
            StoredJob stored = expected.get(i);
            assertThat(job).containsEntry("key", RequestCorpus.latin1(stored.key()));
            assertThat(job.getOrDefault("body", "").getBytes(StandardCharsets.ISO_8859_1))
                    .isEqualTo(stored.body());
            if (stored.id() != null) {
                assertThat(job).containsEntry("id", RequestCorpus.latin1(stored.id()));
            }
            if (stored.contentType() != null) {
                assertThat(job).containsEntry("ct", RequestCorpus.latin1(stored.contentType()));
            }
        }
    }

    private static long delayed() {
        try (Resp resp = REDIS.server().connect()) {
            return resp.number("ZCARD", "{Q:0}:delayed");
        }
    }

    private static void empty() {
        try (Resp resp = REDIS.server().connect()) {
            resp.call("XTRIM", "Q:0", "MAXLEN", "0");
            resp.call("DEL", "{Q:0}:delayed", "{Q:0}:delayed:jobs", "{Q:0}:delayed:ids", "{Q:0}:seen");
        }
    }
}
