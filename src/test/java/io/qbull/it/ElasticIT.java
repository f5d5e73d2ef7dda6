package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Pods.Pod;
import io.qbull.testing.Findings;
import io.qbull.testing.Patience;
import io.qbull.testing.Size;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Pods come and go under load, and share the partitions equally each time. They need more than a build has, so only at the sizes of the
 * acceptance; {@link HandOverIT} and the balancer's tests do the same with fewer pods.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "qbull.acceptance", matches = "true")
class ElasticIT {
    private static final int PARTITIONS = 16;
    private static final String OPTIONS = "leaseTtl=15s";

    private final int perSecond = Size.of("elastic.perSecond", 500, 2_000);
    private final Deque<Pod> living = new ArrayDeque<>();
    private int born;

    @Test
    void pods_that_come_and_go_share_the_partitions_and_repeat_no_job() throws Exception {
        try (Scene scene = new Scene("elastic", PARTITIONS, OPTIONS)) {
            run(scene, producer -> {
                for (int pods : List.of(4, 8, 3, 1)) {
                    becomes(scene, pods);
                    work(producer);
                }
            });
        }
    }

    @Test
    void a_rolling_restart_repeats_no_job() throws Exception {
        int rounds = Size.of("elastic.rounds", 1, 5);
        try (Scene scene = new Scene("rolling", PARTITIONS, OPTIONS)) {
            run(scene, producer -> {
                becomes(scene, 4);
                for (int restart = 0; restart < 4 * rounds; restart++) {
                    // The oldest first.
                    scene.pods.stop(living.removeFirst());
                    becomes(scene, 4);
                }
                work(producer);
            });
        }
    }

    /** What happens while jobs are added. */
    private interface Course {
        void run(Producer producer) throws Exception;
    }

    private void run(Scene scene, Course course) throws Exception {
        try (Producer producer = scene.producer(1_000, " sleep=1")) {
            becomes(scene, 1);
            CompletableFuture<Void> sending = Background.run(() -> producer.send(Integer.MAX_VALUE, perSecond));
            work(producer);
            course.run(producer);
            producer.stop();
            sending.join();
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of());
            List<Duration> gaps =
                    report.handOvers().stream().map(Span::length).sorted().toList();
            Findings.note("99 % of " + gaps.size() + " hand-overs took no longer than "
                    + gaps.get(gaps.size() * 99 / 100).toMillis() + " ms");
            assertThat(report.violations()).isEmpty();
            assertThat(report.starts()).as("no repeats").isEqualTo(report.accepted());
        }
    }

    private void work(Producer producer) {
        int before = producer.accepted();
        await().until(() -> producer.accepted() > before + 5 * perSecond);
    }

    /** Starts or stops pods; returns when the rest have equal shares. */
    private void becomes(Scene scene, int pods) {
        int before = living.size();
        List<String> owners = scene.owners();
        long began = System.nanoTime();
        if (pods > before) {
            List<Pod> started = IntStream.range(before, pods)
                    .mapToObj(any -> scene.pods.spawn("pod" + born++))
                    .toList();
            scene.pods.awaitUp(started);
            living.addAll(started);
            began = System.nanoTime();
        }
        while (living.size() > pods) {
            scene.pods.stop(living.removeLast());
        }
        List<String> balanced = new ArrayList<>();
        await("balance of " + pods)
                .atMost(Patience.LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    balanced.clear();
                    balanced.addAll(scene.owners());
                    return balanced(balanced, pods);
                });
        long moved = IntStream.range(0, PARTITIONS)
                .filter(index -> !owners.get(index).equals(balanced.get(index)))
                .count();
        Findings.note(before + " -> " + pods + " pods: balanced after "
                + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms, " + moved + " partitions moved");
    }

    private static boolean balanced(List<String> owners, int pods) {
        Map<String, Long> counts =
                owners.stream().collect(Collectors.groupingBy(owner -> owner, Collectors.counting()));
        return !owners.contains("")
                && counts.size() == pods
                && Collections.max(counts.values()) - Collections.min(counts.values()) <= 1;
    }
}
