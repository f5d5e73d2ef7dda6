package io.qbull.component.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.model.TaskQueue;
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
        assertThat(workers.waitsFor(first)).isNull();
        assertThat(workers.waitsFor(last)).isEqualTo("a thread");
        assertThat(workers.takeBack(first)).isFalse();
        assertThat(workers.takeBack(last)).isTrue();
        assertThat(workers.waitsFor(last)).isNull();
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
        threads.remove().run();
        submit("b", "c");
        assertThat(threads).hasSize(2);
    }

    @Test
    void those_in_line_run_without_the_error_and_the_interrupt_of_the_one_before() {
        workers.execute(() -> {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("boom");
        });
        submit("a");
        workers.execute(() -> ran.add("interrupted: " + Thread.currentThread().isInterrupted()));
        threads.remove().run();
        assertThat(ran).containsExactly("interrupted: false");
    }

    @Test
    void a_share_has_a_worker_when_all_others_are_busy() {
        submit("a", "b", "c");
        TaskQueue other = workers.share();
        other.execute(task("x"));
        other.execute(task("y"));
        assertThat(threads).hasSize(3);
        threads.removeLast().run();
        assertThat(ran).containsExactly("x", "y");
        submit("d");
        assertThat(threads).hasSize(2);
        threads.removeLast().run();
        threads.removeLast().run();
        assertThat(ran).containsExactly("x", "y", "b", "c", "d", "a");
    }

    @Test
    void shares_with_a_line_are_served_in_turn() {
        BoundedWorkers one = new BoundedWorkers(this::employ, 3);
        TaskQueue other = one.share();
        one.execute(task("blocks"));
        one.execute(task("a"));
        other.execute(task("blocks, too"));
        for (String name : List.of("b", "c", "d")) {
            one.execute(task(name));
        }
        other.execute(task("x"));
        other.execute(task("y"));
        threads.remove();
        threads.remove().run();
        assertThat(ran).containsExactly("a", "b", "x", "c", "y", "d");
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
