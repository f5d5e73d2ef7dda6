package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobRunTest {
    private static final Failure TOO_LONG = Failure.of("too long");

    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final List<@Nullable Failure> ends = new ArrayList<>();

    @AfterEach
    void stop() {
        worker.shutdownNow();
    }

    @Test
    void a_handler_that_blocks_is_interrupted_and_its_late_end_is_ignored() throws Exception {
        CountDownLatch blocks = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        JobRun run = run((delivery, outcome) -> {
            try {
                blocks.countDown();
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            outcome.completed();
        });
        worker.execute(run);
        blocks.await();
        run.timeOut(TOO_LONG);
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
        worker.submit(() -> {}).get();
        assertThat(ends).containsExactly(TOO_LONG);
    }

    @Test
    void the_next_job_on_the_thread_is_not_interrupted() throws Exception {
        CountDownLatch blocks = new CountDownLatch(1);
        CountDownLatch timedOut = new CountDownLatch(1);
        JobRun busy = run((delivery, outcome) -> {
            blocks.countDown();
            awaitUninterruptibly(timedOut);
            // Like code that cannot be stopped.
            Thread.currentThread().interrupt();
        });
        CompletableFuture<Boolean> flag = new CompletableFuture<>();
        JobRun next =
                run((delivery, outcome) -> flag.complete(Thread.currentThread().isInterrupted()));
        // Both in one task: a pool would clear the flag in between.
        worker.execute(() -> {
            busy.run();
            next.run();
        });
        blocks.await();
        busy.timeOut(TOO_LONG);
        timedOut.countDown();
        assertThat(flag.get(30, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void the_interrupt_of_a_job_that_succeeded_does_not_meet_the_next_one_on_the_thread() {
        run((delivery, outcome) -> {
                    Thread.currentThread().interrupt();
                    outcome.completed();
                })
                .run();
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void a_run_that_is_timed_out_before_its_thread_came_does_not_start() {
        List<String> handled = new ArrayList<>();
        JobRun run = run((delivery, outcome) -> handled.add("started"));
        run.timeOut(TOO_LONG);
        run.run();
        assertThat(handled).isEmpty();
        assertThat(ends).containsExactly(TOO_LONG);
    }

    @Test
    void a_run_that_has_ended_is_not_interrupted() {
        JobRun run = run((delivery, outcome) -> outcome.completed());
        run.run();
        run.timeOut(TOO_LONG);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(ends).containsExactly((Failure) null);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // Keeps waiting.
            }
        }
    }

    private JobRun run(JobHandler handler) {
        Delivery delivery = new Delivery(PumpTestSupport.job(1, "a", Attempts.NONE), PumpTestSupport.LEASE, 1);
        return new JobRun(delivery, handler, new JobRun.Ending() {
            @Override
            public boolean mayStart() {
                return true;
            }

            @Override
            public void notStarted() {
                throw new AssertionError("trusted");
            }

            @Override
            public void ended(@Nullable Failure failure) {
                ends.add(failure);
            }
        });
    }
}
