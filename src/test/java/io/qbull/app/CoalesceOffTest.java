package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.RedisExtension;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.api.RedissonClient;

/** All routes as they are shipped, with nothing switched on. */
class CoalesceOffTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "*.camel.yaml,ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.coalesceFrom", "A", "qbull.coalesceTo", "B");
    }

    @Test
    void messages_are_not_collected_unless_configured() {
        assertThat(context.getRoute("ingest-http")).isNotNull();
        assertThat(context.getRoute("coalesce")).isNull();
        assertThat(context.getRegistry().lookupByName("qbullCoalesceRepository"))
                .isNull();
        assertThat(Thread.getAllStackTraces().keySet())
                .as("threads of another client")
                .noneMatch(thread -> thread.getName().startsWith("redisson"));
        assertThat(context.getRegistry().findByType(RedissonClient.class)).isEmpty();
    }
}
