package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.Findings;
import io.qbull.testing.Size;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two contexts of one JVM share the partitions of a queue. One joins, one leaves, and no job runs twice. */
@Tag("slow")
class HandOverIT {
    private static final int PARTITIONS = 8;
    private static final Duration TTL = Duration.ofSeconds(15);
    /**
     * The promise holds on a machine that has the time for it, as under the profile {@code acceptance}. In every other build a
     * hand-over must only be far too fast to have waited for a renewal or for another look at the leases.
     */
    private static final Duration LONGEST =
            Duration.ofMillis(Size.of("handOver.longest", (int) TTL.dividedBy(6).toMillis(), 500));

    @Test
    void a_pod_that_joins_and_leaves_repeats_no_job_and_stalls_no_partition_until_a_poll() throws Exception {
        joinAndLeave("hand-over", "&partitionsPerPod=8");
    }

    /**
     * A pod that leaves unregisters before it releases its leases, and each release is announced. A full pod then reads the pods again
     * within 50 ms and knows that it is alone. So adoption is as fast as a hand-over, whatever the TTL.
     */
    @Test
    void the_last_pod_adopts_partitions_as_fast_as_a_hand_over() throws Exception {
        joinAndLeave("adoption", "&partitionsPerPod=4");
    }

    private static void joinAndLeave(String name, String roomOfSecond) throws Exception {
        try (Scene scene = new Scene(name, PARTITIONS, "leaseTtl=" + TTL.toSeconds() + "s");
                Producer producer = scene.producer(200, " sleep=5")) {
            CamelContext first = scene.localPods.start("a", PodRoute.Flavour.DIRECT, "&partitionsPerPod=4");
            scene.awaitOwned();
            CompletableFuture<Void> sending = Background.run(() -> producer.send(100_000, 500));
            await().until(() -> producer.accepted() > 500);

            long joined = System.nanoTime();
            scene.localPods.start("b", PodRoute.Flavour.DIRECT, roomOfSecond);
            await().pollInterval(Duration.ofMillis(20))
                    .until(() -> Collections.frequency(scene.owners(), "b") == PARTITIONS / 2);
            Duration join = Duration.ofNanos(System.nanoTime() - joined);
            int before = producer.accepted();
            await().until(() -> producer.accepted() > before + 500);

            first.stop();
            scene.awaitOwned("a");
            int after = producer.accepted();
            await().until(() -> producer.accepted() > after + 500);
            producer.stop();
            sending.join();
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of());
            Findings.note("from the start of the second pod to its last lease " + join.toMillis() + " ms");
            assertThat(report.violations()).isEmpty();
            assertThat(report.starts()).as("no repeats").isEqualTo(report.accepted());
            assertThat(report.handOvers()).hasSize(PARTITIONS).allMatch(t -> scene.stalls.keeps(LONGEST, t));
        }
    }
}
