package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.HeldSet;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import io.qbull.testing.Retries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What one key costs that waits with many jobs, also where Redis has no room for them beside the stream. */
@Tag("redis")
class HeldKeyMemoryTest {
    private static final int OTHERS = 1_000;
    private static final String STREAM = TestPod.QUEUE + ":0";
    /** Adds jobs of one key, and between them jobs of others. */
    private static final String ADD = """
            for i = 0, ARGV[1] - 1 do
              redis.call('XADD', KEYS[1], '*', 'id', 'held' .. i, 'key', 'held', 'ts', '1', 'body', i .. ARGV[3])
              if i % (ARGV[1] / ARGV[2]) == 0 then
                redis.call('XADD', KEYS[1], '*', 'id', 'other' .. i, 'key', 'other' .. i % 7, 'ts', '1', 'body', tostring(i))
              end
            end""";

    private final List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger others = new AtomicInteger();
    private volatile boolean away = true;

    @Test
    void a_held_key_with_many_jobs_stays_below_maxmemory_lets_others_pass_and_keeps_its_order() {
        try (RedisServer redis = RedisServer.start();
                Resp resp = redis.connect();
                TestPod pod = new TestPod("pod", 1, RedisStore.open(redis.settings()))) {
            int jobs = 20_000;
            add(resp, jobs, "");
            long limit = used(resp) + (512 << 10);
            resp.call("CONFIG", "SET", "maxmemory", Long.toString(limit));
            pod.consume(1, Duration.ofSeconds(60), Retries.of(1_000_000, Duration.ofMillis(200)), this::handle);

            await("other keys").until(() -> others.get() == OTHERS);
            long held = used(resp);
            System.out.println("held key with " + jobs + " jobs: " + held + " of " + limit + " bytes, "
                    + HeldSet.count(resp, key("held:jobs")) + " parked");
            assertThat(held).as("bytes while a key waits").isLessThan(limit + (1 << 20));
            assertThat(ran).isEmpty();

            away = false;
            await("the held key").until(() -> ran.size() >= jobs);
            assertThat(ran)
                    .containsExactlyElementsOf(IntStream.range(0, jobs).boxed().toList());
            await("all committed").until(() -> resp.number("XLEN", STREAM) == 0);
        }
    }

    /** Measured by Redis, with all of its structures. */
    @Test
    void a_held_key_with_many_jobs_costs_at_most_half_as_much_again_as_in_the_stream() {
        try (RedisServer redis = RedisServer.start();
                Resp resp = redis.connect();
                TestPod pod = new TestPod("pod", 1, RedisStore.open(redis.settings()))) {
            add(resp, 50_000, "x".repeat(100));
            long before = memory(resp, STREAM);
            pod.consume(1, Duration.ofSeconds(60), Retries.of(1_000_000, Duration.ofMillis(200)), this::handle);
            await("other keys").until(() -> others.get() == OTHERS);
            long held = Stream.of("held", "held:jobs", "attempts")
                    .mapToLong(name -> memory(resp, key(name)))
                    .sum();
            long stream = memory(resp, STREAM);
            System.out.println("50000 jobs in the stream: " + before + " bytes, held: " + stream + " + " + held);
            assertThat(stream + held).isLessThanOrEqualTo(before * 3 / 2);
        }
    }

    private static void add(Resp resp, int jobs, String body) {
        resp.call("EVAL", ADD, "1", STREAM, Integer.toString(jobs), Integer.toString(OTHERS), body);
    }

    private static String key(String name) {
        return "{" + STREAM + "}:" + name;
    }

    private static long memory(Resp resp, String key) {
        Object bytes = resp.call("MEMORY", "USAGE", key, "SAMPLES", "0");
        return bytes == null ? 0 : (Long) bytes;
    }

    private void handle(Delivery delivery, JobHandler.Outcome outcome) {
        if (!delivery.job().key().equals("held")) {
            others.incrementAndGet();
            outcome.completed();
        } else if (away) {
            outcome.failed(Failure.of("its receiver is away"));
        } else {
            ran.add(Integer.valueOf(TestPod.body(delivery)));
            outcome.completed();
        }
    }

    private static long used(Resp resp) {
        return resp.text("INFO", "memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring("used_memory:".length()).trim()))
                .findFirst()
                .orElseThrow();
    }
}
