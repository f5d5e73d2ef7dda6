package io.qbull.engine;

import static io.qbull.engine.TestPod.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.resize.Headroom;
import io.qbull.resize.Resizer;
import io.qbull.resize.Resizer.Beginning;
import io.qbull.store.Store;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Real pods whose queue is resized again and again while two of them add jobs, and a program that knows only the first layout. Some jobs
 * fail at first.
 */
@Tag("redis")
class ResizeUnderLoadTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int[] SIZES = {8, 3, 1, 4};
    private static final int KEYS = 24;
    private static final int FOREIGN = 8;
    private static final Layout FIRST = new Layout(1, 2);

    private final Resp resp = REDIS.resp();
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<String, List<String>> added = new HashMap<>();
    private final Map<String, List<String>> done = new ConcurrentHashMap<>();
    private final Set<String> failed = ConcurrentHashMap.newKeySet();
    private final List<CompletableFuture<?>> answers = new ArrayList<>();
    private int jobs;

    @Test
    void every_job_runs_once_and_in_the_order_of_its_key() {
        Store store = REDIS.store();
        Resizer resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
        try (TestPod first = pod("a");
                TestPod second = pod("b");
                TestPod producer = new TestPod("c", 2, REDIS.store(REDIS.settings()))) {
            first.consume(16, handler());
            second.consume(16, handler());
            get(first.node.layout());
            int version = 1;
            for (int partitions : SIZES) {
                add(400, first, producer);
                assertThat(get(resizer.begin(QUEUE, partitions)))
                        .as("seed %d", seed)
                        .isInstanceOf(Beginning.UnderWay.class);
                add(400, first, producer);
                await().until(() -> {
                    add(20, first, producer);
                    return get(resizer.status(QUEUE)).progress() == null;
                });
                version++;
                assertThat(get(resizer.status(QUEUE)).current())
                        .as("seed %d", seed)
                        .isEqualTo(new Layout(version, partitions));
            }
            answers.forEach(answer -> get(answer));
            await().until(() -> done.values().stream().mapToInt(List::size).sum() >= jobs);
            assertThat(done).as("seed %d", seed).isEqualTo(added);
        }
    }

    private static TestPod pod(String name) {
        return new TestPod(name, 2, REDIS.store(REDIS.settings()));
    }

    /** One job in twenty fails once, so that its key is held for a while. */
    private JobHandler handler() {
        return (delivery, outcome) -> {
            String body = TestPod.body(delivery);
            if (body.hashCode() % 20 == 0 && failed.add(body)) {
                outcome.failed(Failure.of("once"));
            } else {
                ran(delivery);
                outcome.completed();
            }
        };
    }

    private void ran(Delivery delivery) {
        done.computeIfAbsent(delivery.job().key(), key -> Collections.synchronizedList(new ArrayList<>()))
                .add(TestPod.body(delivery));
    }

    /** Each key has one producer, or is one of the program that adds by the first layout. */
    private void add(int count, TestPod... producers) {
        for (int i = 0; i < count; i++) {
            int number = random.nextInt(KEYS + FOREIGN);
            String key = "key" + number;
            String body = Integer.toString(jobs++);
            added.computeIfAbsent(key, any -> new ArrayList<>()).add(body);
            if (number < KEYS) {
                answers.add(producers[number % producers.length].enqueue(key, body));
            } else {
                String stream = QUEUE + ":" + FIRST.indexOf(KeyHash.XXH64, key);
                resp.call("XADD", stream, "*", "id", body, "key", key, "body", body);
            }
        }
    }
}
