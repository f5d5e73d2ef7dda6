package io.qbull.app.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.SettingsReader;
import io.qbull.config.RedisSettings;
import io.qbull.store.redis.RedisStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a pod; no server is needed for it. */
class PodTest {
    private static final String REDIS = "redis://127.0.0.1:1";

    @Test
    void a_pod_that_is_told_to_stop_before_its_routes_start_ends_well(@TempDir Path home) throws Exception {
        Map<String, String> file = Map.of("qbull.ingest", "none", "qbull.redisUrl", REDIS);
        SettingsReader reader = new SettingsReader(Map.of(), file, home);
        Pod pod = new Pod(reader.read(), reader.camel());
        try (RedisStore store = RedisStore.open(RedisSettings.forLeases(REDIS, Duration.ofSeconds(15)))) {
            Main camel = pod.camel(store, reader.read());
            camel.completed();
            assertThat(pod.run(camel, () -> 0)).isEqualTo(ExitCode.OK);
        }
    }
}
