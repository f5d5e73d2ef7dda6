package io.qbull.engine;

import static io.qbull.engine.TestPod.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.Resize;
import io.qbull.model.SourceId;
import io.qbull.store.ResizeTable;
import io.qbull.store.Store;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node whose queue is resized under it. The test writes what a resize writes. */
@Tag("redis")
class ResizedNodeTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int RECORDS = 400;
    private static final int KEYS = 20;

    private final Resp resp = REDIS.resp();
    private Layout layout = new Layout(1, 2);
    /** The ids of the jobs in the streams of all layouts, one after another. */
    private final List<String> streams = new ArrayList<>();

    @Test
    void a_pod_takes_new_partitions_and_gives_back_those_that_are_no_more() {
        try (TestPod pod = new TestPod("a", 2, REDIS.store(REDIS.settings()))) {
            pod.consume(16, (delivery, outcome) -> outcome.completed());
            await().until(() -> pod.owned().equals(List.of(0, 1)));
            resize(5);
            await().until(() -> pod.owned().equals(List.of(0, 1, 2, 3, 4)));
            resize(1);
            await().until(() -> pod.owned().equals(List.of(0)));
            // Its key, which is its id, would have left by this resize.
            String foreign = IntStream.range(0, 1000)
                    .mapToObj(n -> "1-" + n)
                    .filter(id -> new Layout(2, 5).indexOf(KeyHash.XXH64, id) == 3)
                    .findFirst()
                    .orElseThrow();
            resp.call("XADD", QUEUE + ":3", foreign, "a", "b");
            await().until(() -> pod.started.size() == 1);
            assertThat(pod.started.get(0).job().id()).hasToString(foreign);
            await().until(() -> pod.owned().equals(List.of(0)));
            await().until(() -> "0".equals(resp.text("HGET", "{" + QUEUE + ":4}:lease", "expires")));
        }
    }

    @Test
    void pods_carry_on_a_resize_whose_resizer_has_died() {
        Store store = REDIS.store();
        try (TestPod pod = new TestPod("a", 2, REDIS.store(REDIS.settings()))) {
            pod.consume(16, (delivery, outcome) -> outcome.completed());
            await().until(() -> pod.owned().equals(List.of(0, 1)));
            get(store.resize().intend(QUEUE, new Layout(1, 2), 3));
            await().until(() -> pod.owned().equals(List.of(0, 1, 2)));
            await().until(() -> get(pod.node.layout()).equals(new Layout(2, 3)));
        }
    }

    @Test
    void a_producer_that_is_refused_carries_on_a_resize_whose_resizer_has_died() {
        Store store = REDIS.store();
        try (TestPod pod = new TestPod("a", 2, REDIS.store(REDIS.settings()))) {
            get(pod.enqueue("key", "1"));
            Resize resize = new Resize(2, 2, 3);
            get(store.resize().intend(QUEUE, resize.before(), 3));
            get(store.resize().seal(new PartitionId(QUEUE, 0), resize));
            get(store.resize().seal(new PartitionId(QUEUE, 1), resize));
            get(pod.enqueue("key", "2"));
            assertThat(get(store.resize().state(QUEUE)).current()).isEqualTo(resize.after());
        }
    }

    @Test
    void a_file_and_a_bulk_request_are_added_once_and_in_order_through_two_resizes() {
        try (TestPod pod = new TestPod("a", 2, REDIS.store(REDIS.settings()))) {
            Reader file = new Reader(pod, "file", Duration.ZERO);
            Reader bulk = new Reader(pod, "bulk", Duration.ofMinutes(10));
            readUntil(RECORDS / 3, file, bulk);
            seal(layout.version() + 1);
            // Refused by the seals, so that both readings break.
            goOn(RECORDS / 2, file, bulk);
            openNext(5);
            readUntil(2 * RECORDS / 3, file, bulk);
            resize(3);
            readUntil(RECORDS, file, bulk);
            assertThat(file.readings).as("readings of the file").isBetween(2, 20);
            takeStreams();
            for (Reader reader : List.of(file, bulk)) {
                assertThat(byKey(reader.name)).as(reader.name).isEqualTo(expected());
            }
        }
    }

    @Test
    void an_id_that_was_added_before_a_resize_is_known_after_it() {
        ResizeTable resize = REDIS.store().resize();
        try (TestPod pod = new TestPod("a", 2, REDIS.store(REDIS.settings()))) {
            assertThat(duplicates(pod, 20)).containsOnly(false);
            for (int partitions : List.of(5, 3)) {
                resize(resize, partitions);
                assertThat(duplicates(pod, 30))
                        .as("of %s partitions", partitions)
                        .isEqualTo(IntStream.range(0, 30)
                                .mapToObj(i -> i < 20 || partitions == 3)
                                .toList());
            }
        }
    }

    /** Whether each of some jobs was a duplicate. */
    private static List<Boolean> duplicates(TestPod pod, int jobs) {
        return IntStream.range(0, jobs)
                .mapToObj(i -> new NewJob(new JobId("id" + i), true, "key" + i, new byte[0], null, Map.of()))
                .map(job -> pod.node.enqueue(job, TestPod.ENQUEUE).toCompletableFuture())
                .toList()
                .stream()
                .map(added -> get(added).duplicate())
                .toList();
    }

    /** By the steps of a resize. */
    private void resize(ResizeTable table, int partitions) {
        Resize coming = new Resize(layout.version() + 1, layout.partitions(), partitions);
        get(table.intend(QUEUE, layout, partitions));
        IntStream.range(0, layout.partitions()).forEach(p -> get(table.seal(new PartitionId(QUEUE, p), coming)));
        IntStream.range(0, partitions).forEach(p -> get(table.open(new PartitionId(QUEUE, p), coming)));
        layout = get(table.makeCurrent(QUEUE, coming));
    }

    private static void readUntil(int records, Reader... readers) {
        await().until(() -> {
            goOn(records, readers);
            return List.of(readers).stream().allMatch(reader -> reader.answered() >= records);
        });
    }

    private static void goOn(int end, Reader... readers) {
        List.of(readers).forEach(reader -> reader.goOn(end));
    }

    /** Reads a source, 20 records at a time, and starts over when one was not added. */
    private static final class Reader {
        final String name;
        private final TestPod pod;
        private final Duration lifetime;
        private final List<CompletableFuture<Enqueued>> added = new ArrayList<>();
        private @Nullable JobFeed feed;
        int readings;

        Reader(TestPod pod, String name, Duration lifetime) {
            this.pod = pod;
            this.name = name;
            this.lifetime = lifetime;
        }

        void goOn(int end) {
            JobFeed reading = feed;
            if (reading == null || reading.broken()) {
                added.clear();
                readings++;
                reading = get(pod.node
                        .open(new SourceId(name), 1, lifetime, TestPod.ENQUEUE)
                        .toCompletableFuture());
                feed = reading;
            }
            for (int count = 0; count < 20 && added.size() < end; count++) {
                int offset = added.size();
                NewJob job = new NewJob(
                        new JobId(name + offset), false, name + "-key" + offset % KEYS, new byte[0], null, Map.of());
                added.add(reading.add(offset, job).toCompletableFuture());
            }
        }

        long answered() {
            return added.stream()
                    .filter(each -> each.isDone() && !each.isCompletedExceptionally())
                    .count();
        }
    }

    private static Map<String, List<Integer>> expected() {
        Map<String, List<Integer>> expected = new HashMap<>();
        IntStream.range(0, RECORDS)
                .forEach(offset -> expected.computeIfAbsent("key" + offset % KEYS, any -> new ArrayList<>())
                        .add(offset));
        return expected;
    }

    /** The offsets of each key: all streams of a layout come before those of the next. */
    private Map<String, List<Integer>> byKey(String source) {
        Map<String, List<Integer>> byKey = new HashMap<>();
        for (String id : streams) {
            if (id.startsWith(source)) {
                int offset = Integer.parseInt(id.substring(source.length()));
                byKey.computeIfAbsent("key" + offset % KEYS, any -> new ArrayList<>())
                        .add(offset);
            }
        }
        return byKey;
    }

    /** Remembers what is in the streams, as if it had run. */
    private void takeStreams() {
        for (int partition = 0; partition < layout.partitions(); partition++) {
            for (Object entry : resp.list("XRANGE", QUEUE + ":" + partition, "-", "+")) {
                streams.add((String) ((List<?>) ((List<?>) entry).get(1)).get(1));
            }
            resp.call("DEL", QUEUE + ":" + partition);
        }
    }

    private void resize(int partitions) {
        seal(layout.version() + 1);
        openNext(partitions);
    }

    private void seal(int version) {
        for (int partition = 0; partition < layout.partitions(); partition++) {
            resp.call("SET", "{" + QUEUE + ":" + partition + "}:seal", version + " closed");
        }
    }

    private void openNext(int partitions) {
        takeStreams();
        Layout next = new Layout(layout.version() + 1, partitions);
        for (int partition = 0; partition < Math.max(layout.partitions(), partitions); partition++) {
            String prefix = "{" + QUEUE + ":" + partition + "}:";
            // Nothing is left to move. Nothing could be moved any more, either, because the jobs of the next layout
            // run.
            if (partition < layout.partitions()) {
                resp.call("SET", prefix + "moved", "" + next.version());
            }
            if (partition < partitions) {
                resp.call("SET", prefix + "seal", next.version() + " open");
            }
            resp.call("SET", prefix + "started", "" + next.version());
        }
        resp.call(
                "HSET",
                layoutKey(),
                "version",
                "" + next.version(),
                "partitions",
                "" + partitions,
                "v" + layout.version(),
                "" + layout.partitions());
        layout = next;
    }

    private static String layoutKey() {
        return "{" + QUEUE + "}:layout";
    }
}
