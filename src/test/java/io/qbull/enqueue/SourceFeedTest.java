package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.EnqueueException.Kind;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The records of a source on their way to Redis. */
@SuppressWarnings("FutureReturnValueIgnored") // Not every test asks what became of every record.
class SourceFeedTest extends EnqueuerFixture {
    private static final SourceId SOURCE = new SourceId("file-1");

    @Test
    void records_travel_together_and_carry_their_offsets() {
        JobFeed feed = open(SETTINGS);
        add(feed, 10, job("a"));
        add(feed, 20, job("b"));
        loop.run();
        assertThat(log.last().ids()).containsExactly("a", "b");
        assertThat(log.last().call().records())
                .satisfies(records -> assertThat(records.offsets()).containsExactly(10L, 20L))
                .satisfies(records -> assertThat(records.source()).isEqualTo(SOURCE));
    }

    @Test
    void jobs_from_elsewhere_do_not_travel_with_records() {
        JobFeed feed = open(SETTINGS);
        enqueue("before");
        add(feed, 1, job("a"));
        enqueue("between");
        add(feed, 2, job("b"));
        loop.run();
        for (String expected : List.of("before", "a", "between", "b")) {
            assertThat(log.last().ids()).containsExactly(expected);
            assertThat(log.last().call().records() != null).isEqualTo(expected.length() == 1);
            log.last().accept();
            loop.run();
        }
    }

    @Test
    void records_of_an_earlier_reading_are_not_sent_again() {
        JobFeed feed = open(SETTINGS, Map.of(1, 10L));
        CompletableFuture<Enqueued> old = add(feed, 10, job("a"));
        add(feed, 11, job("b"));
        loop.run();
        assertThat(old).isCompletedWithValueMatching(Enqueued::duplicate);
        assertThat(old.join().streamId()).isEqualTo(StreamId.START);
        assertThat(log.last().ids()).containsExactly("b");
    }

    @Test
    void after_a_record_that_was_not_added_no_later_one_is() {
        JobFeed feed = open(SETTINGS);
        CompletableFuture<Enqueued> refused = add(feed, 1, job("a"));
        loop.run();
        CompletableFuture<Enqueued> waiting = add(feed, 2, job("b"));
        loop.run();
        int sent = log.count();
        log.last().full();
        loop.run();
        assertFailed(refused, Kind.FULL);
        assertFailed(waiting, Kind.UNAVAILABLE);
        assertThat(feed.broken()).isTrue();
        assertFailed(add(feed, 3, job("c")), Kind.UNAVAILABLE);
        assertThat(log.count()).isEqualTo(sent);
    }

    @Test
    void a_record_that_breaks_a_rule_does_not_break_the_feed() {
        JobFeed feed = open(SETTINGS);
        assertFailed(add(feed, 1, job("a", "k", (1 << 20) + 1)), Kind.INVALID);
        assertThat(feed.broken()).isFalse();
        add(feed, 2, job("b"));
        loop.run();
        assertThat(log.last().ids()).containsExactly("b");
    }

    @Test
    void a_record_that_breaks_a_rule_was_never_added_whatever_followed() {
        JobFeed feed = open(SETTINGS, Map.of(1, 10L));
        assertFailed(add(feed, 5, job("a", "k", (1 << 20) + 1)), Kind.INVALID);
        assertThat(add(feed, 10, job("b"))).isCompletedWithValueMatching(Enqueued::duplicate);
        assertThat(feed.broken()).isFalse();
    }

    @Test
    void the_progress_is_read_of_the_partitions_that_records_meet() {
        JobFeed feed = open(SETTINGS, Duration.ofSeconds(30), 1024);
        assertThat(log.progressReads()).isEmpty();
        for (int record = 1; record <= 3; record++) {
            add(feed, record, job("a" + record, "one key"));
        }
        loop.run();
        assertThat(log.progressReads()).hasSize(1);
        assertThat(log.noted).hasSize(1);
        assertThat(log.last().ids()).containsExactly("a1", "a2", "a3");
    }

    @Test
    void what_an_earlier_reading_has_noted_is_kept_alive_from_the_start() {
        log.noted.add(new PartitionId(QUEUE, 700));
        open(SETTINGS, Duration.ofSeconds(30), 1024);
        assertThat(log.progressReads()).containsExactly("Q:700 PT30S");
    }

    @Test
    void no_record_overtakes_one_whose_progress_is_still_being_read() {
        log.holdsBack = true;
        JobFeed feed = open(SETTINGS, Duration.ofSeconds(30), 1024);
        CompletableFuture<Enqueued> old = add(feed, 1, job("old", "one key"));
        CompletableFuture<Enqueued> other = add(feed, 2, job("other", "another key"));
        CompletableFuture<Enqueued> next = add(feed, 3, job("next", "one key"));
        loop.run();
        int sent = log.count();
        log.heldBack.get(1).complete(Map.of());
        CompletableFuture<Enqueued> later = add(feed, 4, job("later", "another key"));
        loop.run();
        assertThat(log.count()).as("all wait for the first").isEqualTo(sent);
        log.heldBack.get(0).complete(Map.of(1, 1L));
        loop.run();
        assertThat(old).isCompletedWithValueMatching(Enqueued::duplicate);
        assertThat(List.of(other, later)).noneMatch(CompletableFuture::isDone);
        assertThat(next).isNotDone();
        assertThat(log.count()).isEqualTo(sent + 2);
        add(feed, 5, job("last", "one key"));
        loop.run();
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("last");
    }

    @Test
    void a_progress_that_cannot_be_read_for_long_breaks_the_feed() {
        JobFeed feed = open(SETTINGS);
        log.away = true;
        CompletableFuture<Enqueued> record = add(feed, 1, job("a"));
        tick(SETTINGS.enqueueTimeout().toMillis() / 2);
        assertThat(record).isNotDone();
        tick(SETTINGS.enqueueTimeout().toMillis());
        assertFailed(record, Kind.UNAVAILABLE);
        log.away = false;
        assertFailed(add(feed, 2, job("b")), Kind.UNAVAILABLE);
        assertThat(feed.broken()).isTrue();
    }

    @Test
    void a_progress_that_cannot_be_read_for_a_moment_is_read_again() {
        JobFeed feed = open(SETTINGS);
        log.away = true;
        add(feed, 1, job("a"));
        tick(250);
        log.away = false;
        tick(250);
        assertThat(log.last().ids()).containsExactly("a");
    }

    @Test
    void while_it_is_open_its_progress_is_kept_alive_in_each_partition_that_it_has_met() {
        JobFeed feed = open(SETTINGS, Duration.ofSeconds(30), 2);
        loop.run();
        for (int key = 0; log.noted.size() < 2; key++) {
            add(feed, key, job("a" + key, "key " + key));
        }
        log.progressReads();
        for (int renewal = 1; renewal <= 6; renewal++) {
            tick(10_000);
            assertThat(log.progressReads()).containsExactly("Q:0 PT30S", "Q:1 PT30S");
        }
        tick(5_000);
        feed.close();
        feed.close();
        assertThat(log.progressReads())
                .as("the lifetime counts from the end")
                .containsExactly("Q:0 PT30S", "Q:1 PT30S");
        tick(60_000);
        assertThat(log.progressReads()).isEmpty();
        assertThat(log.notedReads).hasSize(8).containsOnly(Duration.ofSeconds(30));
    }

    @Test
    void a_renewal_that_fails_does_not_end_the_others() {
        open(SETTINGS, Duration.ofSeconds(30), 1);
        log.away = true;
        tick(10_000);
        log.away = false;
        tick(10_000);
        assertThat(log.notedReads).hasSize(3);
    }

    @Test
    void a_progress_without_a_lifetime_needs_no_renewal() {
        open(SETTINGS).close();
        tick(Duration.ofDays(1).toMillis());
        assertThat(log.notedReads).isEmpty();
    }

    @Test
    void a_feed_ends_with_the_layout_under_which_it_was_opened() {
        JobFeed feed = open(SETTINGS);
        CompletableFuture<Enqueued> record = add(feed, 1, job("a"));
        loop.run();
        log.last().answer(new JobLog.Answer.OtherLayout());
        loop.run();
        int sent = log.count();
        layoutReads.get(1).complete(new Layout(2, 3));
        loop.run();
        assertFailed(record, Kind.UNAVAILABLE);
        assertThat(feed.broken()).isTrue();
        assertThat(log.count()).isEqualTo(sent);
    }

    @Test
    void a_pod_that_stops_breaks_the_feed() {
        JobFeed feed = open(SETTINGS);
        enqueuer.drain(Duration.ZERO);
        loop.run();
        assertFailed(add(feed, 1, job("a")), Kind.UNAVAILABLE);
        assertThat(feed.broken()).isTrue();
    }

    @Test
    void offsets_must_ascend() {
        JobFeed feed = open(SETTINGS);
        add(feed, 5, job("a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> add(feed, 5, job("b")))
                .withMessageContaining("offset 5");
    }

    @Test
    void a_source_begun_under_a_forgotten_layout_is_not_guessed_at() {
        CompletableFuture<JobFeed> opened =
                enqueuer.open(SOURCE, 1, Duration.ZERO, SETTINGS).toCompletableFuture();
        historyReads.get(0).complete(List.of(new Layout(2, 4), new Layout(3, 1)));
        assertThat(opened).isCompletedExceptionally();
        assertThat(opened.handle((feed, failure) -> failure).join())
                .hasRootCauseInstanceOf(EnqueueException.class)
                .rootCause()
                .hasMessageContaining("layout version 1 of queue Q");
    }

    private JobFeed open(EnqueueSettings settings) {
        return open(settings, Map.of());
    }

    private JobFeed open(EnqueueSettings settings, Map<Integer, Long> progress) {
        log.progressWillBe(progress);
        return open(settings, Duration.ZERO, 1);
    }

    private JobFeed open(EnqueueSettings settings, Duration lifetime, int partitions) {
        layoutKnown(partitions);
        CompletableFuture<JobFeed> opened =
                enqueuer.open(SOURCE, 1, lifetime, settings).toCompletableFuture();
        historyReads.get(0).complete(List.of(new Layout(1, partitions)));
        return opened.join();
    }

    private static CompletableFuture<Enqueued> add(JobFeed feed, long offset, NewJob job) {
        return feed.add(offset, job).toCompletableFuture();
    }
}
