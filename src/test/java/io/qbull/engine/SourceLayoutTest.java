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
import io.qbull.model.SourceId;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A source whose reading begins under one layout and ends under the next. The test does what a resize writes into Redis. */
@Tag("redis")
class SourceLayoutTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final SourceId FILE = new SourceId("01JDGJ0M4W8Q2C7T3E5Y6Z9ABC");
    private static final int RECORDS = 120;
    private static final int KEYS = 20;
    private static final Layout FIRST = new Layout(1, 3);
    private static final Layout SECOND = new Layout(2, 5);

    private Resp resp;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
    }

    @Test
    void each_record_is_added_once_and_each_key_keeps_its_order() {
        Map<String, List<Integer>> before;
        try (TestPod pod = new TestPod("first", FIRST.partitions(), REDIS.store(REDIS.settings()))) {
            JobFeed feed = get(pod.open(FILE, 1));
            add(feed, 0, 30).forEach(added -> assertThat(get(added).duplicate()).isFalse());
            // The resize begins: records of one partition are refused while those of others still pass.
            seal(0);
            List<CompletableFuture<Enqueued>> between = add(feed, 30, 90);
            await().until(() -> IntStream.range(30, 90)
                    .filter(offset -> FIRST.indexOf(hash(offset)) != 0)
                    .allMatch(offset -> between.get(offset - 30).isDone()));
            IntStream.range(1, FIRST.partitions()).forEach(this::seal);
            before = byKey(FIRST);
            openSecond();
            await().until(feed::broken);
            assertThat(byKey(FIRST)).as("what is sealed grows no more").isEqualTo(before);
        }
        assertThat(before.values().stream().mapToInt(List::size).sum()).isBetween(30 + 1, 90 - 1);
        assertThat(IntStream.range(0, 30)
                        .filter(offset -> FIRST.indexOf(hash(offset)) == 0)
                        .anyMatch(offset -> SECOND.indexOf(hash(offset)) != 0))
                .as("keys move to partitions that have later records already")
                .isTrue();
        try (TestPod pod = new TestPod("second", FIRST.partitions(), REDIS.store(REDIS.settings()))) {
            JobFeed feed = get(pod.open(FILE, 1));
            long duplicates = add(feed, 0, RECORDS).stream()
                    .filter(added -> get(added).duplicate())
                    .count();

            assertThat(duplicates)
                    .isEqualTo(before.values().stream().mapToInt(List::size).sum());
            Map<String, List<Integer>> all = byKey(SECOND);
            assertThat(all).hasSize(KEYS);
            all.forEach((key, offsets) -> {
                assertThat(offsets)
                        .as(key)
                        .containsExactlyInAnyOrderElementsOf(IntStream.range(0, RECORDS)
                                .filter(offset -> key(offset).equals(key))
                                .boxed()
                                .toList());
                List<Integer> early = before.getOrDefault(key, List.of());
                List<Integer> late = new ArrayList<>(offsets);
                late.removeAll(early);
                assertThat(early).as(key).isSorted();
                assertThat(late).as(key).isSorted();
                assertThat(early).allMatch(offset -> late.isEmpty() || offset < late.get(0));
            });
            add(feed(pod), 0, RECORDS)
                    .forEach(added -> assertThat(get(added).duplicate()).isTrue());
        }
    }

    private static JobFeed feed(TestPod pod) {
        return get(pod.open(FILE, 1));
    }

    private static List<CompletableFuture<Enqueued>> add(JobFeed feed, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(offset -> feed.add(offset, record(offset)).toCompletableFuture())
                .toList();
    }

    private static NewJob record(int offset) {
        return new NewJob(new JobId("r" + offset), false, key(offset), new byte[0], null, Map.of());
    }

    private static String key(int offset) {
        return "key" + offset % KEYS;
    }

    private static long hash(int offset) {
        return KeyHash.XXH64.hash(key(offset));
    }

    private void seal(int partition) {
        resp.call("SET", "{" + QUEUE + ":" + partition + "}:seal", SECOND.version() + " closed");
    }

    private void openSecond() {
        for (int partition = 0; partition < SECOND.partitions(); partition++) {
            resp.call("SET", "{" + QUEUE + ":" + partition + "}:seal", SECOND.version() + " open");
            resp.call("SET", "{" + QUEUE + ":" + partition + "}:started", "" + SECOND.version());
        }
        resp.call(
                "HSET",
                "{" + QUEUE + "}:layout",
                "version",
                "" + SECOND.version(),
                "partitions",
                "" + SECOND.partitions(),
                "v" + FIRST.version(),
                "" + FIRST.partitions());
    }

    /** The records of each key, by partition, in the order of the stream. */
    private Map<String, List<Integer>> byKey(Layout layout) {
        Map<String, List<Integer>> byKey = new HashMap<>();
        for (int partition = 0; partition < layout.partitions(); partition++) {
            for (Object entry : resp.list("XRANGE", QUEUE + ":" + partition, "-", "+")) {
                List<?> fields = (List<?>) ((List<?>) entry).get(1);
                byKey.computeIfAbsent((String) fields.get(3), any -> new ArrayList<>())
                        .add(Integer.parseInt(((String) fields.get(1)).substring(1)));
            }
        }
        return byKey;
    }
}
