package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Pods.Pod;
import io.qbull.testing.Findings;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * A pod that lives while others are killed, under jobs that succeed, take their time, or fail at first: in the end it needs no more than
 * in the beginning, and neither does Redis. Takes half an hour, so only at the sizes of the acceptance.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "qbull.acceptance", matches = "true")
@EnabledOnOs(OS.LINUX)
class SoakIT {
    private static final int PARTITIONS = 16;
    private static final int KEYS = 500;
    private static final int PER_SECOND = 120;
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(30);
    /** What is cached for a minute is gone after it. */
    private static final Duration CALM = Duration.ofMinutes(3);

    private static final String OPTIONS = "partitionsPerPod=6&leaseTtl=3s&concurrency=64&maxAttempts=5&backoff=50ms";

    private final Duration length = Duration.ofSeconds(Size.of("soak.seconds", 60, 1_800));
    private final Random random = new Random(42);
    private final Map<String, Pod> pods = new HashMap<>();
    private int kills;

    @Test
    void a_pod_and_its_redis_need_no_more_after_half_an_hour_of_load_and_kills() throws Exception {
        try (Scene scene = new Scene("soak", PARTITIONS, OPTIONS);
                Producer producer = scene.producer(KEYS, "")) {
            List.of("a", "b", "c").forEach(id -> pods.put(id, scene.pods.spawn(id)));
            scene.pods.awaitUp(pods.values());
            Pod survivor = Objects.requireNonNull(pods.get("a"));
            load(scene, producer, BETWEEN_KILLS.multipliedBy(2));
            Footprint before = Footprint.of(survivor.process, scene.redis);

            load(scene, producer, length);
            Findings.note("before: " + before);
            try {
                await("as little as before")
                        .atMost(CALM)
                        .pollInterval(Duration.ofSeconds(5))
                        .until(() -> Footprint.of(survivor.process, scene.redis).isAsSmallAs(before));
            } finally {
                Findings.note("after " + length.toSeconds() + " s and " + kills + " kills: "
                        + Footprint.of(survivor.process, scene.redis));
                Findings.note("keys in Redis: " + keys(scene));
            }

            Report report = scene.judge(producer.finish(), List.of());
            assertThat(report.violations()).isEmpty();
            assertThat(scene.deadLetters()).isEmpty();
        }
    }

    /** Returns when all jobs are done. */
    private void load(Scene scene, Producer producer, Duration time) throws InterruptedException {
        int jobs = (int) (time.toSeconds() * PER_SECOND);
        int before = producer.accepted();
        CompletableFuture<Void> sending = Background.run(() -> producer.send(jobs, PER_SECOND, this::work));
        int steps = (int) time.dividedBy(BETWEEN_KILLS);
        for (int step = 1; step < steps; step++) {
            int mark = before + step * jobs / steps;
            await().atMost(BETWEEN_KILLS.multipliedBy(4)).until(() -> producer.accepted() >= mark);
            String victim = step % 2 == 0 ? "b" : "c";
            scene.pods.kill(Objects.requireNonNull(pods.get(victim)));
            kills++;
            scene.awaitOwned(victim);
            Pod next = scene.pods.spawn(victim);
            pods.put(victim, next);
            scene.pods.awaitUp(List.of(next));
        }
        sending.join();
        scene.awaitDrained();
    }

    private String work(int job) {
        int die = random.nextInt(100);
        return die < 5 ? " fail=1" : die < 15 ? " sleep=100" : " sleep=2";
    }

    /** How many keys of each kind there are. */
    private static Map<String, Integer> keys(Scene scene) {
        Map<String, Integer> kinds = new HashMap<>();
        try (Resp resp = scene.redis.connect()) {
            resp.list("KEYS", "*").forEach(key -> kinds.merge(((String) key).replaceAll("\\d+", "N"), 1, Integer::sum));
        }
        return kinds;
    }
}
