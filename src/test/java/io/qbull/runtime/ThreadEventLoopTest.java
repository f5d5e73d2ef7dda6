package io.qbull.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ThreadEventLoopTest {
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "loop"));
    private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ThreadEventLoop loop = new ThreadEventLoop(thread, timers, failures::add);

    @AfterEach
    void stop() {
        thread.shutdownNow();
        timers.shutdownNow();
    }

    @Test
    void tasks_run_one_after_another_in_the_order_of_their_submitter() throws Exception {
        int each = 20_000;
        List<List<Integer>> seen = List.of(new ArrayList<>(), new ArrayList<>());
        List<Thread> submitters = new ArrayList<>();
        for (List<Integer> mine : seen) {
            Thread submitter = new Thread(() -> {
                for (int i = 0; i < each; i++) {
                    int number = i;
                    loop.execute(() -> mine.add(number));
                }
            });
            submitters.add(submitter);
            submitter.start();
        }
        for (Thread submitter : submitters) {
            submitter.join();
        }
        await(loop);
        for (List<Integer> mine : seen) {
            assertThat(mine).hasSize(each).isSorted();
        }
    }

    @Test
    void a_task_that_throws_is_reported_and_the_loop_continues() throws Exception {
        loop.execute(() -> {
            throw new IllegalStateException("broken");
        });
        loop.execute(() -> {
            throw new AssertionError("worse");
        });
        loop.schedule(Duration.ZERO, () -> {
            throw new IllegalArgumentException("late");
        });
        CompletableFuture<Void> after = new CompletableFuture<>();
        loop.schedule(Duration.ofMillis(1), () -> after.complete(null));
        after.get();
        assertThat(failures).extracting(Throwable::getMessage).containsExactlyInAnyOrder("broken", "worse", "late");
    }

    @Test
    void a_timer_runs_on_the_loop_and_not_too_early() throws Exception {
        long start = loop.nanoTime();
        CompletableFuture<String> where = new CompletableFuture<>();
        loop.schedule(
                Duration.ofMillis(20),
                () -> where.complete(Thread.currentThread().getName()));
        assertThat(where.get()).isEqualTo("loop");
        assertThat(loop.nanoTime() - start)
                .isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
    }

    @Test
    void a_timer_cancelled_on_the_loop_does_not_run_even_if_it_was_due() throws Exception {
        CountDownLatch armed = new CountDownLatch(1);
        CompletableFuture<EventLoop.Timer> timer = new CompletableFuture<>();
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        loop.execute(() -> {
            // The loop is busy until the timer's thread has handed the due task over.
            awaitDown(armed);
            timer.join().cancel();
        });
        timer.complete(loop.schedule(Duration.ZERO, () -> ran.complete(true)));
        timers.schedule(armed::countDown, 1, TimeUnit.MILLISECONDS).get();
        await(loop);
        assertThat(ran).isNotDone();
    }

    @Test
    void a_cancel_after_the_run_is_harmless() throws Exception {
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        EventLoop.Timer timer = loop.schedule(Duration.ZERO, () -> ran.complete(true));
        assertThat(ran.get()).isTrue();
        timer.cancel();
        timer.cancel();
        await(loop);
        assertThat(failures).isEmpty();
    }

    @Test
    void what_comes_after_the_end_is_ignored() throws Exception {
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        EventLoop.Timer pending = loop.schedule(Duration.ofMillis(5), () -> ran.complete(true));
        thread.shutdown();
        loop.execute(() -> ran.complete(true));
        timers.schedule(() -> {}, 10, TimeUnit.MILLISECONDS).get();
        pending.cancel();

        timers.shutdown();
        EventLoop.Timer never = loop.schedule(Duration.ZERO, () -> ran.complete(true));
        never.cancel();

        assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).isNotDone();
        assertThat(failures).isEmpty();
    }

    @Test
    void a_closed_loop_drops_its_timers_and_leaves_others_on_its_thread_alone() throws Exception {
        ThreadEventLoop other = new ThreadEventLoop(thread, timers, failures::add);
        CompletableFuture<Boolean> ran = new CompletableFuture<>();
        CompletableFuture<Boolean> submitted = new CompletableFuture<>();
        CompletableFuture<Boolean> others = new CompletableFuture<>();
        CountDownLatch closed = new CountDownLatch(1);
        // However late the loop is closed, no timer has run before.
        other.execute(() -> awaitDown(closed));
        loop.schedule(Duration.ofMillis(20), () -> ran.complete(true));
        other.schedule(Duration.ofMillis(20), () -> others.complete(true));
        loop.execute(() -> submitted.complete(true));
        loop.close();
        closed.countDown();
        loop.execute(() -> ran.complete(true));
        loop.schedule(Duration.ZERO, () -> ran.complete(true));
        assertThat(submitted.get()).isTrue();
        assertThat(others.get()).isTrue();
        await(other);
        assertThat(ran).isNotDone();
    }

    private static void await(EventLoop loop) throws Exception {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        loop.execute(() -> reached.complete(null));
        reached.get();
    }

    private static void awaitDown(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
