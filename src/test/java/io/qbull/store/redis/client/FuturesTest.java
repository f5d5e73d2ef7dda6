package io.qbull.store.redis.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FuturesTest {
    private final IllegalStateException thrown = new IllegalStateException("thrown");
    private final CompletableFuture<String> result = new CompletableFuture<>();

    @Test
    void a_result_fails_if_the_handler_that_is_to_complete_it_throws() {
        CompletableFuture<String> step = new CompletableFuture<>();
        Futures.whenDone(step, result, (value, error) -> {
            throw thrown;
        });
        assertThat(result).isNotDone();
        step.complete("");
        assertThatThrownBy(result::join).hasCause(thrown);
    }

    @Test
    void a_step_that_throws_is_one_that_has_failed() {
        Futures.whenDone(
                Futures.attempt(() -> {
                    throw thrown;
                }),
                result,
                (value, error) -> result.completeExceptionally(error));
        assertThatThrownBy(result::join).hasCause(thrown);
    }
}
