package io.qbull.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.DeadLimits;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.engine.QueueNode.Consumption;
import io.qbull.model.Attempts;
import io.qbull.model.Capacity;
import io.qbull.model.EntryId;
import io.qbull.model.Epoch;
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
import io.qbull.store.Examiner;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.LayoutTable;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pod that may own one partition of two looks after the other one, with the usual {@code stallAfter}. */
class OutsideWatchTest {
    private static final QueueName QUEUE = new QueueName("WHATSAPP");
    private static final PodId ME = new PodId("me");
    private static final Duration TTL = Duration.ofHours(1);
    private static final Duration STALL_AFTER = Duration.ofMinutes(1);
    private static final Duration QUARTER = Duration.ofSeconds(15);
    private static final Duration MILLI = Duration.ofMillis(1);

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final QueueNode node =
            QueueNodes.open(new QueueNode.Identity(QUEUE, ME, KeyHash.XXH64, 2, true), store, loop, new SuspectTurns());
    private CapturedLog log;
    private @Nullable PartitionId other;

    @BeforeEach
    void begin() {
        log = new CapturedLog();
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
                (delivery, outcome) -> {},
                Runnable::run);
        loop.run();
        answer("createIfAbsent", new Layout(1, 2));
        answer("state", new LayoutState(new Layout(1, 2), null, List.of()));
        answer("register", new PodsView("v", List.of(new LivingPod(ME, new Capacity(1, 1))), "", ""));
        peek(true);
        Call acquire = store.next("acquire");
        PartitionId own = acquire.argument(0, PartitionId.class);
        other = new PartitionId(QUEUE, 1 - own.index());
        Lease lease = new Lease(own, acquire.argument(1, LeaseOwner.class), new Epoch(5), "primary");
        acquire.answer(new Acquisition.Granted(lease, Predecessor.NONE, 0));
        loop.run();
        answer("pauses", new Pauses("0", List.of()));
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answer("fetch", new Fetch.Entries(List.of(), false, Agenda.EMPTY));
        assertThat(node.status().owned()).containsExactly(own);
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void an_expired_lease_is_named_when_it_has_been_so_for_as_long_as_it_may() {
        Duration expired = Duration.ofSeconds(17);
        for (int look = 0; look < 3; look++) {
            loop.tick(QUARTER);
            peek(true);
            answer("partition", partition("dead", expired.plus(QUARTER.multipliedBy(look)), Duration.ofHours(1)));
        }
        assertThat(node.status().standstill()).isEmpty();
        // 47 s have passed since the lease expired.
        loop.tick(Duration.ofSeconds(13));
        assertThat(store.waiting()).doesNotContain("peek");
        loop.tick(MILLI);
        peek(true);
        answer("partition", partition("dead", STALL_AFTER.plus(MILLI), Duration.ofHours(1)));
        pods();
        String text = "partition " + other + ": the lease of pod dead expired 1 min ago, and the only pod owns as many"
                + " partitions as it may (1)";
        assertThat(node.status().standstill()).isEqualTo(text);
        assertThat(node.status().stalled()).isFalse();
        assertThat(log.warnings()).containsExactly("queue=WHATSAPP " + text);

        loop.tick(QUARTER);
        peek(false);
        assertThat(node.status().standstill()).isEmpty();
        assertThat(log.seen("partition " + other + " does not stand still any more"))
                .hasSize(1);
    }

    @Test
    void a_job_that_has_just_come_waits_for_as_long_as_any_other() {
        loop.tick(QUARTER);
        peek(true);
        answer("partition", partition("dead", Duration.ofHours(1), Duration.ofSeconds(50)));
        loop.tick(Duration.ofSeconds(10).plus(MILLI));
        peek(true);
        answer("partition", partition("dead", Duration.ofHours(1), STALL_AFTER.plus(MILLI)));
        pods();
        assertThat(node.status().standstill()).contains(": the lease of pod dead expired 1 h ago, and ");
    }

    @Test
    void a_released_lease_counts_from_when_it_was_seen() {
        for (int look = 0; look < 5; look++) {
            assertThat(node.status().standstill()).isEmpty();
            loop.tick(QUARTER);
            peek(true);
            answer("partition", partition("gone", null, Duration.ofHours(1)));
        }
        loop.tick(MILLI);
        peek(true);
        answer("partition", partition("gone", null, Duration.ofHours(1)));
        pods();
        assertThat(node.status().standstill()).contains(": the partition has no owner since pod gone gave it up, and ");
    }

    @Test
    void a_look_without_an_answer_is_followed_by_another_one() {
        loop.tick(QUARTER);
        Call lost = store.next("peek");
        loop.tick(QUARTER);
        peek(true);
        answer("partition", partition("dead", STALL_AFTER.plus(MILLI), Duration.ofHours(1)));
        pods();
        assertThat(node.status().standstill()).isNotEmpty();
        lost.answer(Map.of());
        loop.run();
        loop.tick(QUARTER.multipliedBy(4));
        assertThat(store.waiting()).contains("peek");
    }

    private void answer(String call, Object value) {
        store.next(call).answer(value);
        loop.run();
    }

    private void peek(boolean free) {
        Call peek = store.next("peek");
        Map<PartitionId, LeaseView> leases = new HashMap<>();
        for (Object id : peek.argument(0, List.class)) {
            boolean own = other != null && !id.equals(other);
            LeaseOwner owner = own ? LeaseOwner.parse("me#1") : null;
            Duration remaining = free && !own ? Duration.ZERO : TTL;
            leases.put((PartitionId) id, new LeaseView(owner, null, remaining, false, null));
        }
        peek.answer(leases);
        loop.run();
    }

    private void pods() {
        answer(
                "pods",
                new Examiner.Pods(
                        List.of(new LayoutTable.Pod(ME, 1, List.of(), 1, 1, "", "", new Capacity(1, 1), 9)), 5));
        peek(true);
    }

    private Examiner.Partition partition(String owner, @Nullable Duration expiredAgo, Duration headAge) {
        Examiner.JobView head = new Examiner.JobView(EntryId.own(new StreamId(7, 0)), "j", "k", Attempts.NONE, 7);
        Examiner.Lease lease = new Examiner.Lease(owner, Duration.ZERO, expiredAgo, null, TTL, 0, null);
        return new Examiner.Partition(requireNonNull(other), lease, 1, head, false, headAge, 0, 0, null);
    }
}
