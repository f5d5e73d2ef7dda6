package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A job that hangs is named by the API, the command line, the health and the log, in the same words. */
public class WhyAppTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT =
            "partition WHATSAPP:0 has not moved for [\\d.]+ s: job first of key k has been running for"
                    + " [\\d.]+ s in pod [^ ]+ on thread .*";

    @TempDir
    private Path home;

    private final HeldWebhook hook = new HeldWebhook();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "whatsapp.camel.yaml,ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.partitions", "1",
                "qbull.webhookUrl", hook.url(),
                "camel.component.qbull.stallAfter", "1s");
    }

    @AfterEach
    void release() {
        hook.close();
    }

    @Test
    void a_job_that_hangs_is_named_everywhere_in_the_same_words() throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + REDIS.server().uri());
        try (CapturedLog log = new CapturedLog()) {
            add("first");
            add("second");
            await().until(() -> hook.calls() == 1);

            await().untilAsserted(
                            () -> assertThat(log.warnings()).anyMatch(line -> line.matches("queue=WHATSAPP " + TEXT)));
            assertThat(get(management, "/observe/health/ready").status()).isEqualTo(503);
            JsonNode answer =
                    JSON.readTree(get(management, "/api/queues/WHATSAPP/why").body());
            assertThat(answer.path("causes").get(0).path("cause").asText()).isEqualTo("job-running");
            assertThat(answer.path("causes").get(0).path("text").asText()).matches(TEXT);
            assertThat(answer.path("causes").get(0).path("partitions").toString())
                    .isEqualTo("[0]");
            CommandRun run = CommandRun.of(home, "why", "WHATSAPP", "--id", "first");
            assertThat(run.err()).isEmpty();
            assertThat(run.out().lines().findFirst().orElse("")).matches(TEXT);
            assertThat(get(management, "/observe/health").body())
                    .contains(": job first of key k has been running for ");

            assertThat(CommandRun.of(home, "find", "WHATSAPP", "--key", "k").out())
                    .contains("first", "second");
            assertThat(CommandRun.of(home, "find", "WHATSAPP", "--id", "third").code())
                    .isEqualTo(3);
            assertThat(CommandRun.of(home, "peek", "WHATSAPP", "--partition", "0")
                            .out())
                    .contains("first", "second");
            assertThat(CommandRun.of(home, "peek", "WHATSAPP", "--partition", "9")
                            .code())
                    .isEqualTo(3);
            assertThat(CommandRun.of(home, "status").out().lines().toList().get(1))
                    .matches("WHATSAPP +2 .*");
            assertThat(get(management, "/api/queues/WHATSAPP/why?partition=1").status())
                    .isEqualTo(404);
            assertThat(get(management, "/api/queues/WHATSAPP/why?partition=0&key=k")
                            .status())
                    .isEqualTo(400);
            hook.release();
            await().until(() -> get(management, "/observe/health/ready").status() == 200);
        }
    }

    private void add(String id) {
        assertThat(post("/queues/WHATSAPP/jobs?key=k", "hello", "Idempotency-Key: " + id)
                        .status())
                .isEqualTo(202);
    }
}
