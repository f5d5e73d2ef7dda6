package io.qbull.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.lettuce.core.RedisURI;
import io.qbull.config.RedisSettings;
import io.qbull.store.redis.RedisStore;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrisTest {
    @Test
    void a_single_server_with_user_password_and_database() {
        List<RedisURI> uris = of("redis://worker:s3cr%40t@redis.example:6380/2");
        assertThat(uris).hasSize(1);
        assertThat(uris.get(0).getHost()).isEqualTo("redis.example");
        assertThat(uris.get(0).getPort()).isEqualTo(6380);
        assertThat(uris.get(0).getDatabase()).isEqualTo(2);
        assertThat(uris.get(0).getTimeout()).isEqualTo(Duration.ofMillis(700));
        var credentials =
                uris.get(0).getCredentialsProvider().resolveCredentials().block();
        assertThat(credentials).isNotNull();
        assertThat(credentials.getUsername()).isEqualTo("worker");
        assertThat(credentials.getPassword()).containsExactly('s', '3', 'c', 'r', '@', 't');
    }

    @Test
    void tls_checks_the_peer() {
        RedisURI uri = of("rediss://redis.example").get(0);
        assertThat(uri.isSsl()).isTrue();
        assertThat(uri.isVerifyPeer()).isTrue();
    }

    @Test
    void servers_of_a_cluster_take_user_and_tls_from_the_first() {
        List<RedisURI> uris = of("rediss://u:p@a:7000, b:7001,rediss://u:p@c:7002");
        assertThat(uris).extracting(Uris::name).containsExactly("a:7000", "b:7001", "c:7002");
        assertThat(uris).allMatch(RedisURI::isSsl);
        assertThat(uris)
                .allMatch(uri -> uri.getCredentialsProvider()
                        .resolveCredentials()
                        .block()
                        .getUsername()
                        .equals("u"));
    }

    @Test
    void sentinels_are_one_master() {
        List<RedisURI> uris = of("redis-sentinel://:pw@s1:26379,s2:26380#mymaster");
        assertThat(uris).hasSize(1);
        assertThat(uris.get(0).getSentinels()).hasSize(2);
        assertThat(Uris.name(uris.get(0))).isEqualTo("sentinel master mymaster");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://u:hidden@host",
                "redis://u:hidden@",
                "host:6379:hidden",
                "redis://u:hidden@host:notaport",
                "redis:// hidden",
                "redis://u:hid[den@host",
            })
    void a_wrong_uri_is_refused_without_being_quoted(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisStore.open(new RedisSettings(uri, Duration.ofSeconds(1))))
                .withMessageMatching("(?s)redisUri (must be|has a character) .*")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hidden"))
                .withNoCause();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '"',
            value = {
                "redis://u:hid@den@host:6379 @ %40",
                "redis://u:hid#den@host:6379 # %23",
                "redis://:1#hidden@host # %23",
                "redis://u:hid/den@host / %2F",
                "redis://u:hid?den@host ? %3F",
                "redis://u:hid,den@host , %2C",
                "redis://u:hid%zz@host % %25",
                "rediss://u:p@a:7000,rediss://u:hid@den@b @ %40",
                "redis-sentinel://:hid#den@s1:26379,s2:26380#mymaster # %23",
            })
    void a_raw_character_in_a_password_is_named_and_the_password_is_not(String uri, String found, String instead) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RedisStore.open(new RedisSettings(uri, Duration.ofSeconds(1))))
                .withMessage(
                        "redisUri has a raw '" + found + "' in its user or password: write " + instead + " instead")
                .withNoCause();
    }

    @Test
    void each_server_of_a_cluster_may_have_a_login() {
        assertThat(of("rediss://u:p%40@a:7000, rediss://u:q@b,rediss://u:r@[::1]:7002/0"))
                .hasSize(3);
    }

    @Test
    void parameters_of_a_server_are_no_part_of_a_password() {
        assertThat(of("redis://u:p@a:7000?timeout=5s,redis://u:p@b:7000?timeout=5s"))
                .extracting(Uris::name)
                .containsExactly("a:7000", "b:7000");
        assertThat(of("redis://h/0?clientName=a@b")).extracting(Uris::name).containsExactly("h:6379");
    }

    private static List<RedisURI> of(String uri) {
        return Uris.of(new RedisSettings(uri, Duration.ofMillis(700)));
    }
}
