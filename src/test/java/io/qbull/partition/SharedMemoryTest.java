package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A pump that runs two keys side by side and shares little memory with another pump. */
class SharedMemoryTest extends PumpTestSupport {
    private static final long ALL = 20_000;
    private static final Duration LOOK = Duration.ofMillis(100);

    private FetchBudget.Share other = new FetchBudget(1).share();

    @BeforeEach
    void share() {
        budget = new FetchBudget(ALL);
        other = budget.share();
        pump = pump(2, 128, 1 << 20, Retries.of(3, BACKOFF));
    }

    @Test
    void while_others_have_all_memory_a_pump_has_one_entry_and_goes_on_when_some_is_free() {
        other.holds(1, ALL);
        begin(0);
        assertFetch(1, 1, entry(1, "a"));
        assertThat(ids()).containsExactly(1L);
        loop.tick(LOOK);
        assertThat(store.waiting()).as("no memory, and a job runs").doesNotContain("fetch");
        other.holds(0, 0);
        loop.tick(LOOK);
        assertFetch(9, 4_870, entry(2, "b"));
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void while_others_have_all_memory_one_first_job_of_a_held_key_is_known_and_the_next_one_when_some_is_free() {
        other.holds(1, ALL);
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ZERO, "b", Duration.ZERO)));
        answer(store.next("fetch"), new Fetch.Entries(List.of(), false, Agenda.EMPTY));
        answerHead();
        loop.tick(LOOK);
        assertThat(store.waiting()).as("no memory, and a job runs").doesNotContain("advance");
        other.holds(0, 0);
        loop.tick(LOOK);
        answerHead();
        assertThat(started).hasSize(2);
    }

    @Test
    void first_jobs_of_held_keys_take_memory_from_all_pumps_too() {
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, Map.of("a", Duration.ZERO)));
        assertFetch(9, 5_392);
        assertThat(budget.used()).isZero();
        answerHead();
        assertThat(budget.used()).isEqualTo(FetchBudget.ENTRY_OVERHEAD + 10);
    }

    @Test
    void a_pump_that_drains_gives_its_memory_back() {
        given(entry(1, "a"), entry(2, "a"));
        pump.drain(() -> told.add("drained"));
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(told).containsExactly("drained");
        assertNothingKept();
    }

    @Test
    void a_pump_that_is_abandoned_gives_its_memory_back_once_whatever_comes_later() {
        given(entry(1, "a"), entry(2, "a"));
        pump.abandon(() -> told.add("abandoned"));
        assertNothingKept();
        complete(0);
        assertThat(told).containsExactly("abandoned");
        assertNothingKept();
    }

    @Test
    void a_fetch_that_is_answered_after_the_end_or_refused_leaves_no_memory_taken() {
        begin(0);
        Call late = store.next("fetch");
        assertThat(budget.used()).as("what the fetch may bring").isEqualTo(ALL / 2);
        pump.abandon(() -> {});
        assertNothingKept();
        answer(late, new Fetch.Entries(List.of(entry(1, "a")), false, Agenda.EMPTY));
        assertNothingKept();
        pump = pump(2, 128, 1 << 20, Retries.of(3, BACKOFF));
        begin(0);
        answer("fetch", new Fetch.Fenced());
        assertNothingKept();
    }

    @Test
    void a_fetch_whose_reply_is_lost_takes_memory_again_only_when_it_is_repeated() {
        begin(0);
        store.next("fetch").loseReply();
        loop.run();
        assertThat(budget.used()).isZero();
        loop.tick(LOOK);
        assertThat(budget.used()).isEqualTo(ALL / 2);
    }

    private void assertNothingKept() {
        assertThat(budget.used()).isZero();
        assertThat(other.room()).as("what the other pump may use").isEqualTo(ALL);
    }

    private void assertFetch(int entries, int bytes, Entry... answered) {
        Call fetch = store.next("fetch");
        assertThat(fetch.argument(3, Integer.class)).isEqualTo(entries);
        assertThat(fetch.argument(4, Integer.class)).isEqualTo(bytes);
        answer(fetch, new Fetch.Entries(List.of(answered), answered.length > 0, Agenda.EMPTY));
    }

    private void answerHead() {
        Call head = store.next("advance");
        String key = head.argument(1, String.class);
        answer(head, next(key.charAt(0), key, Attempts.NONE));
    }
}
