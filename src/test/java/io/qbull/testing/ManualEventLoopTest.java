package io.qbull.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualEventLoopTest {
    private final ManualEventLoop loop = new ManualEventLoop();
    private final List<String> done = new ArrayList<>();
    private final long start = loop.nanoTime();

    @Test
    void tasks_run_in_order_when_the_test_runs_them() {
        loop.execute(() -> {
            done.add("first");
            loop.execute(() -> done.add("third"));
        });
        loop.execute(() -> done.add("second"));
        assertThat(done).isEmpty();

        loop.run();

        assertThat(done).containsExactly("first", "second", "third");
    }

    @Test
    void a_timer_runs_at_its_own_time_not_at_the_end_of_the_tick() {
        loop.schedule(Duration.ofMillis(20), () -> done.add("late at " + elapsed()));
        loop.schedule(Duration.ofMillis(10), () -> {
            done.add("early at " + elapsed());
            loop.schedule(Duration.ofMillis(5), () -> done.add("between at " + elapsed()));
        });

        loop.tick(Duration.ofMillis(30));

        assertThat(done).containsExactly("early at 10", "between at 15", "late at 20");
        assertThat(elapsed()).isEqualTo(30);
    }

    @Test
    void a_cancelled_timer_does_not_run() {
        EventLoop.Timer timer = loop.schedule(Duration.ofMillis(1), () -> done.add("cancelled"));
        timer.cancel();
        timer.cancel();

        loop.tick(Duration.ofSeconds(1));

        assertThat(done).isEmpty();
        assertThat(loop.untilNext()).isNull();
    }

    @Test
    void after_a_pause_timers_are_late() {
        loop.schedule(Duration.ofMillis(10), () -> done.add("at " + elapsed()));
        loop.pause(Duration.ofSeconds(3));
        assertThat(done).isEmpty();

        loop.run();

        assertThat(done).containsExactly("at 3000");
    }

    @Test
    void an_exception_of_a_task_reaches_the_test_after_the_other_tasks_have_run() {
        loop.execute(() -> {
            throw new IllegalStateException("broken");
        });
        loop.execute(() -> done.add("rest"));

        assertThatThrownBy(loop::run).hasMessage("broken");
        assertThat(done).containsExactly("rest");
        loop.run();
    }

    private long elapsed() {
        return Duration.ofNanos(loop.nanoTime() - start).toMillis();
    }
}
