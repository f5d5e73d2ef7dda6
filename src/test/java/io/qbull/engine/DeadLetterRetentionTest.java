package io.qbull.engine;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.DeadLimits;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.DeadLetters;
import io.qbull.testing.BuriedJobs;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real Redis, and a clock that the test moves. */
@Tag("redis")
class DeadLetterRetentionTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final PartitionId ZERO = new PartitionId(new QueueName("Q"), 0);
    private static final PartitionId ONE = new PartitionId(new QueueName("Q"), 1);

    private final ManualEventLoop loop = new ManualEventLoop();
    private final TidyingReporter tidying = new TidyingReporter(ONE.queue(), loop);
    /** Of this partition Redis lets nobody drop letters. */
    @Nullable
    private PartitionId refused;

    private CapturedLog log;
    private Resp resp;
    private BuriedJobs jobs;
    private List<PartitionId> owned = List.of(ZERO, ONE);

    @BeforeEach
    void open() {
        log = new CapturedLog();
        resp = REDIS.resp();
        jobs = new BuriedJobs(resp, "Q", 2);
    }

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void the_oldest_beyond_the_length_are_reported_then_dropped() {
        IntStream.range(0, 255).forEach(i -> jobs.add(0, "j" + i, "k", "b", "r"));
        jobs.add(1, "few", "k", "b", "r");
        DeadLetterRetention bounds = started(new DeadLimits(10, Duration.ZERO));

        loop.tick(DeadLetterRetention.PERIOD);
        assertThat(log.warnings().get(0))
                .startsWith("queue=Q partition=0 has 255 dead letters")
                .contains("deadMaxLength=10");
        assertThat(jobs.dead(0)).hasSize(255);

        loop.tick(DeadLetterRetention.PERIOD);
        assertThat(log.warnings().get(1)).isEqualTo("queue=Q partition=0 dropped 245 dead letters");
        assertThat(jobs.dead(0))
                .isEqualTo(IntStream.range(245, 255).mapToObj(i -> "j" + i).toList());
        assertThat(jobs.dead(1)).containsExactly("few");
        bounds.stop();
    }

    @Test
    void letters_that_came_after_the_report_need_a_report_of_their_own() {
        jobs.add(0, "a", "k", "b", "r");
        jobs.add(0, "b", "k", "b", "r");
        started(new DeadLimits(1, Duration.ZERO));
        loop.tick(DeadLetterRetention.PERIOD);
        IntStream.range(0, 5).forEach(i -> jobs.add(0, "late" + i, "k", "b", "r"));

        loop.tick(DeadLetterRetention.PERIOD);
        assertThat(jobs.dead(0)).containsExactly("late0", "late1", "late2", "late3", "late4");

        loop.tick(DeadLetterRetention.PERIOD);
        assertThat(log.warnings().get(2)).contains("has 5 dead letters");
        assertThat(jobs.dead(0)).hasSize(5);
    }

    @Test
    void letters_that_are_too_old_are_dropped_and_younger_ones_stay() {
        bury(seconds() - 7300, "a");
        bury(seconds() - 7200, "b");
        bury(seconds() - 60, "c");
        resp.call("ZADD", "{Q:0}:seen", "9999999999999", "a");
        resp.call("PEXPIRE", "{Q:0}:seen", "60000");
        started(new DeadLimits(0, Duration.ofHours(1)));

        loop.tick(DeadLetterRetention.PERIOD);
        assertThat(log.warnings().get(0)).contains("has 3 dead letters", "deadMaxAge=PT1H");
        loop.tick(DeadLetterRetention.PERIOD);

        assertThat(jobs.dead(0)).containsExactly("c");
        assertThat(resp.text("ZSCORE", "{Q:0}:seen", "a"))
                .as("an id stays known for its window, whatever became of the job")
                .isEqualTo("9999999999999");
    }

    @Test
    void letters_that_people_handle_after_the_report_cost_no_other_letter() {
        jobs.add(0, "a", "k", "b", "r");
        jobs.add(0, "b", "k", "b", "r");
        started(new DeadLimits(1, Duration.ZERO));
        loop.tick(DeadLetterRetention.PERIOD);
        resp.call("XTRIM", "{Q:0}:dead", "MAXLEN", "1");

        loop.tick(DeadLetterRetention.PERIOD);

        assertThat(jobs.dead(0)).containsExactly("b");
        assertThat(log.warnings()).hasSize(1);
    }

    @Test
    void a_partition_that_was_lost_meanwhile_is_reported_again() {
        jobs.add(0, "a", "k", "b", "r");
        jobs.add(0, "b", "k", "b", "r");
        started(new DeadLimits(1, Duration.ZERO));
        loop.tick(DeadLetterRetention.PERIOD);
        owned = List.of(ONE);
        loop.tick(DeadLetterRetention.PERIOD);
        owned = List.of(ZERO, ONE);

        loop.tick(DeadLetterRetention.PERIOD);

        assertThat(log.warnings().get(1)).contains("has 2 dead letters");
        assertThat(jobs.dead(0)).hasSize(2);
    }

    @Test
    void nothing_is_checked_without_limits_or_after_the_stop() {
        started(DeadLimits.NONE);
        assertThat(loop.untilNext()).isNull();
        DeadLetterRetention bounds = started(new DeadLimits(1, Duration.ZERO));
        bounds.stop();
        assertThat(loop.untilNext()).isNull();
    }

    @Test
    void a_refusal_is_a_problem_until_these_letters_are_dropped_or_gone() {
        for (int partition = 0; partition < 2; partition++) {
            jobs.add(partition, "a", "k", "b", "r");
            jobs.add(partition, "b", "k", "b", "r");
        }
        refused = ZERO;
        started(new DeadLimits(1, Duration.ZERO));
        loop.tick(DeadLetterRetention.PERIOD);
        assertThat(tidying.problem()).isEmpty();
        for (int check = 0; check < 6; check++) {
            loop.tick(DeadLetterRetention.PERIOD);
            assertThat(tidying.problem())
                    .isEqualTo("dead letters beyond deadMaxLength or deadMaxAge cannot be removed: no right");
        }
        assertThat(jobs.dead(1)).containsExactly("b");

        refused = null;
        loop.tick(DeadLetterRetention.PERIOD.multipliedBy(2));

        assertThat(jobs.dead(0)).containsExactly("b");
        assertThat(tidying.problem()).isEmpty();
    }

    @Test
    void a_refusal_is_no_problem_once_a_person_has_removed_the_letters() {
        jobs.add(0, "a", "k", "b", "r");
        jobs.add(0, "b", "k", "b", "r");
        refused = ZERO;
        started(new DeadLimits(1, Duration.ZERO));
        loop.tick(DeadLetterRetention.PERIOD.multipliedBy(2));
        assertThat(tidying.problem()).isNotEmpty();
        resp.call("XTRIM", "{Q:0}:dead", "MAXLEN", "1");

        loop.tick(DeadLetterRetention.PERIOD.multipliedBy(2));

        assertThat(tidying.problem()).isEmpty();
    }

    private DeadLetterRetention started(DeadLimits limits) {
        DeadLetterRetention bounds = new DeadLetterRetention(limits, answered(), loop, () -> owned, tidying);
        bounds.start();
        return bounds;
    }

    /** The real dead letters, whose answers are there at once. */
    private DeadLetters answered() {
        DeadLetters real = REDIS.store().deadLetters();
        return (DeadLetters) Proxy.newProxyInstance(
                DeadLetters.class.getClassLoader(),
                new Class<?>[] {DeadLetters.class},
                (proxy, method, arguments) -> method.getName().equals("expire") && arguments[0].equals(refused)
                        ? CompletableFuture.failedStage(new IllegalStateException("no right"))
                        : CompletableFuture.completedStage(get((CompletionStage<?>) method.invoke(real, arguments))));
    }

    private long seconds() {
        return Long.parseLong(String.valueOf(resp.list("TIME").get(0)));
    }

    private void bury(long at, String id) {
        List<String> fields = List.of("id", id, "key", "k", "ts", "1", "body", "", "reason", "r", "exception", "");
        String[] command = new String[fields.size() + 9];
        System.arraycopy(new String[] {"XADD", "{Q:0}:dead", at + "000-0"}, 0, command, 0, 3);
        System.arraycopy(fields.toArray(), 0, command, 3, fields.size());
        System.arraycopy(
                new String[] {"attempts", "5", "failed_at", "1", "epoch", "1"}, 0, command, 3 + fields.size(), 6);
        resp.call(command);
    }
}
