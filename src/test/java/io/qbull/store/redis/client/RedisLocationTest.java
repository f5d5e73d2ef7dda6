package io.qbull.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.RedisSettings;
import io.qbull.store.redis.client.RedisLocation.Login;
import io.qbull.store.redis.client.RedisLocation.PeerCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What RedisLocation tells another client. */
class RedisLocationTest {
    @Test
    void a_server_with_tls_user_and_database() {
        assertThat(of("rediss://app:p%40ss@redis.local:6390/3", false))
                .isEqualTo(new RedisLocation(
                        List.of("rediss://redis.local:6390"),
                        false,
                        null,
                        new Login("app", "p@ss"),
                        new Login("app", "p@ss"),
                        3,
                        PeerCheck.CERTIFICATE_AND_HOST));
        assertThat(of("rediss://h?verifyPeer=NONE", false).peerCheck()).isEqualTo(PeerCheck.NONE);
        assertThat(of("rediss://h?verifyPeer=CA", false).peerCheck()).isEqualTo(PeerCheck.CERTIFICATE);
    }

    @Test
    void a_password_is_not_shown() {
        assertThat(of("redis://app:p%40ss@h", false).toString()).doesNotContain("p@ss");
    }

    @Test
    void servers_of_a_cluster() {
        RedisLocation location = of("redis://:pw@h1:1,h2:2,redis://h3:3", true);
        assertThat(location.servers()).containsExactly("redis://h1:1", "redis://h2:2", "redis://h3:3");
        assertThat(location.cluster()).isTrue();
        assertThat(location.login()).isEqualTo(new Login(null, "pw"));
    }

    @Test
    void sentinels_have_no_login_of_the_master() {
        RedisLocation location = of("redis-sentinel://:pw@s1:26379,s2:26380#mymaster", false);
        assertThat(location.servers()).containsExactly("redis://s1:26379", "redis://s2:26380");
        assertThat(location.sentinelMaster()).isEqualTo("mymaster");
        assertThat(location.login()).isEqualTo(new Login(null, "pw"));
        assertThat(location.sentinelLogin()).isEqualTo(new Login(null, null));
    }

    @Test
    void an_ipv6_address_is_in_brackets() {
        assertThat(of("redis://[::1]:6379", false).servers()).containsExactly("redis://[::1]:6379");
    }

    private static RedisLocation of(String uri, boolean cluster) {
        return RedisLocation.of(new RedisSettings(uri, Duration.ofSeconds(1)), cluster);
    }
}
