package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.StreamId;
import io.qbull.store.JobLog.Answer;
import io.qbull.store.StoreException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class CallOutcomeTest {
    private static final Answer ONE_PLACE =
            new Answer.Accepted(List.of(new Answer.Place(StreamId.parse("1-0"), false)));
    private final Throwable notSent = new StoreException.Unavailable("gone", false, new Exception());
    private final Throwable sent = new StoreException.Unavailable("timeout", true, new Exception());
    private final Throwable full = new StoreException.Full("OOM", new Exception());
    private final Throwable misconfigured = new StoreException.Misconfigured("NOPERM", new Exception());

    @Test
    void an_answer_settles_all_attempts() {
        for (boolean mayHaveRun : new boolean[] {false, true}) {
            assertThat(CallOutcome.of(ONE_PLACE, null, 1, mayHaveRun)).isEqualTo(CallOutcome.ADDED);
            assertThat(CallOutcome.of(new Answer.OtherLayout(), null, 1, mayHaveRun))
                    .isEqualTo(CallOutcome.OTHER_LAYOUT);
            assertThat(CallOutcome.of(new Answer.Crowded(), null, 1, mayHaveRun))
                    .isEqualTo(CallOutcome.CROWDED);
            assertThat(CallOutcome.of(new Answer.Stale(), null, 1, mayHaveRun)).isEqualTo(CallOutcome.UNEXPECTED);
        }
    }

    @Test
    void an_answer_for_another_number_of_jobs_is_unexpected() {
        assertThat(CallOutcome.of(ONE_PLACE, null, 2, false)).isEqualTo(CallOutcome.UNEXPECTED);
    }

    @Test
    void a_failure_of_the_only_attempt_is_taken_at_its_word() {
        assertThat(CallOutcome.of(null, notSent, 1, false)).isEqualTo(CallOutcome.NOT_RUN);
        assertThat(CallOutcome.of(null, sent, 1, false)).isEqualTo(CallOutcome.UNKNOWN);
        assertThat(CallOutcome.of(null, full, 1, false)).isEqualTo(CallOutcome.FULL);
        assertThat(CallOutcome.of(null, misconfigured, 1, false)).isEqualTo(CallOutcome.MISCONFIGURED);
        assertThat(CallOutcome.of(null, new CompletionException(full), 1, false))
                .isEqualTo(CallOutcome.FULL);
    }

    @Test
    void no_failure_settles_an_earlier_attempt_that_may_have_run() {
        for (Throwable failure : List.of(notSent, sent, full, misconfigured)) {
            assertThat(CallOutcome.of(null, failure, 1, true)).isEqualTo(CallOutcome.UNKNOWN);
        }
    }

    @Test
    void a_failure_outside_the_contract_leaves_the_outcome_unknown() {
        assertThat(CallOutcome.of(null, new IllegalStateException("bug"), 1, false))
                .isEqualTo(CallOutcome.UNKNOWN);
    }
}
