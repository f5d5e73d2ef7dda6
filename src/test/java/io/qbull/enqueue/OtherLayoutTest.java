package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.EnqueueException.Kind;
import io.qbull.model.Enqueued;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import io.qbull.testing.CapturedLog;
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
    void nothing_is_sent_under_a_new_layout_before_every_old_call_is_answered() {
        enqueue(job("l1", left), SETTINGS);
        ScriptedJobLog.Attempt refused = log.last();
        CompletableFuture<Enqueued> unknown = enqueue(job("r1", right), SETTINGS);
        log.last().replyLost();
        enqueue(job("r2", right), SETTINGS);
        refused.answer(OTHER_LAYOUT);
        loop.run();
        layoutReads.get(1).complete(new Layout(2, 1));
        loop.run();
        int attempts = log.count();

        tick(50);
        assertThat(log.count()).isEqualTo(attempts + 1);
        assertThat(log.last().ids()).containsExactly("r1");
        assertThat(log.last().call().layoutVersion()).isEqualTo(1);
        log.last().accept();
        loop.run();

        assertThat(unknown).isCompletedWithValueMatching(job -> !job.duplicate());
        assertThat(log.last().call().layoutVersion()).isEqualTo(2);
        assertThat(log.last().ids()).containsExactly("l1", "r2");
    }

    @Test
    void an_unchanged_layout_is_read_again_until_the_callers_timeout() {
        CompletableFuture<Enqueued> refused = enqueue(job("1", left), SETTINGS);
        while (!refused.isDone()) {
            log.last().answer(OTHER_LAYOUT);
            loop.run();
            layoutReads.get(layoutReads.size() - 1).complete(new Layout(1, 2));
            tick(500);
        }
        assertFailed(refused, Kind.UNAVAILABLE);
        assertThat(failure(refused))
                .hasMessageContaining("partition Q:0")
                .hasMessageContaining("layout version 1")
                .hasMessageContaining("enqueueTimeout (PT10S)");
        assertThat(log.count()).isBetween(20, 40);
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
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "key" + i)
                .filter(key ->
                        new Layout(1, 2).partitionOf(QUEUE, KeyHash.XXH64, key).index() == partition)
                .findFirst()
                .orElseThrow();
    }
}
