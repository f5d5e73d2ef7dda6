package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Capacity;
import io.qbull.model.Due;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.Examiner;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.JobLog;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("redis")
class InspectorTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Duration TTL = Duration.ofSeconds(10);

    @Test
    void a_queue_that_is_not_there_is_absent() {
        RedisStore store = REDIS.store();
        assertThat(get(store.inspector().queues())).isEmpty();
        assertThat(get(store.inspector().queue(QUEUE))).isEqualTo(new QueueStatus.Absent());
    }

    @Test
    void a_queue_is_shown_as_it_stands() {
        RedisStore store = REDIS.store();
        Resp resp = REDIS.resp();
        Seed seed = new Seed(resp);
        get(store.layouts().createIfAbsent(QUEUE, 5, KeyHash.XXH64));
        get(store.layouts().createIfAbsent(new QueueName("other"), 1, KeyHash.XXH64));
        get(store.layouts()
                .register(
                        QUEUE, new PodId("me"), new Capacity(2, 2), List.of(3), Duration.ofMinutes(1), PodsView.NONE));
        long now = seed.now();
        String epoch = Long.toString((now - 4_000) * 1000);
        seed.lease("owner", "me#1", "epoch", epoch, "expires", Long.toString(now + 60_000), "inflight", "2");
        resp.call("HSET", "{Q:3}:lease", "ttl", "70000", "done", epoch + " 12");
        resp.call("HSET", "{Q:0}:lease", "ttl", "70000", "done", "77 12");
        resp.call("HSET", "{Q:0}:lease", "owner", "gone#1", "epoch", "77", "expires", "1000", "inflight", "9");
        resp.call("XADD", "Q:3", (now - 60_000) + "-0", "f", "v");
        seed.job("a", "1");
        StreamId failed = seed.job("f", "1");
        get(store.held().fail(seed.lease(Seed.owner("me#1"), epoch), JobPlace.inStream(failed), "k", Seed.failed(1)));
        NewJob later = newJob("later").due(new Due.In(Duration.ofHours(1)));
        get(store.jobs().enqueue(new JobLog.Call(P, 1, "pod#1", 1, List.of(later), Duration.ZERO)));
        resp.call(
                "XADD",
                "{Q:3}:dead",
                "*",
                "reason",
                "r",
                "exception",
                "",
                "attempts",
                "1",
                "failed_at",
                "1",
                "epoch",
                "1");

        assertThat(get(store.inspector().queues())).containsExactlyInAnyOrder(QUEUE, new QueueName("other"));
        QueueStatus.Present sight = (QueueStatus.Present) get(store.inspector().queue(QUEUE));
        assertThat(sight.layoutVersion()).isEqualTo(1);
        assertThat(sight.partitionCount()).isEqualTo(5);
        assertThat(sight.pods())
                .singleElement()
                .satisfies(pod -> assertThat(pod.owned()).containsExactly(3));
        assertThat(sight.partitions()).extracting(PartitionStatus::index).containsExactly(0, 1, 2, 3, 4);
        assertThat(sight.partitions().get(0))
                .isEqualTo(new PartitionStatus.Read(0, null, "77", null, 0, null, 0, 0, 0, 0, 0, null));
        assertThat(sight.partitions().get(1))
                .isEqualTo(new PartitionStatus.Read(1, null, null, null, 0, null, 0, 0, 0, 0, 0, null));
        PartitionStatus.Read busy = sight.readable().get(3);
        assertThat(busy.owner()).isEqualTo("me");
        assertThat(busy.epoch()).isEqualTo(epoch);
        assertThat(busy.leaseAgeMillis()).isBetween(4_000L, 9_000L);
        assertThat(busy.oldestAgeMillis()).isBetween(60_000L, 65_000L);
        assertThat(busy.backlog()).isEqualTo(2);
        assertThat(busy.inFlight()).isEqualTo(2);
        assertThat(busy.held()).isEqualTo(1);
        assertThat(busy.heldKeys()).isEqualTo(1);
        assertThat(busy.delayed()).isEqualTo(1);
        assertThat(busy.dead()).isEqualTo(1);
        assertThat(busy.progress()).isEqualTo(new Progress(12, now - 10_000));
    }

    @Test
    void what_an_owner_says_at_a_renewal_counts_for_its_own_epoch_alone() {
        RedisStore store = REDIS.store();
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        Lease first = acquire(store, "1");
        assertThat(progress(store).done()).isZero();
        assertThat(get(store.leases().renew(List.of(renewal(first, 0)), TTL))).hasSize(1);
        assertThat(REDIS.resp().call("HGET", "{Q:3}:lease", "done"))
                .as("nothing to say")
                .isNull();
        get(store.leases().renew(List.of(renewal(first, 3)), TTL));
        Progress earlier = progress(store);
        assertThat(earlier.done()).isEqualTo(3);
        get(store.leases().renew(List.of(renewal(first, 5)), TTL));
        assertThat(progress(store).done()).isEqualTo(5);
        assertThat(progress(store).atMillis()).isGreaterThanOrEqualTo(earlier.atMillis());

        get(store.leases().release(first, 0));
        assertThat(partition(store).progress()).isNull();
        acquire(store, "2");
        assertThat(progress(store).done()).isZero();
    }

    private static RenewalRequest renewal(Lease lease, long done) {
        return new RenewalRequest(lease, 1, 0, null, null, done);
    }

    private static Lease acquire(RedisStore store, String nonce) {
        LeaseOwner owner = new LeaseOwner(new PodId("me"), nonce);
        return ((Acquisition.Granted) get(store.leases().acquire(P, owner, TTL, 1))).lease();
    }

    private static Progress progress(RedisStore store) {
        return requireNonNull(partition(store).progress());
    }

    private static PartitionStatus.Read partition(RedisStore store) {
        return ((QueueStatus.Present) get(store.inspector().queue(QUEUE)))
                .readable()
                .get(3);
    }

    @Test
    void jobs_that_have_moved_count_as_those_of_the_own_stream_and_come_first() {
        RedisStore store = REDIS.store();
        Resp resp = REDIS.resp();
        Seed seed = new Seed(resp);
        get(store.layouts().createIfAbsent(QUEUE, 5, KeyHash.XXH64));
        seed.job("own", "1");
        resp.call("HSET", "{Q:3}:staged", "2:7", "1 x", "2:4", "1 y", "3:1", "1 z");
        String added = Long.toString(seed.now() - 60_000);
        List<String> moved = List.of("id", "moved", "key", "k", "ts", added, "body", "b", "ct", "", "h", "{}");
        for (String segment : List.of("{Q:3}:staged:2:7", "{Q:3}:staged:3:1")) {
            List<String> command = new ArrayList<>(List.of("XADD", segment, "9-1"));
            command.addAll(moved);
            resp.call(command.toArray(String[]::new));
        }
        resp.call("HSET", "{Q:3}:attempts", "2:7/9-1", "2 1 0 3");

        QueueStatus.Present sight = (QueueStatus.Present) get(store.inspector().queue(QUEUE));
        PartitionStatus.Read partition = sight.readable().get(3);
        assertThat(partition.backlog()).isEqualTo(3);
        assertThat(partition.oldestAgeMillis()).isBetween(60_000L, 65_000L);

        Examiner.Partition examined = get(store.examiner().partition(P));
        assertThat(examined.backlog()).isEqualTo(3);
        Examiner.JobView head = requireNonNull(examined.head());
        assertThat(head.id()).isEqualTo("moved");
        assertThat(head.attempts().failed()).isEqualTo(2);
        // What was written here is no more than these two read.
        resp.call("FLUSHALL");
    }

    @Test
    void a_partition_that_cannot_be_read_is_shown_with_its_error_and_hides_no_other() {
        RedisStore store = REDIS.store();
        Resp resp = REDIS.resp();
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        resp.call("SET", "{Q:1}:lease", "foreign");
        resp.call("HSET", "{Q:2}:lease", "owner", "me#1", "epoch", "77", "expires", "garbage");

        QueueStatus.Present sight = (QueueStatus.Present) get(store.inspector().queue(QUEUE));
        assertThat(sight.partitions()).extracting(PartitionStatus::index).containsExactly(0, 1, 2, 3);
        assertThat(sight.readable()).extracting(PartitionStatus::index).containsExactly(0, 3);
        assertThat(((PartitionStatus.Unread) sight.partitions().get(1)).error())
                .isEqualTo("{Q:1}:lease is of type string instead of hash; it must be renamed or deleted");
        assertThat(((PartitionStatus.Unread) sight.partitions().get(2)).error()).contains("garbage");
        // What is left breaks the rules of the keys on purpose.
        resp.call("FLUSHALL");
    }
}
