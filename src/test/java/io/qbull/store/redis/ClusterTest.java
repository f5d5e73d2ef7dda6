package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ME;
import static io.qbull.store.redis.Seed.OTHER;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.SlotHash;
import io.qbull.config.RedisSettings;
import io.qbull.model.Capacity;
import io.qbull.model.DeadLetter;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import io.qbull.store.HeldJobs;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.StoreException;
import io.qbull.store.WakeUps.Known;
import io.qbull.testing.RedisClusterExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The store on three masters, with partitions on all of them. */
@Tag("redis")
class ClusterTest {
    @RegisterExtension
    static final RedisClusterExtension REDIS = new RedisClusterExtension();

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final int P = 16;

    @Test
    void a_queue_spreads_over_all_masters_and_every_command_reaches_its_own() {
        RedisStore store = REDIS.store();
        assertThat(get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64)).partitions())
                .isEqualTo(P);
        Set<String> primaries = new HashSet<>();
        for (int index = 0; index < P; index++) {
            PartitionId partition = new PartitionId(QUEUE, index);
            enqueue(store, partition, "job" + index);
            primaries.add(acquire(store, partition).primary());
        }
        assertThat(primaries).containsExactlyInAnyOrder(runId(0), runId(1), runId(2));
    }

    @Test
    void jobs_go_through_their_whole_life_in_a_cluster() {
        RedisStore store = REDIS.store();
        get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64));
        for (int index = 0; index < P; index++) {
            PartitionId partition = new PartitionId(QUEUE, index);
            enqueue(store, partition, "a", "b", "a");
            Lease lease = acquire(store, partition);
            List<Entry> entries = ((JobLog.Fetch.Entries)
                            get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 10_000)))
                    .entries();
            assertThat(entries).hasSize(2);
            assertThat(get(store.held()
                            .fail(lease, JobPlace.inStream(entries.get(0).streamId()), "key", Seed.failed(1))))
                    .isEqualTo(Verdict.DONE);
            HeldJobs.Advance.Next failed =
                    (HeldJobs.Advance.Next) get(store.held().advance(lease, "key", null));
            assertThat(get(store.jobs().bury(lease, failed.place(), "key", Seed.burial("r", 1))))
                    .isEqualTo(Verdict.DONE);
            assertThat(get(store.jobs().commit(lease, List.of(entries.get(1).id()))))
                    .isEqualTo(Verdict.DONE);
            assertThat(get(store.leases().requestHandOver(partition, OTHER))).isTrue();
            assertThat(get(store.leases().handOver(lease, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
            assertThat(get(store.leases().release(lease, 0))).isEqualTo(Verdict.FENCED);
        }
        get(store.layouts().register(QUEUE, new PodId("pod"), new Capacity(4, 4), List.of(1, 2), TTL, PodsView.NONE));
        QueueStatus.Present sight = (QueueStatus.Present) get(store.inspector().queue(QUEUE));
        assertThat(sight.readable()).hasSize(P).allSatisfy(partition -> {
            assertThat(partition.dead()).isEqualTo(1);
            assertThat(partition.owner()).isEqualTo("other");
        });
        assertThat(get(store.inspector().queues())).containsExactly(QUEUE);
    }

    private static List<DeadLetter> read(RedisStore store, PartitionId partition, StreamId last) {
        return get(store.deadLetters().read(partition, StreamId.START, last, 10))
                .letters();
    }

    @Test
    void dead_letters_are_read_retried_and_dropped() {
        RedisStore store = REDIS.store();
        get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64));
        assertThat(get(store.deadLetters().partitions(QUEUE))).isEqualTo(P);
        for (int index = 0; index < P; index++) {
            PartitionId partition = new PartitionId(QUEUE, index);
            enqueue(store, partition, "a");
            Lease lease = acquire(store, partition);
            buryFirst(store, lease);
            StreamId letter = get(store.deadLetters().newest(partition));
            assertThat(get(store.deadLetters().requeue(partition, read(store, partition, letter))))
                    .isEqualTo(new DeadLetters.Requeued(1, 0));
            buryFirst(store, lease);
            StreamId again = get(store.deadLetters().newest(partition));
            assertThat(get(store.deadLetters()
                            .discard(
                                    partition,
                                    get(store.deadLetters().read(partition, letter, again, 10))
                                            .letters())))
                    .isEqualTo(1);
        }
    }

    @Test
    void renewals_and_peeks_of_many_partitions_are_split_and_joined() {
        RedisStore store = REDIS.store();
        List<PartitionId> partitions = new ArrayList<>();
        List<RenewalRequest> renewals = new ArrayList<>();
        for (int index = 0; index < P; index++) {
            PartitionId partition = new PartitionId(QUEUE, index);
            partitions.add(partition);
            renewals.add(new RenewalRequest(acquire(store, partition), 1, 0, null));
        }
        Lease lost = renewals.get(3).lease();
        assertThat(get(store.leases().release(lost, 0))).isEqualTo(Verdict.DONE);
        Map<Lease, Renewal> answers = get(store.leases().renew(renewals, TTL));
        assertThat(answers).hasSize(P).containsEntry(lost, new Renewal.Lost());
        assertThat(answers.values())
                .filteredOn(new Renewal.Renewed(null)::equals)
                .hasSize(P - 1);
        assertThat(get(store.leases().peek(partitions))).hasSize(P);
    }

    @Test
    void one_server_is_enough_to_find_the_others() {
        RedisStore store = REDIS.store(new RedisSettings(REDIS.seedUri(), Duration.ofSeconds(1)));
        assertThat(get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64)).partitions())
                .isEqualTo(P);
    }

    @Test
    void every_idle_partition_is_woken_on_whichever_master() throws Exception {
        RedisStore store = REDIS.store();
        get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64));
        CountDownLatch woken = new CountDownLatch(P);
        for (int index = 0; index < P; index++) {
            store.wakeUps()
                    .watch(new PartitionId(QUEUE, index), new Known(StreamId.START, StreamId.START), woken::countDown);
        }
        await().until(() -> blockedClients() == P);
        assertThat(woken.getCount()).isEqualTo(P);
        for (int index = 0; index < P; index++) {
            enqueue(store, new PartitionId(QUEUE, index), "a");
        }
        assertThat(woken.await(5, TimeUnit.SECONDS)).isTrue();
        for (int index = 0; index < P; index++) {
            store.wakeUps().forget(new PartitionId(QUEUE, index));
        }
    }

    @Test
    void announcements_reach_pods_on_any_server() {
        RedisStore speaking = REDIS.store();
        RedisStore listening = REDIS.store();
        List<PartitionId> heard = new CopyOnWriteArrayList<>();
        get(listening.leases().announcements(QUEUE, heard::add));
        List<PartitionId> expected = new ArrayList<>();
        for (int index = 0; index < P; index++) {
            PartitionId partition = new PartitionId(QUEUE, index);
            get(speaking.leases().release(acquire(speaking, partition), 0));
            expected.add(partition);
        }
        await().untilAsserted(() -> assertThat(heard).containsExactlyInAnyOrderElementsOf(expected));
    }

    @Test
    void a_slot_that_moves_ends_the_lease_and_loses_no_job() {
        RedisStore store = REDIS.store();
        get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64));
        PartitionId partition = new PartitionId(QUEUE, 0);
        enqueue(store, partition, "a");
        Lease lease = acquire(store, partition);
        int slot = SlotHash.getSlot(partition.toString());
        int from = REDIS.owner(slot);
        int to = (from + 1) % 3;
        REDIS.move(slot, from, to, () -> {
            // Halfway: existing keys are found, and a command that needs keys of both sides waits.
            assertThat(get(store.leases().peek(List.of(partition))).get(partition))
                    .satisfies(sight -> assertThat(sight.owner()).isEqualTo(ME));
            assertThat(failure(store.jobs().enqueue(call(partition, "b"))))
                    .hasMessageContaining("TRYAGAIN")
                    .isInstanceOfSatisfying(
                            StoreException.Unavailable.class,
                            e -> assertThat(e.sent()).isFalse());
        });
        enqueue(store, partition, "b");
        try {
            assertThat(get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 1000)))
                    .isEqualTo(new JobLog.Fetch.Fenced());
            assertThat(get(store.leases().release(lease, 0))).isEqualTo(Verdict.DONE);
            Acquisition.Granted granted =
                    (Acquisition.Granted) get(store.leases().acquire(partition, Seed.nonce(5), TTL, 1));
            JobLog.Fetch.Entries entries = (JobLog.Fetch.Entries)
                    get(store.jobs().fetch(granted.lease(), LogCursor.START, StreamId.START, 10, 1000));
            assertThat(entries.entries())
                    .extracting(entry -> ((Entry.Decoded) entry).job().id().value())
                    .containsExactly("a", "b");
        } finally {
            REDIS.move(slot, to, from, () -> {});
        }
    }

    @Test
    void while_a_slot_is_half_moved_its_lease_is_neither_lost_nor_granted() {
        RedisStore store = REDIS.store();
        get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64));
        PartitionId partition = new PartitionId(QUEUE, 0);
        enqueue(store, partition, "a");
        Lease lease = acquire(store, partition);
        RenewalRequest renewal = new RenewalRequest(lease, 1, 0, null);
        int slot = SlotHash.getSlot(partition.toString());
        int from = REDIS.owner(slot);
        int to = (from + 1) % 3;
        REDIS.move(slot, from, to, () -> {
            List<CompletionStage<?>> commands = List.of(
                    store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 1000),
                    store.jobs().commit(lease, List.of(EntryId.own(StreamId.START))),
                    store.held().keys(lease, HeldJobs.Page.CHECK),
                    store.leases().renew(List.of(renewal), TTL),
                    store.leases().acquire(partition, Seed.nonce(5), TTL, 1));
            for (CompletionStage<?> command : commands) {
                assertThat(failure(command))
                        .isInstanceOfSatisfying(
                                StoreException.Unavailable.class,
                                e -> assertThat(e.sent()).isFalse());
            }
            assertThat(failure(commands.get(4))).hasMessage("the slot of {Q:0}:lease is being moved to another server");
        });
        try {
            assertThat(get(store.leases().renew(List.of(renewal), TTL)))
                    .as("granted by the server that has the slot no longer")
                    .containsEntry(lease, new Renewal.Lost());
        } finally {
            REDIS.move(slot, to, from, () -> {});
        }
    }

    @Test
    void while_one_master_is_down_the_partitions_of_the_others_continue() {
        RedisStore store = REDIS.store();
        get(store.layouts().createIfAbsent(QUEUE, P, KeyHash.XXH64));
        List<RenewalRequest> renewals = new ArrayList<>();
        List<Lease> lost = new ArrayList<>();
        String gone = runId(2);
        for (int index = 0; index < P; index++) {
            Lease lease = acquire(store, new PartitionId(QUEUE, index));
            renewals.add(new RenewalRequest(lease, 1, 0, null));
            if (lease.primary().equals(gone)) {
                lost.add(lease);
            }
        }
        assertThat(lost).isNotEmpty().hasSizeLessThan(P);
        REDIS.pause(2);
        Map<Lease, Renewal> answers = get(store.leases().renew(renewals, TTL));
        assertThat(answers.keySet()).doesNotContainAnyElementsOf(lost).hasSize(P - lost.size());
        assertThat(failure(store.jobs().commit(lost.get(0), List.of(EntryId.own(StreamId.START)))))
                .isInstanceOf(StoreException.Unavailable.class);
        QueueStatus.Present sight = (QueueStatus.Present) get(store.inspector().queue(QUEUE));
        assertThat(sight.partitions()).hasSize(P);
        assertThat(sight.readable()).hasSize(P - lost.size());
        REDIS.resume(2);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(get(store.leases().renew(renewals, TTL)))
                        .hasSize(P)
                        .allSatisfy((lease, renewal) -> assertThat(renewal).isEqualTo(new Renewal.Renewed(null))));
    }

    @Test
    void a_restarted_master_fences_its_leases_and_the_others_stay_valid() {
        RedisStore store = REDIS.store();
        Set<String> told = ConcurrentHashMap.newKeySet();
        store.onPrimaryChange(told::add);
        List<RenewalRequest> renewals = new ArrayList<>();
        String old = runId(1);
        for (int index = 0; index < P; index++) {
            renewals.add(new RenewalRequest(acquire(store, new PartitionId(QUEUE, index)), 1, 0, null));
        }
        REDIS.restart(1);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(get(store.leases().renew(renewals, TTL)))
                        .hasSize(P)
                        .allSatisfy((lease, renewal) -> assertThat(renewal)
                                .isEqualTo(
                                        lease.primary().equals(old) ? new Renewal.Lost() : new Renewal.Renewed(null))));
        assertThat(told).containsExactly(old);
    }

    @Test
    void a_slot_that_no_server_served_is_found_once_one_does() {
        PartitionId partition = new PartitionId(QUEUE, 0);
        int number = SlotHash.getSlot(partition.toString());
        int owner = 3 * number / SlotHash.SLOT_COUNT;
        String slot = Integer.toString(number);
        for (int node = 0; node < 3; node++) {
            REDIS.resp(node).call("CLUSTER", "DELSLOTS", slot);
        }
        RedisStore store = REDIS.store();
        await().untilAsserted(() -> assertThat(failure(store.leases().acquire(partition, ME, TTL, 1)))
                .hasMessageContaining("no node of the cluster serves the slot"));
        REDIS.resp(owner).call("CLUSTER", "ADDSLOTS", slot);
        await().ignoreExceptions().until(() -> acquire(store, partition) != null);
    }

    private static void enqueue(RedisStore store, PartitionId partition, String... ids) {
        JobLog.Call call = call(partition, ids);
        await().until(() -> get(store.jobs().enqueue(call).exceptionally(e -> new JobLog.Answer.Stale()))
                instanceof JobLog.Answer.Accepted);
    }

    private static JobLog.Call call(PartitionId partition, String... ids) {
        List<NewJob> jobs = new ArrayList<>();
        for (String id : ids) {
            jobs.add(newJob(id));
        }
        return new JobLog.Call(partition, 1, "pod#" + ids[0], 1, jobs, Duration.ofMinutes(1));
    }

    private static Lease acquire(RedisStore store, PartitionId partition) {
        return ((Acquisition.Granted) get(store.leases().acquire(partition, ME, TTL, 1))).lease();
    }

    private static int blockedClients() {
        int blocked = 0;
        for (int node = 0; node < 3; node++) {
            blocked += Integer.parseInt(
                    REDIS.resp(node).text("INFO", "clients").replaceAll("(?s).*blocked_clients:(\\d+).*", "$1"));
        }
        return blocked;
    }

    private static String runId(int node) {
        return new Seed(REDIS.resp(node)).primary();
    }

    private static void buryFirst(RedisStore store, Lease lease) {
        JobLog.Fetch.Entries found =
                (JobLog.Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 1, 10_000));
        StreamId first = found.entries().get(0).streamId();
        assertThat(get(store.jobs().bury(lease, JobPlace.inStream(first), "key", Seed.burial("r", 1))))
                .isEqualTo(Verdict.DONE);
    }
}
