package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.backlog;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.EnqueueException.Kind;
import io.qbull.model.Enqueued;
import io.qbull.model.JobId;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Group commit, limits and closing, with a storage that answers. */
@SuppressWarnings("FutureReturnValueIgnored") // Not every test asks what became of every job.
class EnqueuerTest extends EnqueuerFixture {
    @Test
    void a_job_is_answered_with_its_place() {
        layoutKnown(1);
        CompletableFuture<Enqueued> added = enqueue("1");
        JobLog.Call call = log.last().call();
        assertThat(call.partition()).isEqualTo(new PartitionId(QUEUE, 0));
        assertThat(call.layoutVersion()).isEqualTo(1);
        assertThat(call.producer()).isEqualTo("pod-1#n0nce");
        assertThat(call.deduplicationWindow()).isEqualTo(Duration.ofMinutes(10));
        assertThat(added).isNotDone();

        log.last()
                .answer(new JobLog.Answer.Accepted(
                        List.of(new JobLog.Answer.Place(StreamId.parse("1700000000000-7"), true))));
        loop.run();

        assertThat(added)
                .isCompletedWithValue(new Enqueued(
                        new JobId("1"), new PartitionId(QUEUE, 0), StreamId.parse("1700000000000-7"), true));
    }

    @Test
    void jobs_that_arrive_during_a_call_travel_together_in_the_next() {
        layoutKnown(1);
        CompletableFuture<Enqueued> first = enqueue("1");
        CompletableFuture<Enqueued> second = enqueue("2");
        CompletableFuture<Enqueued> third = enqueue("3");
        assertThat(log.count()).isEqualTo(2);
        long number = log.last().call().number();

        log.last().accept();
        loop.run();

        assertThat(first).isCompleted();
        assertThat(log.last().ids()).containsExactly("2", "3");
        assertThat(log.last().call().number()).isGreaterThan(number);
        log.last().accept();
        loop.run();
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
    }

    @Test
    void jobs_that_arrive_before_the_loop_runs_travel_together() {
        layoutKnown(1);
        add(job("1"), SETTINGS);
        add(job("2"), SETTINGS);
        loop.run();
        assertThat(log.last().ids()).containsExactly("1", "2");
    }

    @Test
    void partitions_do_not_wait_for_each_other() {
        layoutKnown(2);
        int before = log.count();
        IntStream.range(0, 20).forEach(i -> add(job("" + i, "key" + i), SETTINGS));
        loop.run();
        assertThat(log.count() - before).isEqualTo(2);
        assertThat(log.attempt(before).call().partition())
                .isNotEqualTo(log.attempt(before + 1).call().partition());
    }

    @Test
    void a_call_ends_at_the_batch_of_any_of_its_jobs() {
        layoutKnown(1);
        enqueue("first");
        IntStream.range(0, 3).forEach(i -> add(job("wide" + i), SETTINGS));
        IntStream.range(0, 5).forEach(i -> add(job("narrow" + i), Jobs.batch(4)));
        loop.run();
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("wide0", "wide1", "wide2", "narrow0");
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).hasSize(4);
    }

    @Test
    void a_call_ends_at_a_megabyte_and_a_larger_job_travels_alone() {
        layoutKnown(1);
        enqueue("first");
        add(job("half", "key", 500_000), SETTINGS);
        add(job("other half", "key", 500_000), SETTINGS);
        add(job("large", "key", 1 << 20), SETTINGS);
        add(job("small", "key", 1), SETTINGS);
        loop.run();

        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("half", "other half");
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("large");
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("small");
    }

    @Test
    void jobs_with_different_deduplication_windows_do_not_share_a_call() {
        layoutKnown(1);
        enqueue("first");
        add(job("1"), SETTINGS);
        add(job("2"), Jobs.window(Duration.ZERO));
        add(job("3"), SETTINGS);
        loop.run();
        for (String id : List.of("1", "2", "3")) {
            log.last().accept();
            loop.run();
            assertThat(log.last().ids()).containsExactly(id);
        }
    }

    @Test
    void a_job_that_breaks_a_rule_is_refused_at_once() {
        CompletableFuture<Enqueued> refused = add(job("1", "k".repeat(513)), SETTINGS);
        assertFailed(refused, Kind.INVALID);
        assertThat(failure(refused)).hasMessageContaining("maxKeyLength (512 bytes)");
        loop.run();
        assertThat(layoutReads).isEmpty();
    }

    @Test
    void a_lane_takes_jobs_up_to_a_bound() {
        layoutKnown(1);
        enqueue("outstanding");
        List<CompletableFuture<Enqueued>> waiting = IntStream.range(0, WaitingJobs.MOST_JOBS)
                .mapToObj(i -> add(job("" + i), SETTINGS))
                .toList();
        loop.run();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        CompletableFuture<Enqueued> beyond = enqueue("beyond");

        assertFailed(beyond, Kind.UNAVAILABLE);
        assertThat(failure(beyond)).hasMessageContaining("partition Q:0");
        while (waiting.stream().anyMatch(job -> !job.isDone())) {
            log.last().accept();
            loop.run();
        }
        assertThat(waiting).noneMatch(CompletableFuture::isCompletedExceptionally);
    }

    @Test
    void a_lane_takes_bytes_up_to_a_bound() {
        layoutKnown(1);
        enqueue("outstanding");
        List<CompletableFuture<Enqueued>> jobs = IntStream.range(0, 20)
                .mapToObj(i -> enqueue(job("" + i, "key", 1 << 20), SETTINGS))
                .toList();
        assertThat(jobs.stream().filter(CompletableFuture::isCompletedExceptionally))
                .hasSize(5);
    }

    @Test
    void jobs_wait_for_the_first_layout_and_keep_their_order() {
        CompletableFuture<Enqueued> first = enqueue("1");
        enqueue("2");
        assertThat(layoutReads).hasSize(1);
        layoutReads.get(0).completeExceptionally(new StoreException.Unavailable("away", true, new Exception()));
        tick(49);
        assertThat(layoutReads).hasSize(1);
        tick(1);
        assertThat(layoutReads).hasSize(2);

        layoutReads.get(1).complete(new Layout(1, 1));
        loop.run();

        assertThat(log.last().ids()).containsExactly("1", "2");
        log.last().accept();
        loop.run();
        assertThat(first).isCompleted();
    }

    @Test
    void a_partition_with_its_full_backlog_refuses_one_call_and_takes_the_next() {
        layoutKnown(3);
        CompletableFuture<Enqueued> refused = enqueue(job("1"), backlog(10));
        assertThat(log.last().call().maxBacklog()).isEqualTo(4);
        log.last().answer(new JobLog.Answer.Crowded());
        loop.run();
        assertFailed(refused, Kind.CROWDED);
        assertThat(failure(refused)).hasMessageContaining("has 4 jobs or more, its share of maxBacklog");

        CompletableFuture<Enqueued> later = enqueue(job("2"), backlog(10));
        log.last().accept();
        loop.run();
        assertThat(later).isCompleted();
    }

    @Test
    void jobs_with_different_backlog_limits_do_not_share_a_call() {
        layoutKnown(1);
        enqueue("outstanding");
        enqueue(job("1"), backlog(10));
        enqueue(job("2"), backlog(10));
        enqueue("3");
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("1", "2");
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("3");
        assertThat(log.last().call().maxBacklog()).isZero();
    }

    @Test
    void jobs_without_a_layout_are_refused_at_their_timeout() {
        CompletableFuture<Enqueued> refused = enqueue("1");
        tick(10_025);
        assertFailed(refused, Kind.UNAVAILABLE);
        assertThat(failure(refused)).hasMessageContaining("enqueueTimeout (PT10S)");
    }

    @Test
    void a_layout_that_cannot_be_created_fails_jobs_at_once_and_is_read_again() {
        CompletableFuture<Enqueued> full = enqueue("1");
        layoutReads.get(0).completeExceptionally(new StoreException.Full("OOM", new Exception()));
        loop.run();
        assertFailed(full, Kind.FULL);

        CompletableFuture<Enqueued> misconfigured = enqueue("2");
        assertThat(layoutReads).hasSize(1);
        tick(50);
        layoutReads.get(1).completeExceptionally(new StoreException.Misconfigured("NOPERM", new Exception()));
        loop.run();
        assertFailed(misconfigured, Kind.MISCONFIGURED);

        tick(60_000);
        assertThat(layoutReads).hasSize(2);
    }

    @Test
    void a_drain_waits_for_the_answers_and_takes_no_more_jobs() {
        layoutKnown(1);
        CompletableFuture<Enqueued> outstanding = enqueue("1");
        CompletableFuture<Enqueued> waiting = enqueue("2");
        CompletableFuture<Void> closed = enqueuer.drain(Duration.ofSeconds(5)).toCompletableFuture();
        CompletableFuture<Void> again = enqueuer.drain(Duration.ZERO).toCompletableFuture();
        loop.run();
        assertFailed(enqueue("late"), Kind.UNAVAILABLE);
        assertThat(closed).isNotDone();

        log.last().accept();
        loop.run();
        assertThat(closed).isNotDone();
        log.last().accept();
        loop.run();

        assertThat(outstanding).isCompletedWithValueMatching(job -> !job.duplicate());
        assertThat(waiting).isCompletedWithValueMatching(job -> !job.duplicate());
        assertThat(closed).isCompleted();
        assertThat(again).isCompleted();
        assertThat(loop.untilNext()).isNull();
    }

    @Test
    void a_close_ends_with_its_grace() {
        layoutKnown(1);
        CompletableFuture<Enqueued> outstanding = enqueue("1");
        CompletableFuture<Enqueued> waiting = enqueue("2");
        CompletableFuture<Void> closed = enqueuer.drain(Duration.ofSeconds(5)).toCompletableFuture();

        tick(4_999);
        assertThat(closed).isNotDone();
        tick(1);

        assertThat(closed).isCompleted();
        assertFailed(outstanding, Kind.UNKNOWN);
        assertFailed(waiting, Kind.UNAVAILABLE);
        int calls = log.count();
        log.last().accept();
        tick(3_600_000);
        assertThat(log.count()).isEqualTo(calls);
        assertThat(loop.untilNext()).isNull();
    }

    @Test
    void a_job_that_arrives_during_the_drain_is_answered() {
        CompletableFuture<Enqueued> arrived = add(job("1"), SETTINGS);
        enqueuer.drain(Duration.ZERO);
        loop.run();
        assertFailed(arrived, Kind.UNAVAILABLE);
    }

    @Test
    void an_idle_close_ends_at_once() {
        CompletableFuture<Void> closed = enqueuer.drain(Duration.ofSeconds(5)).toCompletableFuture();
        loop.run();
        assertThat(closed).isCompleted();
        assertThat(enqueuer.drain(Duration.ofSeconds(5)).toCompletableFuture()).isCompleted();
    }
}
