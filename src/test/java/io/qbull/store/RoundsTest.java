package io.qbull.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private final List<CompletableFuture<String>> asked = new ArrayList<>();

    @Test
    void a_few_questions_are_under_way_at_a_time_and_the_answers_keep_their_order() {
        CompletableFuture<List<String>> all = ask(5).toCompletableFuture();
        assertThat(asked).hasSize(2);
        asked.get(1).complete("1");
        assertThat(asked).hasSize(2);
        asked.get(0).complete("0");
        assertThat(asked).hasSize(4);
        asked.get(2).complete("2");
        asked.get(3).complete("3");
        assertThat(all).isNotDone();
        asked.get(4).complete("4");
        assertThat(all).isCompletedWithValue(List.of("0", "1", "2", "3", "4"));
    }

    @Test
    void a_failure_ends_the_questions() {
        CompletableFuture<List<String>> all = ask(5).toCompletableFuture();
        asked.get(0).completeExceptionally(new IllegalStateException("no"));
        asked.get(1).complete("1");
        assertThat(all).isCompletedExceptionally();
        assertThat(asked).hasSize(2);
    }

    @Test
    void nothing_to_ask_is_answered_at_once() {
        assertThat(ask(0).toCompletableFuture()).isCompletedWithValue(List.of());
    }

    @Test
    void answers_that_are_there_at_once_are_no_matter_of_depth() {
        List<Integer> many = IntStream.range(0, 16_384).boxed().toList();
        assertThat(Rounds.of(1, many, CompletableFuture::completedFuture).toCompletableFuture())
                .isCompletedWithValue(many);
    }

    private CompletionStage<List<String>> ask(int questions) {
        return Rounds.of(2, IntStream.range(0, questions).boxed().toList(), index -> {
            CompletableFuture<String> answer = new CompletableFuture<>();
            asked.add(answer);
            return answer;
        });
    }
}
