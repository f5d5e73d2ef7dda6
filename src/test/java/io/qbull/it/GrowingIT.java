package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.History.Sent;
import io.qbull.it.Pods.Pod;
import io.qbull.testing.Findings;
import io.qbull.testing.Size;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A queue has more jobs than its partitions can run soon. It gets more partitions and more pods, and the jobs that wait already profit.
 * The jobs take some time in which they need no processor, as most do.
 */
@Tag("slow")
class GrowingIT {
    private static final int BEFORE = 4;
    private static final int AFTER = 16;
    private static final int PODS = 4;
    private static final int KEYS = 2_000;

    private final int jobs = Size.of("growing.jobs", 12_000, 1_000_000);
    private final int counted = Size.of("growing.counted", 500, 8_000);

    @Test
    void more_partitions_and_pods_help_with_the_jobs_that_wait_already() throws Exception {
        try (Scene scene = new Scene("growing", BEFORE, "leaseTtl=3s").upTo(AFTER);
                ResizingQueue queue = new ResizingQueue(scene)) {
            List<Sent> sent = backlog(scene);
            List<Pod> pods = new ArrayList<>(List.of(scene.pods.spawn("pod0")));
            scene.pods.awaitUp(pods);
            scene.awaitOwned();
            double before = rate(scene);

            queue.pause();
            for (int number = 1; number < PODS; number++) {
                pods.add(scene.pods.spawn("pod" + number));
            }
            scene.pods.awaitUp(pods);
            queue.resume();
            Duration forecast = queue.forecast(AFTER);
            long began = System.nanoTime();
            queue.resizes(AFTER);
            queue.awaitDone();
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            double after = rate(scene);
            scene.awaitDrained();

            Findings.note("%d jobs wait; %d partitions on a pod: %.0f/s, %d on %d pods: %.0f/s, %.1f times as many"
                    .formatted(jobs, BEFORE, before, AFTER, PODS, after, after / before));
            Findings.note("the resize took " + took.toMillis() + " ms, the longest pause of a key was forecast as "
                    + forecast.toMillis() + " ms");
            KeyOrderCheck check = new KeyOrderCheck(scene.history(sent));
            assertThat(check.run()).isEmpty();
            assertThat(check.repeats()).as("repeats").isZero();
        }
    }

    private List<Sent> backlog(Scene scene) throws InterruptedException {
        try (Producer producer = scene.producer(KEYS, "")) {
            producer.send(jobs, 0, any -> " sleep=4");
            return producer.finish();
        }
    }

    /** Jobs a second, until some have ended. */
    private double rate(Scene scene) {
        long backlog = scene.backlog();
        long began = System.nanoTime();
        await("jobs end")
                .pollInterval(Duration.ofMillis(20))
                .until(() -> scene.backlog() < Math.max(1, backlog - counted));
        return (backlog - scene.backlog()) * 1e9 / (System.nanoTime() - began);
    }
}
