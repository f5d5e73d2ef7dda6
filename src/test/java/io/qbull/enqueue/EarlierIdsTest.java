package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException.Kind;
import io.qbull.model.Enqueued;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a producer asks the partitions of earlier layouts about ids that callers gave. The queue had two, then three partitions. */
@SuppressWarnings("FutureReturnValueIgnored") // Not every test asks what became of every job.
class EarlierIdsTest extends EnqueuerFixture {
    private static final Layout FIRST = new Layout(1, 2);
    private static final Layout SECOND = new Layout(2, 3);
    private static final Duration MEMORY = Duration.ofMinutes(10);

    private final String moved = key(1, 0);
    private final String movedToo = key(1, 0, moved);
    private final String stays = key(0, 0);

    @Test
    void a_job_with_an_id_waits_until_the_partition_of_its_key_by_the_earlier_layout_has_answered() {
        resized();
        CompletableFuture<Enqueued> added = enqueue(given("a", moved), SETTINGS);
        CompletableFuture<Enqueued> next = enqueue(given("b", moved), SETTINGS);
        assertThat(log.count()).isZero();
        assertThat(log.questions).hasSize(1);
        assertThat(log.questions.get(0).partition()).isEqualTo(new PartitionId(QUEUE, 1));

        answer("a");

        assertThat(log.last().call().known()).isEqualTo(ids("a"));
        assertThat(log.last().ids()).as("the next question is not answered yet").containsExactly("a");
        assertThat(log.last().call().partition()).isEqualTo(new PartitionId(QUEUE, 0));
        log.last().answer(new JobLog.Answer.Accepted(List.of(new JobLog.Answer.Place(StreamId.START, true))));
        loop.run();
        assertThat(added).isCompletedWithValueMatching(Enqueued::duplicate);
        answer();
        assertThat(log.last().ids()).containsExactly("b");
        assertThat(log.last().call().known()).isEmpty();
        assertThat(next).isNotDone();
    }

    @Test
    void jobs_that_arrive_together_are_asked_about_together_and_travel_in_their_order() {
        resized();
        add(given("a", moved), SETTINGS);
        add(job("no id", moved), SETTINGS);
        add(given("b", movedToo), SETTINGS);
        loop.run();
        assertThat(log.questions.get(0).ids()).containsExactly(new JobId("a"), new JobId("b"));

        answer("b");

        assertThat(log.last().ids()).containsExactly("a", "no id", "b");
        assertThat(log.last().call().known()).isEqualTo(ids("b"));
        assertThat(log.questions).hasSize(1);
    }

    @Test
    void nobody_is_asked_where_no_id_can_be_known() {
        resized();
        enqueue(job("generated", moved), SETTINGS);
        enqueue(given("no window", moved), Jobs.window(Duration.ZERO));
        log.last().accept();
        loop.run();
        enqueue(given("the same partition", stays), SETTINGS);
        log.last().accept();
        loop.run();
        assertThat(log.last().ids()).containsExactly("the same partition");
        log.last().accept();
        loop.tick(MEMORY);
        enqueue(given("after the last one is forgotten", moved), SETTINGS);
        assertThat(log.last().ids()).containsExactly("after the last one is forgotten");
        assertThat(log.questions).isEmpty();
    }

    @Test
    void a_queue_that_was_never_resized_costs_no_read() {
        layoutKnown(3);
        enqueue(given("a", moved), SETTINGS);
        assertThat(log.last().ids()).containsExactly("a");
        assertThat(earlierReads).isEmpty();
        assertThat(log.questions).isEmpty();
    }

    @Test
    void each_layout_that_still_remembers_an_id_is_asked() {
        Layout third = new Layout(3, 4);
        String key = IntStream.range(0, 10_000)
                .mapToObj(i -> "k" + i)
                .filter(each -> index(FIRST, each) == 1 && index(SECOND, each) == 2 && index(third, each) == 3)
                .findFirst()
                .orElseThrow();
        current(
                third,
                new Earlier(FIRST, Duration.ZERO, MEMORY),
                new Earlier(SECOND, Duration.ZERO, MEMORY.dividedBy(2)));
        enqueue(given("a", key), SETTINGS);
        assertThat(log.questions)
                .extracting(question -> question.partition().index())
                .containsExactly(1, 2);
        log.questions.get(1).answer("a");
        loop.run();
        assertThat(log.count()).as("one has not answered").isZero();
        log.questions.get(0).answer();
        loop.run();
        assertThat(log.last().call().known()).isEqualTo(ids("a"));
        log.last().accept();
        loop.tick(MEMORY.dividedBy(2));
        enqueue(given("b", key), SETTINGS);
        assertThat(log.questions)
                .extracting(question -> question.partition().index())
                .containsExactly(1, 2, 1);
    }

    @Test
    void a_question_without_an_answer_is_repeated() {
        resized();
        enqueue(given("a", moved), SETTINGS);
        log.questions.get(0).lost();
        tick(50);
        assertThat(log.questions).hasSize(2);
        assertThat(log.count()).isZero();
        log.questions.get(1).answer();
        loop.run();
        assertThat(log.last().ids()).containsExactly("a");
    }

    @Test
    void a_caller_hears_why_its_job_was_not_added_and_nothing_more_is_asked_for_it() {
        resized();
        CompletableFuture<Enqueued> never = enqueue(given("a", moved), SETTINGS);
        for (int asked = 0; asked < log.questions.size() && !never.isDone(); asked++) {
            log.questions.get(asked).lost();
            tick(500);
        }
        assertFailed(never, Kind.UNAVAILABLE);
        assertThat(failure(never)).hasMessageContaining("Redis does not say whether its id was added before a resize");
        log.questions.get(log.questions.size() - 1).lost();
        int asked = log.questions.size();
        tick(5_000);
        assertThat(log.questions).hasSize(asked);
        assertThat(log.count()).isZero();
        enqueue(given("b", moved), SETTINGS);
        assertThat(log.questions).hasSize(asked + 1);
    }

    @Test
    void earlier_layouts_that_cannot_be_read_are_read_again() {
        enqueue(given("a", moved), SETTINGS);
        layoutReads.get(0).complete(SECOND);
        loop.run();
        earlierReads.get(0).completeExceptionally(new StoreException.Unavailable("lost", true, new Exception()));
        loop.run();
        enqueue(given("b", moved), SETTINGS);
        tick(50);
        assertThat(earlierReads).hasSize(2);
        assertThat(log.count()).isZero();
        earlierReads.get(1).complete(List.of());
        loop.run();
        assertThat(log.last().ids()).containsExactly("a", "b");
    }

    @Test
    void an_answer_that_comes_after_the_layout_has_changed_counts_for_nothing() {
        resized();
        enqueue(given("a", moved), SETTINGS);
        enqueuer.layoutChanged(new Layout(3, 2));
        loop.run();
        answer();
        assertThat(log.count()).isZero();
        earlierReads
                .get(1)
                .complete(List.of(new Earlier(FIRST, MEMORY, MEMORY), new Earlier(SECOND, Duration.ZERO, MEMORY)));
        loop.run();
        assertThat(log.questions.get(1).partition()).as("by the second layout").isEqualTo(new PartitionId(QUEUE, 0));
        log.questions.get(1).answer("a");
        loop.run();
        assertThat(log.last().call().known()).isEqualTo(ids("a"));
        assertThat(log.last().call().partition()).isEqualTo(new PartitionId(QUEUE, 1));
    }

    @Test
    void a_drain_answers_callers_whose_ids_are_asked_about() {
        resized();
        CompletableFuture<Enqueued> unsent = enqueue(given("a", moved), SETTINGS);
        CompletableFuture<Void> drained = enqueuer.drain(Duration.ofSeconds(1)).toCompletableFuture();
        tick(900);
        assertThat(drained).isNotDone();
        tick(100);
        assertThat(drained).isCompleted();
        assertFailed(unsent, Kind.UNAVAILABLE);
        answer();
        assertThat(log.count()).isZero();
    }

    /** The second layout is the current one, and the partitions of the first one remember ids. */
    private void resized() {
        current(SECOND, new Earlier(FIRST, Duration.ZERO, MEMORY));
    }

    private void current(Layout layout, Earlier... earlier) {
        EnqueueSettings once = Jobs.timeout(Duration.ofMillis(1));
        add(given("warm-up", moved), once);
        loop.run();
        layoutReads.get(0).complete(layout);
        tick(100);
        earlierReads.get(0).complete(List.of(earlier));
        loop.run();
    }

    private void answer(String... known) {
        log.questions.stream()
                .filter(question -> !question.end().isDone())
                .findFirst()
                .orElseThrow()
                .answer(known);
        loop.run();
    }

    private static NewJob given(String id, String key) {
        return new NewJob(new JobId(id), true, key, new byte[0], null, Map.of());
    }

    private static NewJob job(String id, String key) {
        return Jobs.job(id, key);
    }

    private static Set<JobId> ids(String... ids) {
        return Stream.of(ids).map(JobId::new).collect(Collectors.toSet());
    }

    /** A key with these partitions by the first and by the second layout. */
    private static String key(int first, int second, String... but) {
        return IntStream.range(0, 10_000)
                .mapToObj(i -> "key" + i)
                .filter(each -> index(FIRST, each) == first && index(SECOND, each) == second)
                .filter(each -> !List.of(but).contains(each))
                .findFirst()
                .orElseThrow();
    }

    private static int index(Layout layout, String key) {
        return layout.indexOf(KeyHash.XXH64, key);
    }
}
