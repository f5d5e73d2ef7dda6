package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Entry;
import io.qbull.model.StreamId;
import io.qbull.store.DelayedJobs.Promotion;
import io.qbull.store.DelayedJobs.Promotion.Promoted;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Mending;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.WakeUps.Known;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a pump has delayed jobs promoted. */
class PumpDelayTest extends PumpTestSupport {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Instruction NOTE = new Instruction(new StreamId(5, 0), "due", "", "");

    @Test
    void delayed_jobs_are_promoted_when_the_first_is_due_and_read_then() {
        begin(SECOND);
        loop.tick(SECOND.minus(MOMENT));
        assertThat(store.waiting()).doesNotContain("promote");
        loop.tick(MOMENT);
        Call promote = store.next("promote");
        assertThat(store.waiting()).doesNotContain("fetch");
        answer(promote, new Promoted(1, null));
        assertThat(store.waiting()).contains("fetch");
        loop.tick(Duration.ofHours(1));
        assertThat(store.waiting()).doesNotContain("promote");
    }

    @Test
    void each_promotion_says_when_the_next_is_due() {
        begin(SECOND);
        loop.tick(SECOND);
        answer("promote", new Promoted(100, Duration.ZERO));
        loop.tick(Duration.ZERO);
        answer("promote", new Promoted(7, SECOND));
        loop.tick(SECOND.minus(MOMENT));
        assertThat(store.waiting()).doesNotContain("promote");
        loop.tick(MOMENT);
        store.next("promote");
    }

    @Test
    void a_promotion_that_moves_nothing_reads_nothing() {
        begin(SECOND);
        loop.tick(SECOND);
        answer("promote", new Promoted(0, SECOND));
        assertThat(store.waiting()).doesNotContain("fetch");
    }

    @Test
    void when_a_note_is_cleared_while_a_fetch_is_under_way_another_one_follows() {
        begin(0);
        store.next("fetch").answer(new Fetch.Entries(List.of(entry(1, "a")), true, new Agenda(List.of(NOTE), null)));
        loop.run();
        Call before = store.next("fetch");
        answer("attend", new Attended.Done(null));
        answer(before, new Fetch.Entries(List.of(), false, Agenda.EMPTY));
        assertThat(store.waiting()).contains("fetch");
    }

    @Test
    void a_promotion_without_answer_is_repeated() {
        begin(SECOND);
        loop.tick(SECOND);
        store.next("promote").loseReply();
        loop.run();
        loop.tick(SECOND);
        answer("promote", new Promoted(1, null));
        assertThat(told).containsExactly("unanswered");
    }

    @Test
    void a_refused_promotion_is_the_end_of_the_lease() {
        begin(SECOND);
        loop.tick(SECOND);
        answer("promote", new Promotion.Fenced());
        assertThat(told).containsExactly("fenced");
    }

    @Test
    void nothing_is_promoted_once_the_pump_is_drained() {
        begin(SECOND);
        pump.drain(() -> told.add("closed"));
        loop.tick(SECOND);
        assertThat(told).containsExactly("closed");
        assertThat(store.waiting()).doesNotContain("promote");
    }

    @Test
    void nothing_is_promoted_before_all_held_keys_are_known_and_jobs_are_tied_together() {
        pump.start(0);
        answer("fetch", read(new Agenda(List.of(), SECOND)));
        loop.tick(SECOND);
        answer("keys", new Page.Broken());
        loop.tick(SECOND);
        answer("mend", new Mending.Mended(Page.START, 1, 0, 0));
        loop.tick(SECOND);
        assertThat(store.waiting()).doesNotContain("promote");
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answer("promote", new Promoted(1, null));
        assertThat(store.waiting()).contains("fetch");
    }

    @Test
    void a_producers_note_makes_an_earlier_job_the_next_and_is_not_logged() {
        begin(SECOND.multipliedBy(30));
        try (CapturedLog log = new CapturedLog()) {
            ring(store.next("watch"));
            answer("fetch", read(new Agenda(List.of(NOTE), SECOND)));
            Call attend = store.next("attend");
            assertThat(attend.argument(1, Instruction.class)).isEqualTo(NOTE);
            assertThat(attend.argument(2, Action.class)).isEqualTo(Action.IGNORE);
            answer(attend, new Attended.Done(Duration.ZERO));
            answer("fetch", read(new Agenda(List.of(), SECOND)));
            loop.tick(SECOND);
            store.next("promote");
            assertThat(log.seen("")).isEmpty();
        }
    }

    @Test
    void a_long_delay_is_checked_again_each_minute_because_clocks_drift() {
        begin(Duration.ofDays(300));
        loop.tick(Duration.ofMinutes(1));
        answer("promote", new Promoted(0, SECOND));
        loop.tick(SECOND);
        store.next("promote");
    }

    @Test
    void a_producers_note_does_not_wait_for_a_persons_request() {
        begin(null, entry(1, "a"));
        fail();
        ring(store.next("watch"));
        Instruction asked = new Instruction(new StreamId(4, 0), "retry", "a", "");
        answer("fetch", read(new Agenda(List.of(asked, NOTE), SECOND)));
        assertThat(store.next("attend").argument(1, Instruction.class)).isEqualTo(NOTE);
        loop.tick(SECOND);
        store.next("promote");
    }

    @Test
    void delayed_jobs_are_promoted_while_a_drain_waits_for_a_long_job() {
        begin(SECOND, entry(1, "a"));
        pump.drain(() -> told.add("closed"));
        loop.tick(SECOND);
        answer("promote", new Promoted(1, null));
        Call watch = store.next("watch");
        while (store.waiting().contains("watch")) {
            watch = store.next("watch");
        }
        assertThat(watch.argument(1, Known.class)).as("the inbox alone").isEqualTo(new Known(null, StreamId.START));
        ring(watch);
        answer("fetch", read(new Agenda(List.of(NOTE), SECOND), entry(2, "a")));
        answer("attend", new Attended.Done(Duration.ZERO));
        answer("fetch", read(new Agenda(List.of(), SECOND), entry(2, "a")));
        loop.tick(SECOND);
        Call promote = store.next("promote");
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(told).as("a promotion is under way").isEmpty();
        answer(promote, new Promoted(0, SECOND));
        assertThat(told).containsExactly("closed");
        loop.tick(SECOND);
        assertThat(store.waiting()).doesNotContain("promote", "fetch").contains("forget");
        assertThat(ids()).containsExactly(1L);
    }

    private void begin(@Nullable Duration dueIn, Entry... entries) {
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answer("fetch", read(new Agenda(List.of(), dueIn), entries));
    }

    private static Fetch.Entries read(Agenda agenda, Entry... entries) {
        return new Fetch.Entries(List.of(entries), false, agenda);
    }
}
