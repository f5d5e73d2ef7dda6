package io.qbull.app.coalesce;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RedisSettings;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.RedisClusterExtension;
import io.qbull.testing.RedisSentinels;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.redisson.Redisson;
import org.redisson.api.RMap;
import org.redisson.api.RedissonClient;

/** The other client finds Redis where ours does. */
@Tag("redis")
class RedissonSettingsTest {
    @RegisterExtension
    static final RedisClusterExtension CLUSTER = new RedisClusterExtension();

    @Test
    void redisson_works_in_a_cluster_of_which_one_server_is_named() {
        works(new RedisSettings(CLUSTER.seedUri(), Duration.ofSeconds(1)));
    }

    @Test
    void redisson_works_behind_a_sentinel() throws Exception {
        try (RedisSentinels sentinels = RedisSentinels.start()) {
            works(new RedisSettings(sentinels.uri(), Duration.ofSeconds(1)));
        }
    }

    /** Keys that lie on several nodes, if there are several. */
    private static void works(RedisSettings settings) {
        try (RedisStore store = RedisStore.open(settings)) {
            RedissonClient client = Redisson.create(RedissonSettings.of(get(store.location())));
            try {
                for (int i = 0; i < 20; i++) {
                    RMap<String, byte[]> map = client.getMap("test:" + i);
                    map.put("k", new byte[] {(byte) i});
                    assertThat(map.get("k")).containsExactly(i);
                }
            } finally {
                client.shutdown();
            }
        }
    }
}
