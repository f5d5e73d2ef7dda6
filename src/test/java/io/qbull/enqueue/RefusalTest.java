package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Layout;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import io.qbull.testing.CapturedLog;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the log and the health of a node say about jobs that are refused. */
@SuppressWarnings("FutureReturnValueIgnored") // These tests ask what is told to people, not to callers.
class RefusalTest extends EnqueuerFixture {
    private final CapturedLog lines = new CapturedLog();

    @BeforeEach
    void start() {
        layoutKnown(1);
    }

    @AfterEach
    void stop() {
        lines.close();
    }

    private static Arguments reason(String name, Consumer<ScriptedJobLog.Attempt> end, String advice) {
        return Arguments.of(name, end, advice);
    }

    static Stream<Arguments> reasons() {
        return Stream.of(
                reason("no connection", ScriptedJobLog.Attempt::notSent, "check its address and the network"),
                reason("no answer", ScriptedJobLog.Attempt::replyLost, "check its address and the network"),
                reason("a cut connection", RefusalTest::cut, "client-query-buffer-limit"),
                reason("full", ScriptedJobLog.Attempt::full, "give Redis more memory"),
                reason("no right", ScriptedJobLog.Attempt::misconfigured, "a person must correct the rights"),
                reason("another seal", at -> at.answer(new JobLog.Answer.OtherLayout()), "the seal of the partition"),
                reason("nonsense", at -> at.answer(new JobLog.Answer.Stale()), "another program may have written"));
    }

    private static void cut(ScriptedJobLog.Attempt attempt) {
        attempt.end().completeExceptionally(StoreException.Unavailable.cut("Redis at h:1 is away: reset", null));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reasons")
    void a_reason_that_lasts_is_one_line_and_a_problem_until_jobs_are_taken(
            String name, Consumer<ScriptedJobLog.Attempt> end, String advice) {
        refuseFor(9_000, end);
        assertThat(enqueuer.problem()).isEmpty();
        refuseFor(6_000, end);
        assertThat(enqueuer.problem())
                .startsWith("since 1")
                .contains(" s jobs cannot be added to partitions [0]: ")
                .contains(advice);
        assertThat(lines.lines("jobs cannot be added"))
                .singleElement()
                .asString()
                .startsWith("queue=Q jobs cannot be added to partitions [0]: ")
                .contains(advice);

        take();
        assertThat(enqueuer.problem()).isEmpty();
        assertThat(lines.lines("jobs can be added again")).hasSize(1);
        assertThat(enqueuer.crowded()).isEmpty();
    }

    @Test
    void a_backlog_at_its_limit_is_told_but_is_no_problem() {
        refuseFor(15_000, at -> at.answer(new JobLog.Answer.Crowded()));
        assertThat(enqueuer.problem()).isEmpty();
        assertThat(enqueuer.crowded()).contains("its share of maxBacklog").contains("more pods");
        assertThat(lines.lines("jobs cannot be added")).hasSize(1);
    }

    @Test
    void a_call_that_is_answered_after_two_lost_connections_is_not_blamed() {
        enqueue("1");
        for (int round = 0; round < 2; round++) {
            cut(log.last());
            tick(1_500);
        }
        log.last().accept();
        loop.run();
        assertThat(lines.lines("client-query-buffer-limit")).isEmpty();
    }

    @Test
    void nobody_knows_whether_a_reason_holds_that_no_job_has_met_for_long() {
        refuseFor(15_000, ScriptedJobLog.Attempt::full);
        assertThat(enqueuer.problem()).isNotEmpty();
        tick(31_000);
        assertThat(enqueuer.problem()).isEmpty();
        refuseFor(9_000, ScriptedJobLog.Attempt::full);
        assertThat(enqueuer.problem()).isEmpty();
        assertThat(lines.lines("jobs cannot be added")).hasSize(2);
    }

    @Test
    void a_store_that_is_full_now_and_then_has_two_lines_in_ten_seconds() {
        for (int round = 0; round < 600; round++) {
            enqueue("full");
            log.last().full();
            loop.run();
            enqueue("taken");
            log.last().accept();
            tick(100);
        }
        assertThat(lines.lines("jobs cannot be added")).hasSizeLessThanOrEqualTo(7);
        assertThat(lines.lines("jobs can be added again")).hasSizeLessThanOrEqualTo(7);
        assertThat(lines.lines("jobs cannot be added").get(1)).endsWith(" more in 10 s)");
    }

    /** Adds a job every half second, and lets each attempt end alike. */
    private void refuseFor(long millis, Consumer<ScriptedJobLog.Attempt> end) {
        for (long passed = 0; passed < millis; passed += 500) {
            enqueuer.enqueue(job("a job"), SETTINGS);
            loop.run();
            end.accept(log.last());
            loop.run();
            layoutReads.get(layoutReads.size() - 1).complete(new Layout(1, 1));
            tick(500);
        }
    }

    private void take() {
        for (int rounds = 0; rounds < 10; rounds++) {
            log.last().accept();
            tick(500);
        }
        enqueue("the last");
        log.last().accept();
        loop.run();
    }
}
