package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog.Verdict;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When a pump believes that its stream is empty, so that it has overlooked what is there. */
class EmptyStreamTest extends PumpTestSupport {
    @Test
    void a_stream_whose_entries_are_committed_is_empty() {
        given(1, 2);
        assertThat(pump.seesEmptyStream()).isFalse();
        complete(0);
        complete(1);
        assertThat(pump.seesEmptyStream()).as("not committed").isFalse();
        answer("commit", Verdict.DONE);
        if (store.waiting().contains("commit")) {
            answer("commit", Verdict.DONE);
        }
        assertThat(pump.seesEmptyStream()).isTrue();
    }

    @Test
    void entries_that_were_passed_by_are_known() {
        begin(0);
        answerFetch(true, entries(IntStream.rangeClosed(1, 128).toArray()));
        work();
        fail();
        answer("fail", Verdict.DONE);
        answer("park", Parking.FULL);
        answerFetch(false, entry(129, "other"));
        work();
        complete(1);
        answer("commit", Verdict.DONE);
        assertThat(ids()).containsExactly(1L, 129L);
        assertThat(pump.seesEmptyStream()).as("jobs of the held key are there").isFalse();
    }

    @Test
    void an_owner_that_may_not_read_yet_sees_nothing() {
        pump.start(1);
        assertThat(store.waiting()).contains("keys");
        assertThat(pump.seesEmptyStream())
                .as("which entries are suspects depends on the held keys")
                .isFalse();
    }

    @Test
    void an_owner_whose_first_read_is_not_answered_sees_an_empty_stream() {
        begin(0);
        assertThat(store.waiting()).contains("fetch");
        assertThat(pump.seesEmptyStream()).isTrue();
    }

    @Test
    void an_owner_that_gives_up_sees_nothing() {
        begin(0);
        answerFetch(false);
        pump.drain(() -> {});
        assertThat(pump.seesEmptyStream()).isFalse();
    }
}
