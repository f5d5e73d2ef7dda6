package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.JobHandler;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Waiting;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two processes that were given one pod id. */
@Tag("redis")
class TwinTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final JobHandler AT_ONCE = (delivery, outcome) -> outcome.completed();

    @Test
    void each_is_told_once_about_the_other_and_owns_only_what_is_its_own() {
        try (CapturedLog log = new CapturedLog();
                TestPod first = new TestPod("a", 4, REDIS.store(REDIS.settings())).consume(4, AT_ONCE)) {
            await().until(() -> first.owned().size() == 4);
            try (TestPod second = new TestPod("a", 4, REDIS.store(REDIS.settings())).consume(4, AT_ONCE)) {
                await().until(() -> log.lines("uses the pod id a of this one").size() == 2);
                assertThat(second.owned()).isEmpty();
                assertThat(first.owned()).hasSize(4);
                QueueStatus status = Waiting.get(REDIS.store().inspector().queue(TestPod.QUEUE));
                assertThat(((QueueStatus.Present) status).pods())
                        .singleElement()
                        .satisfies(pod -> assertThat(pod.twin()).isNotEmpty().isNotEqualTo(pod.process()));
            }
            await().until(() ->
                    !log.lines("no other process uses the pod id a any more").isEmpty());
            assertThat(log.lines("uses the pod id a of this one")).hasSize(2);
        }
    }
}
