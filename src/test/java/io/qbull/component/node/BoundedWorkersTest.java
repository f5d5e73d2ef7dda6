package io.qbull.component.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BoundedWorkersTest {
    private final Deque<Runnable> threads = new ArrayDeque<>();
    private final List<String> ran = new ArrayList<>();
    private @Nullable RuntimeException refusal;
    private final BoundedWorkers workers = new BoundedWorkers(this::employ, 2);

    @Test
    void what_exceeds_the_number_of_workers_waits_for_one_of_them_in_order() {
        submit("a", "b", "c", "d");
        assertThat(threads).hasSize(2);
        threads.remove().run();
        assertThat(ran).containsExactly("a", "c", "d");
        threads.remove().run();
        submit("e", "f", "g");
        assertThat(threads).hasSize(2);
    }

    @Test
    void a_task_that_waits_in_line_can_be_taken_back_and_no_other() {
        Runnable first = task("a");
        Runnable last = task("c");
        workers.execute(first);
        submit("b");
        workers.execute(last);
        assertThat(workers.takeBack(first)).isFalse();
        assertThat(workers.takeBack(last)).isTrue();
        threads.forEach(Runnable::run);
        assertThat(ran).containsExactly("a", "b");
    }

    @Test
    void a_task_that_the_pool_refuses_or_that_throws_takes_no_place() {
        refusal = new RejectedExecutionException("shut down");
        for (int attempt = 0; attempt < 3; attempt++) {
            assertThatThrownBy(() -> submit("a")).isSameAs(refusal);
        }
        refusal = null;
        workers.execute(() -> {
            throw new IllegalStateException("boom");
        });
        Runnable throwing = threads.remove();
        assertThatThrownBy(throwing::run).hasMessage("boom");
        submit("b", "c");
        assertThat(threads).hasSize(2);
    }

    private void submit(String... names) {
        for (String name : names) {
            workers.execute(task(name));
        }
    }

    private Runnable task(String name) {
        return () -> ran.add(name);
    }

    private void employ(Runnable thread) {
        if (refusal != null) {
            throw refusal;
        }
        threads.add(thread);
    }
}
