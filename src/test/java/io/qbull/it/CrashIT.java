package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Pods.Pod;
import io.qbull.testing.Size;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods are killed while they work. */
@Tag("slow")
class CrashIT {
    private static final int PARTITIONS = 16;
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final int KILLS = 3;

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 64})
    void a_pod_that_is_killed_three_times_loses_no_job_and_keeps_the_order(int concurrency) throws Exception {
        int jobs = Size.of("crash.jobs", 4_000, 200_000);
        int perSecond = Math.max(400, jobs / (KILLS * 10));
        String options = "partitionsPerPod=6&leaseTtl=3s&concurrency=" + concurrency;
        try (Scene scene = new Scene("crash-" + concurrency, PARTITIONS, options).amongOtherQueues();
                Producer producer = scene.producer(1000, " sleep=2")) {
            Map<String, Pod> pods = new HashMap<>();
            List.of("a", "b", "c", "d").forEach(id -> pods.put(id, scene.pods.spawn(id)));
            scene.pods.awaitUp(pods.values());
            scene.awaitOwned();
            CompletableFuture<Void> sending = Background.run(() -> producer.send(jobs, perSecond));

            for (int kill = 1; kill <= KILLS; kill++) {
                int mark = jobs * (2 * kill - 1) / (2 * KILLS);
                await().until(() -> producer.accepted() >= mark);
                String victim = scene.busiest();
                scene.pods.kill(Objects.requireNonNull(pods.get(victim)));
                scene.awaitOwned(victim);
                Pod next = scene.pods.spawn(victim);
                pods.put(victim, next);
                scene.pods.awaitUp(List.of(next));
            }
            sending.join();
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of());
            assertThat(report.violations()).isEmpty();
            assertThat(report.accepted()).isEqualTo(jobs);
            assertThat(report.repeats())
                    .hasSize(KILLS)
                    .allSatisfy(r -> assertThat(r.repeated()).isLessThanOrEqualTo(r.inFlight() + r.uncommitted()));
            Duration promise = LEASE.plusSeconds(1);
            List<Report.TakeOver> late = new ArrayList<>(report.takeOvers());
            late.removeIf(t -> t.fetch() != null && scene.stalls.keeps(promise, t.fetch()));
            assertThat(late).as("take-overs later than leaseTtl + 1 s").isEmpty();
        }
    }
}
