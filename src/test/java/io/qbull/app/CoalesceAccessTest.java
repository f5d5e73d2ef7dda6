package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.PodRights;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.spi.Registry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages become jobs on a Redis that wants user and password. */
class CoalesceAccessTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String redisUri() {
        return "redis://app:p%40ss@127.0.0.1:" + REDIS.server().port();
    }

    @Override
    String routes() {
        return "coalesce.camel.yaml,ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.queues", "MESSAGES",
                "qbull.partitions", "1",
                "qbull.coalesce", "true",
                "qbull.coalesceWindow", "1s");
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        try (Resp resp = REDIS.server().connect()) {
            List<String> user = new ArrayList<>(List.of("ACL", "SETUSER", "app", "on", ">p@ss"));
            for (String queue : List.of("MESSAGES", "WHATSAPP")) {
                // Each repeats the commands, and resets the channels of the ones before.
                user.addAll(PodRights.of(PodRights.Use.POD, queue));
            }
            user.addAll(List.of("&qbull:announce:MESSAGES"));
            user.addAll(PodRights.of(PodRights.Use.COALESCE, "MESSAGES"));
            resp.call(user.toArray(String[]::new));
            resp.call("ACL", "SETUSER", "default", "-@all");
            resp.call("CONFIG", "RESETSTAT");
        }
        super.bindToRegistry(registry);
    }

    @Test
    void redisson_authenticates_and_needs_the_documented_commands() {
        assertThat(post("/queues/MESSAGES/jobs?key=a", "hello").status()).isEqualTo(202);

        await().untilAsserted(() -> assertThat(jobs("WHATSAPP", 1))
                .singleElement()
                .extracting(job -> job.get("body"))
                .isEqualTo("[\"hello\"]"));
        try (Resp resp = REDIS.server().connect()) {
            String calls = resp.text("INFO", "commandstats");
            assertThat(PodRights.commands(PodRights.Use.COALESCE))
                    .allSatisfy(command -> assertThat(calls).contains("cmdstat_" + command.replaceAll("[|].*", "")));
            assertThat(PodRights.refused(resp, "app")).isEmpty();
        }
    }
}
