package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.testing.ManualEventLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobEndsTest {
    private final ManualEventLoop loop = new ManualEventLoop();
    private final List<String> heard = new ArrayList<>();
    private final JobEnds ends = new JobEnds(loop, () -> heard.add("then"));

    @Test
    void all_that_was_told_is_heard_at_once() {
        ends.tell(() -> heard.add("a"));
        ends.tell(() -> heard.add("b"));
        assertThat(heard).isEmpty();
        loop.run();
        assertThat(heard).containsExactly("a", "b", "then");
    }

    @Test
    void what_is_told_meanwhile_is_heard_too() {
        ends.tell(() -> ends.tell(() -> heard.add("b")));
        loop.run();
        ends.tell(() -> heard.add("c"));
        loop.run();
        assertThat(heard).containsSubsequence("b", "then", "c", "then");
    }

    @Test
    void what_was_told_behind_something_that_throws_is_heard_all_the_same() {
        ends.tell(() -> {
            throw new IllegalStateException("scripted");
        });
        ends.tell(() -> heard.add("b"));
        assertThatThrownBy(loop::run).hasMessage("scripted");
        assertThat(heard).containsExactly("b", "then");
    }
}
