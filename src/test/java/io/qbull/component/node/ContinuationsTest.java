package io.qbull.component.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContinuationsTest {
    private final ManualEventLoop loop = new ManualEventLoop();
    private final List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    /** Threads that were asked for, in a test that has none. */
    private final Deque<Runnable> asked = new ArrayDeque<>();
    /** What the next attempt to get a thread throws. */
    @Nullable
    private Throwable shortage;

    private final CountDownLatch gate = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        gate.countDown();
        threads.shutdown();
    }

    private void ask(Runnable task) {
        if (shortage instanceof Error error) {
            throw error;
        }
        if (shortage instanceof RuntimeException exception) {
            throw exception;
        }
        asked.add(task);
    }

    private void addAll(Executor continuations, int from, int to) {
        IntStream.range(from, to).forEach(n -> continuations.execute(() -> ran.add(n)));
    }

    /** An OutOfMemoryError that reached JUnit would end the whole run. */
    private void addAllInShortage(Executor continuations, int to) {
        assertThatCode(() -> addAll(continuations, 0, to)).doesNotThrowAnyException();
    }

    private static List<Integer> numbers(int to) {
        return IntStream.range(0, to).boxed().toList();
    }

    @Test
    void what_is_ready_at_once_is_one_task_of_one_thread_in_order() {
        Continuations continuations = new Continuations(this::ask, loop);
        addAll(continuations, 0, 500);
        assertThat(asked).hasSize(1);

        asked.remove().run();

        assertThat(ran).isEqualTo(numbers(500));
        addAll(continuations, 500, 600);
        asked.remove().run();
        assertThat(ran).isEqualTo(numbers(600));
    }

    @Test
    void nothing_is_lost_while_no_thread_can_be_had_and_that_is_said_once() {
        shortage = new OutOfMemoryError("unable to create native thread");
        Continuations continuations = new Continuations(this::ask, loop);
        try (CapturedLog log = new CapturedLog()) {
            addAllInShortage(continuations, 3);
            loop.tick(Duration.ofSeconds(1));
            assertThat(log.warnings()).singleElement().asString().contains("unable to create native thread");
        }
        assertThat(ran).isEmpty();
        shortage = null;
        loop.tick(Continuations.RETRY);

        asked.remove().run();

        assertThat(ran).isEqualTo(numbers(3));
        assertThat(asked).isEmpty();
    }

    @Test
    void what_comes_while_the_threads_are_shut_down_continues_on_the_thread_of_its_caller() {
        shortage = new RejectedExecutionException("shut down");
        addAll(new Continuations(this::ask, loop), 0, 3);
        assertThat(ran).isEqualTo(numbers(3));
    }

    @Test
    void a_close_continues_what_still_waits_for_a_thread() {
        shortage = new OutOfMemoryError("unable to create native thread");
        Continuations continuations = new Continuations(this::ask, loop);
        addAllInShortage(continuations, 3);

        continuations.close();

        assertThat(ran).isEqualTo(numbers(3));
    }

    @Test
    void one_that_throws_does_not_keep_the_others_from_continuing() {
        Continuations continuations = new Continuations(this::ask, loop);
        continuations.execute(() -> {
            throw new AssertionError("boom");
        });
        addAll(continuations, 0, 2);
        asked.remove().run();
        assertThat(ran).isEqualTo(numbers(2));
    }

    @Test
    void others_take_over_while_a_thread_is_held_up() {
        Continuations continuations = new Continuations(threads, loop);
        CountDownLatch entered = new CountDownLatch(1);
        continuations.execute(() -> {
            entered.countDown();
            hold();
        });
        await().until(() -> entered.getCount() == 0);
        addAll(continuations, 0, 100);
        assertThat(ran).isEmpty();

        loop.tick(Continuations.LOOK);

        await().until(() -> ran.size() == 100);
    }

    @Test
    void one_that_comes_late_does_not_wait_for_a_look() {
        Continuations continuations = new Continuations(threads, loop);
        CountDownLatch entered = new CountDownLatch(1);
        continuations.execute(() -> {
            entered.countDown();
            hold();
        });
        await().until(() -> entered.getCount() == 0);
        loop.tick(Continuations.HELD_UP.plusNanos(1));
        addAll(continuations, 0, 1);
        await().until(() -> ran.size() == 1);
    }

    @Test
    void threads_are_bounded_while_exchanges_block_and_none_waits_for_ever() {
        Continuations continuations = new Continuations(threads, loop);
        AtomicInteger blocked = new AtomicInteger();
        List<Integer> counts = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            continuations.execute(() -> {
                blocked.incrementAndGet();
                hold();
            });
        }
        for (int look = 0; look < 20; look++) {
            loop.tick(Continuations.LOOK);
            int most = Math.min(1 << look, Continuations.MANY);
            await().until(() -> blocked.get() >= most);
            counts.add(blocked.get());
        }
        assertThat(counts).allMatch(count -> count <= Continuations.MANY);

        // They may wait for one behind them, so there is one more thread after a second in which nothing moves.
        loop.tick(Continuations.STUCK.plus(Continuations.LOOK));
        await().until(() -> blocked.get() == Continuations.MANY + 1);
        gate.countDown();
        await().until(() -> blocked.get() == 1_000);
    }

    @Test
    void threads_are_bounded_however_long_exchanges_block_and_none_is_lost() {
        Continuations continuations = new Continuations(this::ask, loop);
        addAll(continuations, 0, 3);
        try (CapturedLog log = new CapturedLog()) {
            for (int second = 0; second < 2 * Continuations.MOST; second++) {
                loop.tick(Continuations.STUCK.plus(Continuations.LOOK));
            }
            assertThat(asked).hasSize(Continuations.MOST);
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains(Continuations.MOST + " exchanges block", "3 wait for one of these threads");
        }

        asked.remove().run();

        assertThat(ran).isEqualTo(numbers(3));
    }

    @Test
    void more_than_may_block_at_once_can_each_wait_for_one_that_comes_later() {
        Continuations continuations = new Continuations(threads, loop);
        int count = Continuations.MOST + 100;
        CountDownLatch ended = new CountDownLatch(count);
        for (int i = 0; i < count; i++) {
            continuations.execute(() -> {
                CountDownLatch later = new CountDownLatch(1);
                continuations.execute(later::countDown);
                hold(later);
                ended.countDown();
            });
        }
        await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(1)).until(() -> {
            loop.tick(Continuations.STUCK.plus(Continuations.LOOK));
            return ended.getCount() == 0;
        });
    }

    private void hold() {
        hold(gate);
    }

    private static void hold(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
