package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Event.JobRef;
import io.qbull.it.History.Left;
import io.qbull.it.Ledger.Run;
import io.qbull.it.Pods.Pod;
import io.qbull.testing.Size;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Jobs that fail for a while, keys whose jobs always fail, and pods that are killed meanwhile. */
@Tag("slow")
class RetryIT {
    private static final int HOPELESS = 10;
    private static final int KILLS = 2;
    private static final String OPTIONS = "partitionsPerPod=6&leaseTtl=3s&maxAttempts=4&backoff=20ms";

    private final int keys = Size.of("retry.keys", 60, 1_000);
    private final int jobsPerKey = Size.of("retry.jobsPerKey", 30, 200);
    private final Random random = new Random(42);

    @Test
    void keys_keep_their_order_through_failures_and_kills_and_hopeless_jobs_are_buried() throws Exception {
        try (Scene scene = new Scene("retry", 16, OPTIONS).amongOtherQueues();
                Producer producer = scene.producer(keys, "")) {
            Map<String, Pod> pods = new HashMap<>();
            List.of("a", "b", "c").forEach(id -> pods.put(id, scene.pods.spawn(id)));
            scene.pods.awaitUp(pods.values());
            scene.awaitOwned();
            CompletableFuture<Void> sending = Background.run(() -> send(producer));
            for (int kill = 1; kill <= KILLS; kill++) {
                int mark = keys * jobsPerKey * kill / (KILLS + 1);
                await().until(() -> producer.accepted() >= mark);
                String victim = scene.busiest();
                scene.pods.kill(Objects.requireNonNull(pods.get(victim)));
                scene.awaitOwned(victim);
                pods.put(victim, scene.pods.spawn(victim));
            }
            sending.join();
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of());
            assertThat(report.violations()).isEmpty();
            assertThat(report.accepted()).isEqualTo((long) keys * jobsPerKey);
            History history = scene.history(sent);
            assertThat(history.remains().dead())
                    .extracting(Left::job)
                    .containsExactlyInAnyOrderElementsOf(sent.stream()
                            .map(History.Sent::job)
                            .filter(job -> hopeless(job.key()))
                            .toList());
            assertOrder(new Ledger(history));
        }
    }

    private void send(Producer producer) throws InterruptedException {
        for (int job = 0; job < jobsPerKey; job++) {
            for (int k = 0; k < keys; k++) {
                boolean fails = random.nextInt(100) < 5;
                String key = "k" + k;
                producer.sendNow(key, hopeless(key) ? " fail=99" : fails ? " fail=" + (1 + random.nextInt(3)) : "");
            }
        }
    }

    private static boolean hopeless(String key) {
        return Integer.parseInt(key.substring(1)) < HOPELESS;
    }

    private void assertOrder(Ledger ledger) {
        Map<String, List<JobRef>> started = byKey(ledger.runs.stream());
        Map<String, List<JobRef>> done = byKey(ledger.runs.stream()
                .filter(run -> run.doneBefore(History.NEVER - 1))
                .sorted(Comparator.comparingLong(Run::endedAt)));
        assertThat(started).hasSize(keys);
        assertThat(started.values())
                .as("first starts")
                .allSatisfy(jobs -> assertThat(jobs).hasSize(jobsPerKey).isSorted());
        assertThat(done).hasSize(keys - HOPELESS);
        assertThat(done.values())
                .as("completions")
                .allSatisfy(jobs -> assertThat(jobs).hasSize(jobsPerKey).isSorted());
    }

    private static Map<String, List<JobRef>> byKey(Stream<Run> runs) {
        return runs.map(Run::job).distinct().collect(Collectors.groupingBy(JobRef::key));
    }
}
