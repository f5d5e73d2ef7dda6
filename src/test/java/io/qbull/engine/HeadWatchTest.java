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
import io.qbull.model.PartitionId;
import io.qbull.model.Pause;
import io.qbull.model.Pauses;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.partition.SuspectTurns;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A pump that is broken on purpose is replaced; one that waits in good order is not. The wake-ups of the store never come. */
class HeadWatchTest {
    private static final QueueName QUEUE = new QueueName("WHATSAPP");
    private static final PartitionId PARTITION = new PartitionId(QUEUE, 0);
    private static final PodId ME = new PodId("me");
    private static final Duration TTL = Duration.ofHours(1);
    private static final Duration STALL_AFTER = Duration.ofMinutes(1);
    private static final Duration HALF = Duration.ofSeconds(30);
    private static final StreamId HEAD = new StreamId(7, 0);

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final List<JobHandler.Outcome> running = new ArrayList<>();
    private final QueueNode node =
            QueueNodes.open(new QueueNode.Identity(QUEUE, ME, KeyHash.XXH64, 1, true), store, loop, new SuspectTurns());

    @Test
    void a_partition_whose_wake_up_was_lost_is_given_up_and_read_anew() {
        try (CapturedLog log = new CapturedLog()) {
            begin();
            fetched(List.of());

            headIs(HEAD);
            assertThat(store.waiting()).as("it may be about to be read").doesNotContain("release");
            headIs(HEAD);

            assertThat(log.warnings())
                    .containsExactly(
                            "queue=WHATSAPP partition WHATSAPP:0 is given up, so that its stream is read anew: this pod has overlooked"
                                    + " job 7-0 there for at least 30000 ms");
            assertThat(node.status().repairs()).isEqualTo(1);
            replaced();
        }
    }

    @Test
    void a_partition_whose_fetch_was_lost_is_given_up_and_read_anew() {
        begin();
        store.next("fetch");

        headIs(HEAD);
        headIs(HEAD);

        replaced();
    }

    @Test
    void other_first_entries_are_no_reason() {
        begin();
        fetched(List.of());

        headIs(HEAD);
        headIs(new StreamId(8, 0));
        headIs(null);
        headIs(new StreamId(8, 0));

        assertThat(node.status().owned()).containsExactly(PARTITION);
        assertThat(node.status().repairs()).isZero();
    }

    @Test
    void without_an_answer_nothing_is_concluded() {
        begin();
        fetched(List.of());

        headIs(HEAD);
        loop.tick(HALF);
        store.next("head").loseReply();
        loop.run();
        headIs(HEAD);

        assertThat(node.status().owned()).containsExactly(PARTITION);
    }

    @Test
    void two_answers_that_come_together_are_one() {
        begin();
        fetched(List.of());

        loop.tick(HALF);
        Call late = store.next("head");
        loop.tick(HALF.minusSeconds(1));
        late.answer(HEAD);
        loop.run();
        loop.tick(Duration.ofSeconds(1));
        store.next("head").answer(HEAD);
        loop.run();

        assertThat(node.status().owned()).containsExactly(PARTITION);
    }

    @Test
    void nobody_asks_about_a_partition_whose_entries_are_known() {
        begin();
        fetched(List.of(entry()));
        assertThat(running).hasSize(1);
        loop.tick(STALL_AFTER.multipliedBy(5));
        assertThat(store.waiting()).as("its job runs").doesNotContain("head");
        running.get(0).completed();
        loop.run();
        Call commit = store.next("commit");
        loop.tick(STALL_AFTER.multipliedBy(5));
        assertThat(store.waiting()).as("it is not committed").doesNotContain("head");
        commit.answer(Verdict.DONE);
        loop.tick(HALF);
        assertThat(store.waiting()).contains("head");
    }

    @Test
    void nobody_asks_about_a_paused_partition_whose_entries_are_known() {
        begin(new Pauses("1", List.of(new Pause(new Pause.Scope.Queue(), "ann", "why", 1, null, null))));
        fetched(List.of(entry()));
        assertThat(running).isEmpty();
        loop.tick(STALL_AFTER.multipliedBy(5));
        assertThat(store.waiting()).doesNotContain("head");
    }

    @Test
    void nobody_asks_after_the_session() {
        begin();
        fetched(List.of());
        node.drain();
        loop.tick(STALL_AFTER.multipliedBy(5));
        assertThat(store.waiting()).doesNotContain("head");
    }

    /** The partition is owned, its held keys are known, and its first fetch is under way. */
    private void begin() {
        begin(new Pauses("0", List.of()));
    }

    private void begin(Pauses pauses) {
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
                        STALL_AFTER,
                        new DeadLimits(9, Duration.ZERO)),
                (delivery, outcome) -> running.add(outcome),
                Runnable::run);
        loop.run();
        store.next("createIfAbsent").answer(new Layout(1, 1));
        loop.run();
        store.next("state").answer(new LayoutState(new Layout(1, 1), null, List.of()));
        loop.run();
        store.next("register").answer(new PodsView("v", List.of(new LivingPod(ME, new Capacity(1, 1))), "", ""));
        loop.run();
        take();
        store.next("pauses").answer(pauses);
        loop.run();
        store.next("keys").answer(new Page.Keys(Page.START, Map.of()));
        loop.run();
    }

    private void take() {
        Call peek = store.next("peek");
        Map<PartitionId, LeaseView> free = new HashMap<>();
        free.put(PARTITION, new LeaseView(null, null, Duration.ZERO, false, null));
        peek.answer(free);
        loop.run();
        Call acquire = store.next("acquire");
        Lease lease = new Lease(PARTITION, acquire.argument(1, LeaseOwner.class), new Epoch(5), "primary");
        acquire.answer(new Acquisition.Granted(lease, Predecessor.NONE, 0));
        loop.run();
    }

    private void fetched(List<Entry> entries) {
        store.next("fetch").answer(new Fetch.Entries(entries, false, Agenda.EMPTY));
        loop.run();
    }

    private void headIs(@Nullable StreamId head) {
        loop.tick(HALF);
        store.next("head").answer(head);
        loop.run();
    }

    /** The lease is released, and the next owner reads the entry. */
    private void replaced() {
        assertThat(node.status().owned()).isEmpty();
        Call release = store.next("release");
        assertThat(release.argument(0, Lease.class).partition()).isEqualTo(PARTITION);
        release.answer(Verdict.DONE);
        loop.tick(Duration.ofSeconds(1));
        take();
        store.next("keys").answer(new Page.Keys(Page.START, Map.of()));
        loop.run();
        fetched(List.of(entry()));
        assertThat(running).hasSize(1);
    }

    private static Entry entry() {
        return new Entry.Decoded(
                new Job(HEAD, new JobId("j"), "key", 1, new byte[0], null, Map.of(), Attempts.NONE), 10);
    }
}
