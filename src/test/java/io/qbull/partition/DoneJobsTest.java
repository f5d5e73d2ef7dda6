package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.store.JobLog.Verdict;
import io.qbull.testing.Retries;
import org.junit.jupiter.api.Test;

/** How many jobs have ended under a lease, for the rates of a queue. */
class DoneJobsTest extends PumpTestSupport {
    @Test
    void a_job_that_succeeds_has_ended_once() {
        given(1, 2);
        assertThat(pump.done()).isZero();
        complete(0);
        assertThat(pump.done()).isEqualTo(1);
        complete(1);
        answer("commit", Verdict.DONE);
        assertThat(pump.done()).isEqualTo(2);
    }

    @Test
    void a_job_that_is_given_up_has_ended_when_that_is_on_record() {
        pump = pump(128, 1 << 20, Retries.of(1, BACKOFF));
        given(1);
        fail();
        assertThat(pump.done()).isZero();
        answer("bury", Verdict.DONE);
        assertThat(pump.done()).isEqualTo(1);
    }

    @Test
    void a_job_that_runs_again_ends_with_its_last_run() {
        pump = pump(128, 1 << 20, Retries.of(2, BACKOFF));
        given(1);
        fail();
        answer("fail", Verdict.DONE);
        assertThat(pump.done()).isZero();
        loop.tick(BACKOFF);
        answer("advance", next(1, "key", new Attempts(1, 0, 1, 0)));
        fail();
        assertThat(pump.done()).isZero();
        answer("bury", Verdict.DONE);
        assertThat(pump.done()).isEqualTo(1);
    }
}
