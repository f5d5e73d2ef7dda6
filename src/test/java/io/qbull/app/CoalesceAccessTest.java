package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.Map;
import org.apache.camel.spi.Registry;
import org.junit.jupiter.api.AfterEach;
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
            resp.call("ACL", "SETUSER", "app", "on", ">p@ss", "~*", "&*", "+@all");
            resp.call("ACL", "SETUSER", "default", "-@all", "+@read", "+acl");
        }
        super.bindToRegistry(registry);
    }

    @AfterEach
    void restore() {
        try (Resp resp = REDIS.server().connect()) {
            resp.call("ACL", "SETUSER", "default", "+@all");
        }
    }

    @Test
    void redisson_authenticates_with_user_and_password() {
        assertThat(post("/queues/MESSAGES/jobs?key=a", "hello").status()).isEqualTo(202);

        await().untilAsserted(() -> assertThat(jobs("WHATSAPP", 1))
                .singleElement()
                .extracting(job -> job.get("body"))
                .isEqualTo("[\"hello\"]"));
    }
}
