package io.qbull.app.coalesce;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.redisson.client.RedisOutOfMemoryException;
import org.redisson.client.RedisResponseTimeoutException;

class WindowExceptionTest {
    @Test
    void a_reason_says_what_redis_said_and_quotes_no_message() {
        assertThat(WindowException.reason(new RedisOutOfMemoryException(
                        "command not allowed when used memory > 'maxmemory'. channel: [id: 0x1] command: (EVAL),"
                                + " promise: java.util.concurrent.CompletableFuture, params: [a secret message]")))
                .isEqualTo("RedisOutOfMemoryException: command not allowed when used memory > 'maxmemory'");
        assertThat(WindowException.reason(new RedisResponseTimeoutException(
                        "Redis server response timeout (3000 ms) occured after 1 retry attempts, is non-idempotent"
                                + " command: false Check connection with Redis node: h:1 for TCP packet drops."
                                + " Command: (HGET), params: [[a secret message]], channel: [id: 0x1]")))
                .startsWith("RedisResponseTimeoutException: Redis server response timeout (3000 ms)")
                .doesNotContain("secret");
    }

    @Test
    void a_reason_without_a_message_is_the_type() {
        assertThat(WindowException.reason(new IllegalStateException())).isEqualTo("IllegalStateException");
    }
}
