package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.EnqueueException.Kind;
import io.qbull.model.Enqueued;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the producer does when Redis answers badly or not at all. */
@SuppressWarnings("FutureReturnValueIgnored") // Not every test asks what became of every job.
class LostReplyTest extends EnqueuerFixture {
    @BeforeEach
    void startWithOnePartition() {
        layoutKnown(1);
    }

    @Test
    void a_call_without_an_answer_is_repeated_unchanged() {
        CompletableFuture<Enqueued> added = enqueue("1");
        JobLog.Call call = log.last().call();
        enqueue("2");
        log.last().replyLost();
        tick(49);
        assertThat(log.count()).isEqualTo(2);
        tick(1);

        assertThat(log.count()).isEqualTo(3);
        assertThat(log.last().call()).isSameAs(call);
        log.last().accept();
        loop.run();
        assertThat(added).isCompletedWithValueMatching(job -> !job.duplicate());
        assertThat(log.last().ids()).containsExactly("2");
        assertThat(log.last().call().number()).isGreaterThan(call.number());
    }

    @Test
    void a_call_that_was_not_sent_leaves_its_jobs_to_the_next_one() {
        CompletableFuture<Enqueued> first = enqueue("1");
        enqueue("2");
        log.last().notSent();
        loop.run();
        enqueue("3");
        assertThat(log.count()).isEqualTo(2);
        tick(50);

        assertThat(log.last().ids()).containsExactly("1", "2", "3");
        log.last().accept();
        loop.run();
        assertThat(first).isCompleted();
    }

    @Test
    void every_call_has_a_number_of_its_own() {
        enqueue("1");
        long number = log.last().call().number();
        log.last().notSent();
        tick(50);
        assertThat(log.last().call().number()).isGreaterThan(number);
    }

    @Test
    void a_job_that_was_never_sent_is_certainly_not_added() {
        CompletableFuture<Enqueued> refused = enqueue("1");
        for (int i = 0; i < 100 && !refused.isDone(); i++) {
            log.last().notSent();
            tick(500);
        }
        assertFailed(refused, Kind.UNAVAILABLE);
        int calls = log.count();
        log.last().notSent();
        tick(60_000);
        assertThat(log.count()).isEqualTo(calls);
    }

    @Test
    void callers_of_an_unanswered_call_hear_that_the_outcome_is_unknown() {
        CompletableFuture<Enqueued> unknown = enqueue("1");
        tick(5_000);
        CompletableFuture<Enqueued> waiting = enqueue("2");
        tick(4_999);
        assertThat(unknown).isNotDone();
        tick(26);

        assertFailed(unknown, Kind.UNKNOWN);
        assertThat(waiting).isNotDone();
        log.last().replyLost();
        tick(5_000);
        assertFailed(waiting, Kind.UNAVAILABLE);
        assertThat(log.last().ids()).containsExactly("1");
    }

    @Test
    void timeouts_of_different_length_are_kept() {
        enqueue("outstanding");
        CompletableFuture<Enqueued> patient = enqueue("1");
        CompletableFuture<Enqueued> hasty = enqueue(job("2"), Jobs.timeout(Duration.ofMillis(100)));
        tick(125);
        assertFailed(hasty, Kind.UNAVAILABLE);
        assertThat(patient).isNotDone();
    }

    @Test
    void the_lane_continues_once_an_unknown_call_is_answered() {
        CompletableFuture<Enqueued> unknown = enqueue("1");
        log.last().replyLost();
        for (int i = 0; i < 100; i++) {
            tick(500);
            log.last().replyLost();
        }
        assertFailed(unknown, Kind.UNKNOWN);
        CompletableFuture<Enqueued> next = enqueue("2");
        tick(500);
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("2");
        log.last().accept();
        loop.run();
        assertThat(next).isCompletedWithValueMatching(job -> !job.duplicate());
    }

    @Test
    void the_bound_holds_while_a_call_is_unknown() {
        enqueue("unknown");
        log.last().replyLost();
        IntStream.range(0, WaitingJobs.MOST_JOBS).forEach(i -> add(job("" + i), SETTINGS));
        loop.run();
        assertFailed(enqueue("beyond"), Kind.UNAVAILABLE);
    }

    @Test
    void a_full_redis_refuses_the_whole_call_at_once() {
        enqueue("outstanding");
        CompletableFuture<Enqueued> first = enqueue("1");
        CompletableFuture<Enqueued> second = enqueue("2");
        log.last().accept();
        loop.run();
        log.last().full();
        loop.run();
        assertFailed(first, Kind.FULL);
        assertFailed(second, Kind.FULL);

        CompletableFuture<Enqueued> later = enqueue("3");
        log.last().accept();
        loop.run();
        assertThat(later).isCompletedWithValueMatching(job -> !job.duplicate());
    }

    @Test
    void a_full_redis_does_not_settle_an_attempt_that_may_still_run() {
        CompletableFuture<Enqueued> added = enqueue("1");
        JobLog.Call call = log.last().call();
        log.last().replyLost();
        tick(50);
        log.last().full();
        tick(100);
        log.last().misconfigured();
        tick(200);
        log.last().notSent();
        tick(400);

        assertThat(added).isNotDone();
        assertThat(log.last().call()).isSameAs(call);
        log.last().accept();
        loop.run();
        assertThat(added).isCompletedWithValueMatching(job -> !job.duplicate());
    }

    @Test
    void a_misconfigured_server_fails_jobs_at_once() {
        CompletableFuture<Enqueued> refused = enqueue("1");
        log.last().misconfigured();
        loop.run();
        assertFailed(refused, Kind.MISCONFIGURED);
    }

    @Test
    void a_call_is_given_up_after_half_an_hour_and_a_later_number_follows() {
        CompletableFuture<Enqueued> unknown = enqueue("1");
        long number = log.last().call().number();
        ScriptedJobLog.Attempt stuck = log.last();
        tick(Duration.ofMinutes(30).toMillis() - 1_000);
        assertFailed(unknown, Kind.UNKNOWN);
        CompletableFuture<Enqueued> next = enqueue("2");
        assertThat(log.last()).isSameAs(stuck);
        tick(1_025);

        assertThat(log.last().ids()).containsExactly("2");
        assertThat(log.last().call().number()).isGreaterThan(number);
        stuck.accept();
        loop.run();
        assertThat(next).isNotDone();
        log.last().accept();
        loop.run();
        assertThat(next).isCompletedWithValueMatching(job -> !job.duplicate());
    }

    @Test
    void a_process_that_stood_still_too_long_does_not_repeat_its_call() {
        enqueue("1");
        log.last().replyLost();
        loop.run();
        int attempts = log.count();
        loop.pause(Duration.ofHours(2));
        loop.run();
        assertThat(log.count()).isEqualTo(attempts);
    }

    @Test
    void a_senseless_answer_leaves_the_outcome_unknown() {
        CompletableFuture<Enqueued> unknown = enqueue("1");
        CompletableFuture<Enqueued> next = enqueue("2");
        log.last().answer(new JobLog.Answer.Stale());
        loop.run();
        assertFailed(unknown, Kind.UNKNOWN);
        log.last().accept();
        loop.run();
        assertThat(next).isCompletedWithValueMatching(job -> !job.duplicate());
    }
}
