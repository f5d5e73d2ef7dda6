package io.qbull.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.qbull.store.StoreException;
import java.security.cert.CertificateExpiredException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisErrorsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "OOM command not allowed when used memory > 'maxmemory'.",
                "ERR Error running script (call to f_5c): @user_script:14: @user_script: 14: -OOM command not allowed when used memory > 'maxmemory'. ",
                "NOREPLICAS Not enough good replicas to write.",
                "ERR Error running script (call to f_5c): @user_script:14: @user_script: 14: -NOREPLICAS Not enough good replicas to write. ",
                "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            })
    void a_server_that_takes_no_more_data_is_full(String message) {
        assertThat(reply(message)).isInstanceOf(StoreException.Full.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LOADING Redis is loading the dataset in memory",
                "TRYAGAIN Multiple keys request during rehashing of slot",
                "BUSY Redis is busy running a script.",
                "CLUSTERDOWN The cluster is down",
                "CLUSTERDOWN Hash slot not served",
                "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
                "READONLY You can't write against a read only replica.",
                "ERR Error running script (call to f_5c): @user_script:14: @user_script: 14: -READONLY You can't write against a read only replica. ",
                "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)",
                "ERR max number of clients reached",
            })
    void a_passing_error_is_unavailable_and_the_command_did_not_run(String message) {
        assertThat(reply(message))
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isFalse());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOAUTH Authentication required.",
                "WRONGPASS invalid username-password pair or user is disabled.",
                "NOPERM this user has no permissions to run the 'evalsha' command",
                "WRONGTYPE Operation against a key holding the wrong kind of value",
                "CROSSSLOT Keys in request don't hash to the same slot",
                "ERR unknown command `EVALSHA`, with args beginning with: `secret`, ",
                "ERR Error running script (call to f_5c): @user_script:3: @user_script: 3: The user executing the script can't run this command or subcommand ",
                "ERR anything else",
            })
    void an_error_that_a_person_must_repair_is_misconfigured(String message) {
        assertThat(reply(message)).isInstanceOf(StoreException.Misconfigured.class);
    }

    @Test
    void a_message_begins_with_the_error_and_not_with_the_script() {
        assertThat(reply("ERR Error running script (call to f_5c): @user_script:3: @user_script: 3: The user can't"))
                .hasMessage("Redis replies: The user can't");
        assertThat(reply("ERR Error running script (call to f_5c): @user_script:14: @user_script: 14: -OOM full. "))
                .hasMessage("Redis replies: OOM full. ");
    }

    @Test
    void a_message_contains_no_argument_of_a_command() {
        StoreException e = reply("ERR unknown command `EVALSHA`, with args beginning with: `secret`, ");
        assertThat(e.getMessage()).contains("unknown command").doesNotContain("secret");
        assertThat(e.getCause()).isNull();
    }

    @Test
    void after_a_missing_reply_the_command_may_have_run() {
        assertThat(RedisErrors.of(new RedisCommandTimeoutException("late"), false))
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isTrue());
    }

    @Test
    void after_a_lost_connection_only_a_written_command_may_have_run() {
        assertThat(RedisErrors.of(new RedisException("Connection disconnected"), true))
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isTrue());
        assertThat(RedisErrors.of(new RedisException("Currently not connected."), false))
                .isInstanceOfSatisfying(
                        StoreException.Unavailable.class,
                        e -> assertThat(e.sent()).isFalse());
    }

    @Test
    void of_the_failures_of_tls_only_those_that_last_are_for_a_person() {
        assertThat(RedisErrors.ofConnect(new SSLHandshakeException("Remote host terminated the handshake"), "h:1"))
                .isInstanceOf(StoreException.Unavailable.class)
                .hasMessage("Redis at h:1 refuses TLS: Remote host terminated the handshake");
        assertThat(RedisErrors.ofConnect(new SslHandshakeTimeoutException("late"), "h:1"))
                .isInstanceOf(StoreException.Unavailable.class);
        assertThat(RedisErrors.ofConnect(new CertificateExpiredException("old"), "h:1"))
                .isInstanceOf(StoreException.Misconfigured.class);
        assertThat(RedisErrors.ofConnect(new NotSslRecordException("-ERR"), "h:1"))
                .isInstanceOf(StoreException.Misconfigured.class);
    }

    @Test
    void a_demotion_is_distinguished_from_other_errors() {
        assertThat(RedisErrors.demotion(new RedisCommandExecutionException("READONLY You can't")))
                .isTrue();
        assertThat(RedisErrors.demotion(new RedisCommandExecutionException("UNBLOCKED force")))
                .isTrue();
        assertThat(RedisErrors.demotion(new RedisCommandExecutionException("LOADING Redis")))
                .isFalse();
        assertThat(RedisErrors.demotion(new RedisException("READONLY"))).isFalse();
    }

    @Test
    void a_future_fails_with_the_exception_itself() {
        StoreException full = reply("OOM no");
        CompletableFuture<String> source = new CompletableFuture<>();
        var bare = RedisErrors.translate(source.thenApply(text -> text + text));
        source.completeExceptionally(new CompletionException(full));
        assertThat(bare.handle((value, error) -> error).toCompletableFuture().join())
                .isSameAs(full);
    }

    private static StoreException reply(String message) {
        return RedisErrors.of(new RedisCommandExecutionException(message), true);
    }
}
