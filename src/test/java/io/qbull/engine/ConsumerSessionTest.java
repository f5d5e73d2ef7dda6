package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.config.DeadLimits;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.engine.QueueNode.Consumption;
import io.qbull.model.Attempts;
import io.qbull.model.Capacity;
import io.qbull.model.Entry;
import io.qbull.model.Epoch;
import io.qbull.model.Failure;
import io.qbull.model.Job;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.Pauses;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.partition.SuspectTurns;
import io.qbull.store.DeadLetters.Stock;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.LeaseTable.Predecessor;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Sessions that follow each other on one node, step by step. */
class ConsumerSessionTest {
    private static final QueueName QUEUE = new QueueName("WHATSAPP");
    private static final PodId ME = new PodId("me");
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration DRAIN = Duration.ofSeconds(30);
    private static final Consumption CONSUMPTION = new Consumption(
            new LeaseSettings(2, 2, true, TTL, TTL),
            new PumpSettings(
                    1,
                    128,
                    1 << 20,
                    Duration.ZERO,
                    Retries.of(3, Duration.ofSeconds(1)),
                    Duration.ofSeconds(10),
                    DRAIN),
            Duration.ofMinutes(1),
            new DeadLimits(9, Duration.ZERO));

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final List<JobHandler.Outcome> running = new ArrayList<>();
    private final QueueNode node =
            QueueNodes.open(new QueueNode.Identity(QUEUE, ME, KeyHash.XXH64, 2, true), store, loop, new SuspectTurns());

    @Test
    void a_session_after_a_drain_starts_when_the_one_before_has_ended() {
        runAJob();
        CompletionStage<Integer> drained = node.drain();
        loop.run();
        consume();
        idlePartitionLeft();
        assertThat(store.waiting()).doesNotContain("register");
        assertThat(node.unfinished())
                .as("the job of the session before still counts")
                .isEqualTo(1);
        endTheJob();
        assertThat(drained.toCompletableFuture()).isCompleted();
        assertThat(store.waiting()).containsOnlyOnce("register");
        assertThat(node.unfinished()).isZero();
    }

    @Test
    void a_session_drained_while_it_waits_ends_after_the_one_before_and_never_starts() {
        runAJob();
        node.drain();
        loop.run();
        idlePartitionLeft();
        consume();
        CompletionStage<Integer> drained = node.drain();
        loop.run();
        assertThat(drained.toCompletableFuture()).isNotCompleted();
        endTheJob();
        assertThat(drained.toCompletableFuture()).isCompleted();
        assertThat(store.waiting()).doesNotContain("register");
        consume();
        assertThat(store.waiting()).containsOnlyOnce("register");
    }

    @Test
    void only_one_session_can_wait() {
        runAJob();
        node.drain();
        consume();
        assertThatThrownBy(this::consume).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_partition_whose_job_outlived_its_session_is_taken_again_after_that_job() {
        runAJob();
        CompletionStage<Integer> drained = node.drain();
        loop.tick(DRAIN);
        idlePartitionLeft();
        assertThat(drained.toCompletableFuture()).isCompleted();
        consume();
        register();
        assertThat(peekFree()).containsExactly(1);
        grant(store.next("acquire"));
        loop.tick(TTL.multipliedBy(2));
        assertThat(store.waiting()).doesNotContain("acquire");
        // Those of the watch, which looks at it all the same.
        while (store.waiting().contains("peek")) {
            store.next("peek").answer(Map.of());
        }
        running.get(0).completed();
        loop.tick(Duration.ofMillis(100));
        assertThat(peekFree()).containsExactly(0);
        assertThat(store.next("acquire").argument(0, PartitionId.class).index()).isZero();
    }

    @Test
    void a_drain_waits_no_longer_than_its_limit_for_unanswered_releases() {
        try (CapturedLog log = new CapturedLog()) {
            runAJob();
            CompletionStage<Integer> drained = node.drain();
            running.get(0).completed();
            loop.run();
            store.next("commit").answer(Verdict.DONE);
            loop.tick(DRAIN.minusMillis(1));
            assertThat(store.waiting()).contains("unregister", "release");
            assertThat(drained.toCompletableFuture()).isNotCompleted();

            loop.tick(Duration.ofMillis(1));

            assertThat(drained.toCompletableFuture()).isCompleted();
            assertThat(log.warnings()).as("no job is abandoned").isEmpty();
        }
    }

    @Test
    void a_stop_does_not_wait_for_a_job_and_ignores_its_result() {
        runAJob();
        node.drain();
        loop.run();

        CompletionStage<Integer> stopped = node.stop();
        running.get(0).failed(Failure.of("turned away"));
        loop.run();

        assertThat(stopped.toCompletableFuture()).isCompletedWithValue(1);
        assertThat(store.waiting()).doesNotContain("fail", "commit").contains("release");
        assertThat(node.status().owned()).isEmpty();
    }

    @Test
    void a_session_that_waits_for_the_one_before_can_be_stopped_with_it() {
        runAJob();
        node.drain();
        loop.run();
        consume();

        CompletionStage<Integer> stopped = node.stop();
        loop.run();

        assertThat(stopped.toCompletableFuture()).isCompleted();
        assertThat(store.waiting()).doesNotContain("register");
    }

    @Test
    void drain_and_stop_are_legal_before_a_start() {
        assertThat(node.drain().toCompletableFuture()).isCompletedWithValue(0);
        assertThat(node.stop().toCompletableFuture()).isCompletedWithValue(0);
        loop.run();

        runAJob();

        assertThat(node.status().owned()).hasSize(2);
    }

    @Test
    void drain_and_stop_may_be_repeated_and_all_end_together() {
        runAJob();
        CompletionStage<Integer> drained = node.drain();
        CompletionStage<Integer> drainedAgain = node.drain();
        loop.run();
        assertThat(drained.toCompletableFuture()).isNotCompleted();

        CompletionStage<Integer> stopped = node.stop();
        CompletionStage<Integer> stoppedAgain = node.stop();
        loop.run();

        for (CompletionStage<Integer> end : List.of(drained, drainedAgain, stopped, stoppedAgain)) {
            assertThat(end.toCompletableFuture()).isCompletedWithValue(1);
        }
        assertThat(node.drain().toCompletableFuture()).isCompletedWithValue(0);
        assertThat(store.waiting()).containsOnlyOnce("unregister");
    }

    @Test
    void a_command_without_an_answer_after_the_session_is_no_outage() {
        runAJob();
        node.drain();
        loop.run();
        Call release = store.next("release");
        node.stop();
        loop.run();

        release.loseReply();
        loop.run();

        assertThat(node.status().problem()).isEmpty();
    }

    @Test
    void a_lost_primary_voids_its_own_leases_and_no_others() {
        runAJob();
        store.changePrimary("primary of 1");
        loop.run();
        assertThat(node.status().owned()).containsExactly(new PartitionId(QUEUE, 0));
        released(1);
        store.changePrimary("primary of 0");
        loop.run();
        assertThat(store.waiting()).as("first its job ends, which runs").doesNotContain("release", "peek");
        running.get(0).completed();
        loop.run();
        released(0);
        assertThat(store.waiting()).doesNotContain("commit");
    }

    @Test
    void a_partition_that_is_lost_and_taken_again_is_one_standstill() {
        runAJob();
        loop.tick(Duration.ofSeconds(50));
        store.changePrimary("primary of 0");
        loop.run();
        running.get(0).completed();
        loop.run();
        released(0);
        assertThat(node.status().standstill()).isEmpty();
        loop.tick(Duration.ofSeconds(11));
        assertThat(node.status().standstill())
                .isEqualTo(
                        "partition WHATSAPP:0 has not moved for 1 min 1 s: its lease is lost whenever it is acquired");
        assertThat(peekFree()).containsExactly(0);
        grant(store.next("acquire"));
        assertThat(node.status().standstill())
                .isEqualTo("partition WHATSAPP:0 has not moved for 1 min 1 s: Redis has not answered a command");
    }

    @Test
    void dead_letters_are_checked_until_the_session_drains() {
        runAJob();
        loop.tick(DeadLetterRetention.PERIOD);
        for (int index = 0; index < 2; index++) {
            Call look = store.next("stock");
            assertThat(look.argument(0, PartitionId.class).index()).isEqualTo(index);
            look.answer(new Stock(0, StreamId.START, StreamId.START, 0));
        }
        loop.tick(DeadLetterRetention.PERIOD.minusSeconds(1));
        node.drain();
        loop.tick(Duration.ofSeconds(2));
        assertThat(store.waiting()).doesNotContain("stock");
    }

    @Test
    void a_partition_that_the_layout_does_not_have_any_more_is_not_opened_at_its_take_over() {
        consume();
        layout();
        register();
        peekFree();
        for (int i = 0; i < 2; i++) {
            grant(store.next("acquire"));
        }
        store.next("createIfAbsent").answer(new Layout(2, 1));
        loop.run();
        Call open = store.next("open");
        assertThat(open.argument(0, PartitionId.class).index()).isZero();
        assertThat(open.argument(1, Integer.class)).isEqualTo(2);
        assertThat(store.waiting()).doesNotContain("open");
    }

    /** Consumes both partitions; a job of the first one is in flight. */
    private void runAJob() {
        consume();
        layout();
        register();
        assertThat(peekFree()).containsExactlyInAnyOrder(0, 1);
        for (int i = 0; i < 2; i++) {
            grant(store.next("acquire"));
        }
        store.next("pauses").answer(new Pauses("0", List.of()));
        loop.run();
        for (int i = 0; i < 2; i++) {
            store.next("keys").answer(new Page.Keys(Page.START, Map.of()));
            Call fetch = store.next("fetch");
            boolean first = fetch.argument(0, Lease.class).partition().index() == 0;
            fetch.answer(new Fetch.Entries(first ? List.of(entry()) : List.of(), false, Agenda.EMPTY));
            loop.run();
        }
        assertThat(running).hasSize(1);
    }

    private void endTheJob() {
        running.get(0).completed();
        loop.run();
        store.next("commit").answer(Verdict.DONE);
        loop.run();
        released(0);
    }

    private void idlePartitionLeft() {
        store.next("unregister").answer(null);
        released(1);
    }

    private void released(int index) {
        Call release = store.next("release");
        assertThat(release.argument(0, Lease.class).partition().index()).isEqualTo(index);
        release.answer(Verdict.DONE);
        loop.run();
    }

    private void consume() {
        node.consume(CONSUMPTION, (delivery, outcome) -> running.add(outcome), Runnable::run);
        loop.run();
    }

    private void layout() {
        Layout layout = new Layout(1, 2);
        store.next("createIfAbsent").answer(layout);
        loop.run();
        store.next("state").answer(new LayoutState(layout, null, List.of()));
        loop.run();
    }

    private void register() {
        store.next("register").answer(new PodsView("v", List.of(new LivingPod(ME, new Capacity(2, 2))), "", ""));
        loop.run();
    }

    private List<Integer> peekFree() {
        Call peek = store.next("peek");
        Map<PartitionId, LeaseView> sights = new HashMap<>();
        for (Object partition : peek.argument(0, List.class)) {
            sights.put((PartitionId) partition, new LeaseView(null, null, Duration.ZERO, false, null));
        }
        peek.answer(sights);
        loop.run();
        return sights.keySet().stream().map(PartitionId::index).toList();
    }

    private void grant(Call acquire) {
        PartitionId partition = acquire.argument(0, PartitionId.class);
        LeaseOwner owner = acquire.argument(1, LeaseOwner.class);
        Lease lease = new Lease(partition, owner, new Epoch(5), "primary of " + partition.index());
        acquire.answer(new Acquisition.Granted(lease, Predecessor.NONE, 0));
        loop.run();
    }

    private static Entry entry() {
        StreamId at = new StreamId(1, 0);
        return new Entry.Decoded(new Job(at, new JobId("j"), "key", 1, new byte[0], null, Map.of(), Attempts.NONE), 10);
    }
}
