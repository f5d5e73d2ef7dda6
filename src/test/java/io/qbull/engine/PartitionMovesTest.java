package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.DeadLimits;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.engine.QueueNode.Consumption;
import io.qbull.model.Attempts;
import io.qbull.model.Capacity;
import io.qbull.model.Entry;
import io.qbull.model.Epoch;
import io.qbull.model.Job;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.Pauses;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.model.StreamId;
import io.qbull.partition.SuspectTurns;
import io.qbull.resize.ResizePlan;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.LeaseTable.Predecessor;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.Moved;
import io.qbull.store.ResizeTable.PageRead;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A session that owns one partition of a queue which is resized from one partition to three. */
class PartitionMovesTest {
    private static final QueueName QUEUE = new QueueName("WHATSAPP");
    private static final PodId ME = new PodId("me");
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final Resize RESIZE = new Resize(2, 1, 3);
    private static final PartitionStage SEALED = new PartitionStage(new SealState(2, false), 1, 0);
    private static final LayoutState UNDER_WAY = new LayoutState(new Layout(1, 1), RESIZE, List.of());

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final List<String> started = new ArrayList<>();
    private final List<JobHandler.Outcome> running = new ArrayList<>();
    private final QueueNode node =
            QueueNodes.open(new QueueNode.Identity(QUEUE, ME, KeyHash.XXH64, 1, true), store, loop, new SuspectTurns());

    @Test
    void jobs_that_leave_do_not_run_and_are_moved() {
        own(0);
        showSealed();
        assertThat(started).isEmpty();
        answer(store.next("state"), UNDER_WAY);
        read();
        assertThat(started).containsExactly(keyOf(0));
        beginMove();
        for (LogPart part : List.of(LogPart.DELAYED, LogPart.HELD, LogPart.STREAM)) {
            Call page = store.next("page");
            assertThat(page.argument(2, LogPart.class)).isEqualTo(part);
            answer(page, new PageRead.Page(List.of()));
        }
        assertThat(store.waiting()).doesNotContain("fetch");
        answer(store.next("requests"), List.of());
        answer(store.next("moved"), Moved.DONE);
        assertThat(store.waiting())
                .as("looks whether the jobs of the new layout may run")
                .contains("fetch", "state");
    }

    @Test
    void the_resize_of_a_layout_that_is_current_is_known_too() {
        own(0);
        showSealed();
        Earlier before = new Earlier(new Layout(1, 1), Duration.ZERO, Duration.ZERO);
        answer(store.next("state"), new LayoutState(new Layout(2, 3), null, List.of(before)));
        read();
        assertThat(started).containsExactly(keyOf(0));
        assertThat(store.waiting()).contains("states");
    }

    @Test
    void a_resize_that_is_not_found_is_looked_for_again() {
        own(0);
        showSealed();
        store.next("state").loseReply();
        loop.run();
        assertThat(store.waiting()).doesNotContain("state");
        loop.tick(RETRY);
        answer(store.next("state"), new LayoutState(new Layout(1, 1), null, List.of()));
        assertThat(started).isEmpty();
        loop.tick(RETRY);
        answer(store.next("state"), UNDER_WAY);
        read();
        assertThat(started).containsExactly(keyOf(0));
        loop.tick(RETRY);
        assertThat(store.waiting()).doesNotContain("state");
    }

    @Test
    void nothing_is_moved_from_a_partition_that_is_new() {
        own(1);
        showSealed();
        answer(store.next("state"), UNDER_WAY);
        read();
        assertThat(started).hasSize(1);
        assertThat(store.waiting()).doesNotContain("states", "page");
    }

    @Test
    void a_refusal_gives_the_partition_up_and_it_is_read_anew() {
        own(0);
        showSealed();
        answer(store.next("state"), UNDER_WAY);
        read();
        beginMove();
        answer(store.next("page"), new PageRead.Other());
        running.get(0).completed();
        loop.run();
        assertThat(store.waiting()).doesNotContain("commit", "page");
        answer(store.next("release"), Verdict.DONE);
        loop.tick(Duration.ofSeconds(1));
        assertThat(store.waiting()).contains("peek");
    }

    @Test
    void a_drain_ends_the_move() {
        own(0);
        showSealed();
        answer(store.next("state"), UNDER_WAY);
        read();
        beginMove();
        Call page = store.next("page");
        node.drain();
        loop.run();
        running.get(0).completed();
        loop.run();
        answer(store.next("commit"), Verdict.DONE);
        assertThat(store.waiting()).contains("release");
        page.loseReply();
        loop.tick(RETRY);
        assertThat(store.waiting()).doesNotContain("page");
    }

    @Test
    void a_partition_that_is_given_up_while_its_resize_is_looked_for_is_left_alone() {
        own(0);
        showSealed();
        Call state = store.next("state");
        node.drain();
        loop.run();
        answer(state, UNDER_WAY);
        assertThat(started).isEmpty();
        assertThat(store.waiting()).doesNotContain("states", "page");
    }

    private void beginMove() {
        Call states = store.next("states");
        answer(states, List.of(new PartitionState(0, SEALED, 2, Map.of(), 0, 0)));
    }

    private void showSealed() {
        answer(store.next("fetch"), new Fetch.Entries(List.of(), false, Agenda.EMPTY, SEALED));
        assertThat(store.waiting()).doesNotContain("fetch");
    }

    /** There are two jobs, the first of which leaves partition 0. */
    private void read() {
        answer(
                store.next("fetch"),
                new Fetch.Entries(List.of(entry(1, keyOf(1)), entry(2, keyOf(0))), false, Agenda.EMPTY, SEALED));
    }

    /** Owns one of the partitions, which it has not read yet. */
    private void own(int index) {
        node.consume(
                new Consumption(
                        new LeaseSettings(1, 1, true, TTL, TTL),
                        new PumpSettings(
                                1,
                                128,
                                1 << 20,
                                Duration.ZERO,
                                Retries.of(3, Duration.ofSeconds(1)),
                                Duration.ofSeconds(10),
                                Duration.ofSeconds(30)),
                        Duration.ofMinutes(1),
                        new DeadLimits(9, Duration.ZERO)),
                (delivery, outcome) -> {
                    started.add(delivery.job().key());
                    running.add(outcome);
                },
                Runnable::run);
        loop.run();
        answer(store.next("createIfAbsent"), new Layout(1, index + 1));
        answer(store.next("state"), new LayoutState(new Layout(1, index + 1), null, List.of()));
        answer(store.next("register"), new PodsView("v", List.of(new LivingPod(ME, new Capacity(1, 1))), "", ""));
        Map<PartitionId, LeaseView> leases = new HashMap<>();
        Call peek = store.next("peek");
        for (Object partition : peek.argument(0, List.class)) {
            boolean mine = ((PartitionId) partition).index() == index;
            LeaseOwner other = new LeaseOwner(new PodId("other"), "n");
            leases.put(
                    (PartitionId) partition,
                    mine
                            ? new LeaseView(null, null, Duration.ZERO, false, null)
                            : new LeaseView(other, null, TTL, false, null));
        }
        answer(peek, leases);
        Call acquire = store.next("acquire");
        PartitionId partition = acquire.argument(0, PartitionId.class);
        LeaseOwner owner = acquire.argument(1, LeaseOwner.class);
        answer(
                acquire,
                new Acquisition.Granted(new Lease(partition, owner, new Epoch(5), "primary"), Predecessor.NONE, 0));
        answer(store.next("pauses"), new Pauses("0", List.of()));
        answer(store.next("keys"), new Page.Keys(Page.START, Map.of()));
    }

    private void answer(Call call, Object answer) {
        call.answer(answer);
        loop.run();
    }

    /** A key of a partition of the new layout. */
    private static String keyOf(int partition) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> "k" + i)
                .filter(key -> new ResizePlan(RESIZE).target(KeyHash.XXH64.hash(key)) == partition)
                .findFirst()
                .orElseThrow();
    }

    private static Entry entry(int millis, String key) {
        StreamId at = new StreamId(millis, 0);
        return new Entry.Decoded(
                new Job(at, new JobId("j" + millis), key, millis, new byte[0], null, Map.of(), Attempts.NONE), 10);
    }
}
