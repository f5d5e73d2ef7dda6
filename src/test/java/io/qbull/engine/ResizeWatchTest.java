package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.engine.QueueNode.Identity;
import io.qbull.lease.Competition;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionStage;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.store.Reachability;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a node looks at a resize, and what it makes of it. The test answers for Redis. */
class ResizeWatchTest {
    private static final Layout OLD = new Layout(1, 2);
    private static final Resize GROW = new Resize(2, 2, 3);
    private static final LayoutState AT_REST = new LayoutState(OLD, null, List.of());
    private static final LayoutState INTENDED = new LayoutState(OLD, GROW, List.of());
    private static final LayoutState CURRENT =
            new LayoutState(GROW.after(), null, List.of(new Earlier(OLD, Duration.ofMillis(700), Duration.ZERO)));

    private final ScriptedStore store = new ScriptedStore();
    private final ManualEventLoop loop = new ManualEventLoop();
    private final List<Competition> competitions = new ArrayList<>();
    private final List<String> outage = new ArrayList<>();
    private final Identity identity = new Identity(new QueueName("Q"), new PodId("pod"), KeyHash.XXH64, 2, true);
    private final ResizeWatch watch = new ResizeWatch(
            identity, store, new LayoutCache(identity, store.layouts(), store.resize(), loop), loop, competitions::add);

    private final Reachability reachability = new Reachability() {
        @Override
        public void answered(Subject subject) {
            outage.clear();
        }

        @Override
        public void unanswered(Subject subject, @Nullable Throwable failure) {
            outage.add(String.valueOf(failure));
        }

        @Override
        public String problem() {
            return "";
        }
    };

    /** A session runs, and no resize is under way. */
    private Runnable join() {
        watch.look();
        answer("createIfAbsent", OLD);
        answer("state", AT_REST);
        watch.join(new ResizeWatch.Session(reachability, () -> true));
        Runnable announce = store.next("announcements").argument(1, Runnable.class);
        loop.run();
        assertThat(competitions).containsExactly(Competition.of(2));
        assertThat(store.waiting()).isEmpty();
        return announce;
    }

    private void answer(String call, @Nullable Object answer) {
        store.next(call).answer(answer);
        loop.run();
    }

    /** Answers a look that finds the new layout and reads the states twice, if it has something to do. */
    private void answerStates(PartitionState... states) {
        answer("state", CURRENT);
        answer("state", CURRENT);
        answer("states", List.of(states));
    }

    private static PartitionState state(int index, int started, int moved) {
        PartitionStage stage = new PartitionStage(new SealState(2, true), started, moved);
        return new PartitionState(index, stage, 0, Map.of(), 0, 0);
    }

    @Test
    void an_announced_resize_makes_pods_compete_at_once_for_the_partitions_of_both_layouts() {
        Runnable announce = join();
        try (CapturedLog log = new CapturedLog()) {
            announce.run();
            loop.run();
            answer("state", INTENDED);
            assertThat(competitions.get(1)).isEqualTo(new Competition(3, Set.of(0, 1)));
            assertThat(store.waiting())
                    .as("all pods hear of it at once, so none does anything")
                    .isEmpty();
            announce.run();
            loop.run();
            answer("state", INTENDED);
            assertThat(competitions).hasSize(2);
            announce.run();
            loop.run();
            answer("state", CURRENT);
            assertThat(competitions)
                    .as("all are sealed now, so that their owners look again")
                    .containsExactly(Competition.of(2), competitions.get(1), competitions.get(1));
            assertThat(log.lines("queue=Q is resized from 2 to 3 partitions (layout version 2)"))
                    .hasSize(1);
        }
    }

    @Test
    void an_announced_layout_is_read() {
        Runnable announce = join();
        announce.run();
        loop.run();
        answer("state", CURRENT);
        assertThat(store.waiting()).containsExactly("createIfAbsent");
    }

    @Test
    void a_node_that_only_adds_jobs_hears_of_another_layout() {
        watch.produce();
        watch.produce();
        loop.run();
        Runnable announce = store.next("announcements").argument(1, Runnable.class);
        assertThat(store.waiting()).isEmpty();
        announce.run();
        loop.run();
        answer("state", INTENDED);
        assertThat(store.waiting()).isEmpty();
        announce.run();
        loop.run();
        answer("state", CURRENT);
        assertThat(store.waiting()).containsExactly("createIfAbsent");
    }

    @Test
    void a_resize_is_looked_after_until_it_is_over_and_then_dead_letters_follow() {
        join();
        watch.look();
        answerStates(state(0, 1, 0), state(1, 1, 2), state(2, 0, 0));
        assertThat(competitions.get(1)).isEqualTo(new Competition(3, Set.of(0)));
        answer("createIfAbsent", GROW.after());
        loop.tick(Duration.ofMillis(1029));
        assertThat(store.waiting()).isEmpty();
        try (CapturedLog log = new CapturedLog()) {
            loop.tick(Duration.ofMillis(1));
            answerStates(state(0, 2, 2), state(1, 2, 2), state(2, 2, 0));
            assertThat(competitions.get(2)).isEqualTo(Competition.of(3));
            answer("settle", 4);
            assertThat(log.lines("queue=Q has 3 partitions instead of 2 (layout version 2): the resize is over,"
                            + " 700 ms after the layout has changed"))
                    .hasSize(1);
            assertThat(log.lines("queue=Q moved 4 dead letters")).hasSize(1);
        }
        loop.tick(Duration.ofSeconds(5));
        assertThat(store.waiting()).isEmpty();
        watch.look();
        answer("state", CURRENT);
        assertThat(store.waiting()).as("what is over is not read again").isEmpty();
    }

    @Test
    void owners_of_partitions_that_have_not_moved_are_reminded_at_each_look() {
        join();
        watch.look();
        answerStates(state(0, 1, 0), state(1, 1, 2), state(2, 0, 0));
        answer("createIfAbsent", GROW.after());
        for (int i = 0; i < 2; i++) {
            watch.look();
            answerStates(state(0, 1, 0), state(1, 1, 2), state(2, 0, 0));
        }
        Competition waiting = new Competition(3, Set.of(0));
        assertThat(competitions).containsExactly(Competition.of(2), waiting, waiting, waiting);
    }

    @Test
    void what_happens_during_a_look_is_followed_by_one_more() {
        join();
        CompletableFuture<Competition> first = watch.look().toCompletableFuture();
        CompletableFuture<Competition> second = watch.look().toCompletableFuture();
        CompletableFuture<Competition> third = watch.look().toCompletableFuture();
        answer("state", AT_REST);
        assertThat(first).isCompleted();
        assertThat(second).isNotDone();
        answer("state", AT_REST);
        assertThat(second).isCompleted();
        assertThat(third).isCompleted();
        assertThat(store.waiting()).isEmpty();
    }

    @Test
    void a_look_without_an_answer_is_reported_and_repeated_while_a_session_runs() {
        join();
        CompletableFuture<Competition> look = watch.look().toCompletableFuture();
        store.next("state").loseReply();
        loop.run();
        assertThat(look).isCompletedExceptionally();
        assertThat(outage).hasSize(1);
        loop.tick(Duration.ofMillis(500));
        answer("state", AT_REST);
        assertThat(outage).isEmpty();

        watch.look();
        watch.leave();
        store.next("state").loseReply();
        loop.tick(Duration.ofMinutes(1));
        assertThat(outage).isEmpty();
        assertThat(store.waiting()).isEmpty();
    }

    @Test
    void refused_producers_look_once_a_second() {
        join();
        loop.tick(Duration.ofSeconds(1));
        for (int i = 0; i < 5; i++) {
            watch.refused();
            loop.run();
        }
        answer("state", AT_REST);
        watch.refused();
        loop.run();
        assertThat(store.waiting()).isEmpty();
        loop.tick(Duration.ofSeconds(1));
        watch.refused();
        loop.run();
        assertThat(store.waiting()).containsExactly("state");
    }
}
