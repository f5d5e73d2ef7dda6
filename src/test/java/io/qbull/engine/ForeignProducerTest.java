package io.qbull.engine;

import static io.qbull.engine.TestPod.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.StreamId;
import io.qbull.resize.Headroom;
import io.qbull.resize.Resizer;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.ResizeTable.Rerouting;
import io.qbull.store.Store;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A program adds to a queue of other pods by the first layout, of two partitions, whatever has become of that. */
@Tag("redis")
class ForeignProducerTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Layout FIRST = new Layout(1, 2);
    private static final LeaseOwner DEAD = new LeaseOwner(new PodId("dead"), "n");

    private final Resp resp = REDIS.resp();
    private final Store store = REDIS.store();

    @Test
    void what_belongs_elsewhere_runs_there_in_its_order_and_what_was_never_resized_runs_where_it_is() {
        try (TestPod pod = consuming("a")) {
            String key = key(1, 3);
            String elsewhere = QUEUE + ":" + (1 - FIRST.indexOf(KeyHash.XXH64, key));
            resp.call("XADD", elsewhere, "*", "id", "0", "key", key, "body", "0");
            await().until(() -> pod.bodies(key).equals(List.of("0")));
            assertThat(elsewhere)
                    .isEqualTo(pod.started.get(0).lease().partition().toString());
            resize(5);
            int home = new Layout(2, 5).indexOf(KeyHash.XXH64, key);
            for (int i = 1; i <= 300; i++) {
                add(key, Integer.toString(i));
            }
            await().until(() -> pod.bodies(key).size() >= 301);
            assertThat(pod.bodies(key))
                    .isEqualTo(IntStream.rangeClosed(0, 300)
                            .mapToObj(Integer::toString)
                            .toList());
            assertThat(pod.started.subList(1, 301))
                    .allMatch(delivery -> delivery.lease().partition().index() == home);
            await().until(() -> resp.number("XLEN", stream(key)) == 0);
        }
    }

    @Test
    void a_partition_that_redis_has_forgotten_since_it_retired_sends_what_is_added_to_it() {
        try (TestPod pod = consuming("a")) {
            String key = key(1, 1);
            resize(1);
            await().until(() -> pod.owned().equals(List.of(0)));
            for (String name : List.of("seal", "started", "moved", "lease")) {
                resp.call("DEL", "{" + stream(key) + "}:" + name);
            }
            add(key, "1");
            await().until(() -> pod.bodies(key).equals(List.of("1")));
            assertThat(pod.started.get(0).lease().partition().index()).isZero();
        }
    }

    @Test
    void an_owner_that_dies_between_adding_and_deleting_doubles_nothing() {
        String key = key(1, 3);
        resizeToThree();
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            add(key, Integer.toString(i));
            all.add(Integer.toString(i));
        }
        PartitionId partition = new PartitionId(QUEUE, FIRST.indexOf(KeyHash.XXH64, key));
        PartitionId home = new PartitionId(QUEUE, new Layout(2, 3).indexOf(KeyHash.XXH64, key));
        Lease lease = own(partition);
        send(lease, home, jobs(lease).subList(0, 3));
        try (TestPod pod = consuming("b")) {
            await().until(() -> pod.bodies(key).size() >= 5 && resp.number("XLEN", partition.toString()) == 0);
            assertThat(pod.bodies(key)).isEqualTo(all);
        }
    }

    @Test
    void nor_does_it_if_the_queue_is_resized_before_the_next_owner_comes() {
        String key = key(1, 3);
        resizeToThree();
        PartitionId partition = new PartitionId(QUEUE, FIRST.indexOf(KeyHash.XXH64, key));
        PartitionId home = new PartitionId(QUEUE, new Layout(2, 3).indexOf(KeyHash.XXH64, key));
        add(key, "1");
        Lease lease = own(partition);
        send(lease, home, jobs(lease));
        Resizer resizer = resizer();
        get(resizer.begin(QUEUE, 4));
        add(key, "2");
        try (TestPod pod = consuming("b")) {
            await().until(() -> get(resizer.status(QUEUE)).progress() == null);
            add(key, "3");
            await().until(() -> pod.bodies(key).size() >= 3 && resp.number("XLEN", partition.toString()) == 0);
            assertThat(pod.bodies(key)).containsExactly("1", "2", "3");
        }
    }

    private static TestPod consuming(String name) {
        TestPod pod = new TestPod(name, FIRST.partitions(), REDIS.store(REDIS.settings()))
                .consume(16, (delivery, outcome) -> outcome.completed());
        get(pod.node.layout());
        return pod;
    }

    private void resizeToThree() {
        TestPod pod = consuming("a");
        resize(3);
        pod.close();
    }

    private Resizer resizer() {
        return new Resizer(store.resize(), new Headroom(store.examiner()));
    }

    private void resize(int partitions) {
        Resizer resizer = resizer();
        await().until(() -> get(resizer.begin(QUEUE, partitions)) instanceof Resizer.Beginning.UnderWay);
        await().until(() -> get(resizer.status(QUEUE)).progress() == null);
    }

    private Lease own(PartitionId partition) {
        return ((Granted) get(store.leases().acquire(partition, DEAD, Duration.ofMinutes(1), 1))).lease();
    }

    /** What an owner does before it dies. */
    private void send(Lease lease, PartitionId home, List<Job> jobs) {
        IntStream.range(0, 3).forEach(index -> get(store.resize().claim(new PartitionId(QUEUE, index), lease)));
        assertThat(get(store.resize().reroute(home, lease, 2, 1, jobs))).isEqualTo(new Rerouting.Done());
        resp.call("HSET", "{" + lease.partition() + "}:lease", "expires", "1");
    }

    private List<Job> jobs(Lease lease) {
        Fetch.Entries read =
                (Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 100, 1 << 20));
        return read.entries().stream()
                .filter(Entry.Decoded.class::isInstance)
                .map(entry -> ((Entry.Decoded) entry).job())
                .toList();
    }

    /** A key that the first layout puts into a partition, and one of so many partitions into another one. */
    private static String key(int partition, int partitions) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "key" + i)
                .filter(key -> FIRST.indexOf(KeyHash.XXH64, key) == partition)
                .filter(key -> new Layout(2, partitions).indexOf(KeyHash.XXH64, key) != partition)
                .findFirst()
                .orElseThrow();
    }

    private static String stream(String key) {
        return QUEUE + ":" + FIRST.indexOf(KeyHash.XXH64, key);
    }

    private void add(String key, String body) {
        resp.call("XADD", stream(key), "*", "id", "j" + body, "key", key, "body", body);
    }
}
