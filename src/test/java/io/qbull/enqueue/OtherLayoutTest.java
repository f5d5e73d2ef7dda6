package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.EnqueueException.Kind;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.SourceId;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import io.qbull.testing.CapturedLog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the producer does when a partition refuses its layout version. */
@SuppressWarnings("FutureReturnValueIgnored") // Not every test asks what became of every job.
class OtherLayoutTest extends EnqueuerFixture {
    private static final JobLog.Answer OTHER_LAYOUT = new JobLog.Answer.OtherLayout();
    private final String left = keyIn(0);
    private final String right = keyIn(1);

    @BeforeEach
    void startWithTwoPartitions() {
        layoutKnown(2);
    }

    @Test
    void refused_jobs_go_first_under_the_new_layout() {
        enqueue(job("1", left), SETTINGS);
        enqueue(job("2", left), SETTINGS);
        long number = log.last().call().number();
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        enqueue(job("3", left), SETTINGS);
        assertThat(layoutReads).hasSize(2);

        layoutReads.get(1).complete(new Layout(2, 1));
        loop.run();

        assertThat(log.last().ids()).containsExactly("1", "2", "3");
        assertThat(log.last().call().layoutVersion()).isEqualTo(2);
        assertThat(log.last().call().number()).isGreaterThan(number);
    }

    @Test
    void under_a_new_layout_only_the_keys_of_an_unknown_old_call_wait_for_it() {
        enqueue(job("l1", left), SETTINGS);
        ScriptedJobLog.Attempt refused = log.last();
        CompletableFuture<Enqueued> unknown = enqueue(job("r1", right), SETTINGS);
        log.last().replyLost();
        enqueue(job("r2", right), SETTINGS);
        enqueue(job("other", otherKeyIn(1, right)), SETTINGS);
        refused.answer(OTHER_LAYOUT);
        loop.run();
        layoutReads.get(1).complete(new Layout(2, 1));
        loop.run();
        assertThat(log.last().call().layoutVersion()).isEqualTo(2);
        assertThat(log.last().ids()).containsExactly("l1", "other");
        log.last().accept();
        loop.run();
        int attempts = log.count();
        enqueue(job("r3", right), SETTINGS);
        assertThat(log.count()).isEqualTo(attempts);

        tick(50);
        assertThat(log.last().ids()).containsExactly("r1");
        assertThat(log.last().call().layoutVersion()).isEqualTo(1);
        log.last().accept();
        loop.run();

        assertThat(unknown).isCompletedWithValueMatching(job -> !job.duplicate());
        assertThat(log.last().call().layoutVersion()).isEqualTo(2);
        assertThat(log.last().ids()).containsExactly("r2", "r3");
    }

    @Test
    void jobs_of_a_refused_old_call_go_before_those_that_have_waited_for_it() {
        enqueue(job("r1", right), SETTINGS);
        enqueue(job("r2", right), SETTINGS);
        enqueuer.layoutChanged(new Layout(2, 1));
        enqueue(job("r3", right), SETTINGS);
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        assertThat(log.last().ids()).containsExactly("r1", "r2", "r3");
        assertThat(log.last().call().layoutVersion()).isEqualTo(2);
        assertThat(layoutReads).as("of a layout that is known").hasSize(1);
        assertThat(enqueuer.problem()).isEmpty();
    }

    @Test
    void a_lane_makes_no_call_under_a_new_layout_before_its_old_one_is_answered() {
        CompletableFuture<Enqueued> unknown = enqueue(job("l1", left), SETTINGS);
        log.last().replyLost();
        loop.run();
        int attempts = log.count();
        enqueuer.layoutChanged(new Layout(2, 1));
        enqueue(job("other", otherKeyIn(0, left)), SETTINGS);
        assertThat(log.count())
                .as("Redis knows only the last number of a producer")
                .isEqualTo(attempts);
        tick(50);
        log.last().accept();
        loop.run();
        assertThat(unknown).isCompleted();
        assertThat(log.last().ids()).containsExactly("other");
    }

    @Test
    void jobs_of_a_call_that_never_ran_go_by_the_new_layout_at_once() {
        enqueue(job("r1", right), SETTINGS);
        enqueuer.layoutChanged(new Layout(2, 1));
        log.last().notSent();
        loop.run();
        assertThat(log.last().ids()).containsExactly("r1");
        assertThat(log.last().call().layoutVersion()).isEqualTo(2);
    }

    @Test
    void an_old_call_holds_its_keys_up_through_a_second_change() {
        CompletableFuture<Enqueued> unknown = enqueue(job("r1", right), SETTINGS);
        log.last().replyLost();
        loop.run();
        enqueue(job("r2", right), SETTINGS);
        int attempts = log.count();
        enqueuer.layoutChanged(new Layout(2, 1));
        enqueue(job("r3", right), SETTINGS);
        enqueuer.layoutChanged(new Layout(3, 3));
        enqueue(job("r4", right), SETTINGS);
        assertThat(log.count()).isEqualTo(attempts);
        tick(50);
        assertThat(log.last().ids()).containsExactly("r1");
        log.last().accept();
        loop.run();
        assertThat(unknown).isCompleted();
        assertThat(log.last().ids()).containsExactly("r2", "r3", "r4");
        assertThat(log.last().call().layoutVersion()).isEqualTo(3);
    }

    @Test
    void records_of_a_reading_do_not_pass_one_that_waits_for_an_old_call() {
        enqueue(job("r1", right), SETTINGS);
        ScriptedJobLog.Attempt unknown = log.last();
        enqueuer.layoutChanged(new Layout(2, 1));
        CompletableFuture<JobFeed> opened =
                enqueuer.open(new SourceId("s"), 1, Duration.ZERO, SETTINGS).toCompletableFuture();
        historyReads.get(0).complete(List.of(new Layout(1, 2), new Layout(2, 1)));
        int attempts = log.count();
        opened.join().add(1, job("waits", right));
        opened.join().add(2, job("behind", left));
        loop.run();
        assertThat(log.count()).as("Redis would skip the first one").isEqualTo(attempts);
        unknown.accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("waits", "behind");
    }

    @Test
    void callers_of_jobs_that_wait_for_an_old_call_learn_why() {
        enqueue(job("r1", right), SETTINGS);
        log.last().replyLost();
        loop.run();
        enqueuer.layoutChanged(new Layout(2, 1));
        CompletableFuture<Enqueued> waits = enqueue(job("r2", right), SETTINGS);
        for (int half = 0; half < 22; half++) {
            tick(500);
            log.last().replyLost();
        }
        assertFailed(waits, Kind.UNAVAILABLE);
        assertThat(failure(waits)).hasMessageContaining("Redis has not answered an earlier call");
    }

    @Test
    void a_sealed_partition_is_asked_again_after_20_ms_and_then_ever_later() {
        enqueue(job("1", left), SETTINGS);
        for (long pause : List.of(20, 40, 80, 160, 250, 250)) {
            log.last().answer(OTHER_LAYOUT);
            loop.run();
            layoutReads.get(layoutReads.size() - 1).complete(new Layout(1, 2));
            loop.run();
            int attempts = log.count();
            tick(pause - 1);
            assertThat(log.count()).isEqualTo(attempts);
            tick(1);
            assertThat(log.count()).isEqualTo(attempts + 1);
        }
    }

    @Test
    void an_unchanged_layout_is_read_again_until_the_callers_timeout() {
        CompletableFuture<Enqueued> refused = enqueue(job("1", left), SETTINGS);
        while (!refused.isDone()) {
            log.last().answer(OTHER_LAYOUT);
            loop.run();
            layoutReads.get(layoutReads.size() - 1).complete(new Layout(1, 2));
            tick(250);
        }
        assertFailed(refused, Kind.UNAVAILABLE);
        assertThat(failure(refused))
                .hasMessageContaining("partition Q:0")
                .hasMessageContaining("layout version 1")
                .hasMessageContaining("enqueueTimeout (PT10S)");
        assertThat(log.count()).isBetween(35, 45);
    }

    @Test
    void a_partition_that_refuses_the_current_layout_is_opened_for_it_again() {
        CompletableFuture<Enqueued> refused = enqueue(job("1", left), SETTINGS);
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        assertThat(reopened).as("the layout may be another by now").isEmpty();
        layoutReads.get(1).complete(new Layout(1, 2));
        tick(50);
        assertThat(reopened).containsExactly("Q:0 for 1");
        log.last().accept();
        loop.run();
        assertThat(refused).isCompletedWithValueMatching(job -> !job.duplicate());
    }

    @Test
    void a_seal_that_cannot_be_put_back_is_logged_with_the_reason() {
        try (CapturedLog captured = new CapturedLog()) {
            reopenings = CompletableFuture.failedFuture(new StoreException.Misconfigured("it is a list", null));
            enqueue(job("1", left), SETTINGS);
            log.last().answer(OTHER_LAYOUT);
            loop.run();
            layoutReads.get(1).complete(new Layout(1, 2));
            loop.run();
            assertThat(captured.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("queue=Q jobs cannot be added to partitions [0]: it is a list; ");
        }
    }

    @Test
    void a_partition_that_refuses_does_not_delay_the_others() {
        enqueue(job("1", left), SETTINGS);
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        CompletableFuture<Enqueued> added = enqueue(job("2", right), SETTINGS);
        log.last().accept();
        loop.run();
        assertThat(added).isCompletedWithValueMatching(job -> !job.duplicate());
    }

    @Test
    void an_older_layout_changes_nothing() {
        enqueue(job("1", left), SETTINGS);
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        layoutReads.get(1).complete(new Layout(0, 7));
        tick(50);
        assertThat(reopened).isEmpty();
        assertThat(log.last().call().layoutVersion()).isEqualTo(1);
        assertThat(log.last().ids()).containsExactly("1");
    }

    @Test
    void a_layout_that_cannot_be_read_is_read_again() {
        enqueue(job("1", left), SETTINGS);
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        layoutReads.get(1).completeExceptionally(new StoreException.Unavailable("away", false, new Exception()));
        tick(50);
        layoutReads.get(2).completeExceptionally(new StoreException.Full("OOM", new Exception()));
        tick(100);
        layoutReads.get(3).complete(new Layout(2, 2));
        loop.run();
        assertThat(log.last().ids()).containsExactly("1");
        assertThat(log.last().call().layoutVersion()).isEqualTo(2);
    }

    @Test
    void a_job_whose_caller_gave_up_is_not_sent_again() {
        CompletableFuture<Enqueued> unknown = enqueue(job("1", left), SETTINGS);
        tick(5_000);
        enqueue(job("2", left), SETTINGS);
        tick(5_025);
        assertFailed(unknown, Kind.UNKNOWN);
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        layoutReads.get(1).complete(new Layout(2, 2));
        loop.run();
        assertThat(log.last().ids()).containsExactly("2");
    }

    @Test
    void call_numbers_continue_when_a_partition_stays() {
        enqueue(job("1", left), SETTINGS);
        long number = log.last().call().number();
        log.last().answer(OTHER_LAYOUT);
        loop.run();
        layoutReads.get(1).complete(new Layout(2, 2));
        loop.run();
        assertThat(log.last().call().partition()).isEqualTo(new Layout(2, 2).partitionOf(QUEUE, KeyHash.XXH64, left));
        assertThat(log.last().call().number()).isGreaterThan(number);
    }

    private static String keyIn(int partition) {
        return otherKeyIn(partition, "");
    }

    private static String otherKeyIn(int partition, String other) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "key" + i)
                .filter(key ->
                        new Layout(1, 2).partitionOf(QUEUE, KeyHash.XXH64, key).index() == partition)
                .filter(key -> !key.equals(other))
                .findFirst()
                .orElseThrow();
    }
}
