package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Long jobs, and routes that go on elsewhere. */
@Tag("slow")
class LongJobIT {
    private static final Duration LEASE = Duration.ofSeconds(1);

    @ParameterizedTest
    @EnumSource
    void a_job_of_three_lease_times_is_committed_once_after_its_end(PodRoute.Flavour flavour) throws Exception {
        try (Scene scene = new Scene("long-" + flavour, 2, "leaseTtl=1s");
                Producer producer = scene.producer(20, "")) {
            scene.localPods.start("a", flavour);
            scene.localPods.start("b", flavour);
            producer.sendNow("long", " sleep=" + 3 * LEASE.toMillis());
            producer.sendNow("long", "");
            producer.send(200, 0);
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();
            await().untilAsserted(() -> assertThat(new Ledger(scene.history(sent)).calls)
                    .noneMatch(call -> call.answeredAt() == History.NEVER));

            Report report = scene.judge(sent, List.of());
            assertThat(report.violations()).isEmpty();
            assertThat(report.starts()).isEqualTo(202);
            assertThat(report.fenced()).isZero();
        }
    }
}
