package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.SealState;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.ResizeTable.Rerouting;
import io.qbull.store.ResizeTable.Sender;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a pump of partition 3 does with entries whose keys belong elsewhere by layout version 2: those that begin with 0 belong to partition
 * 0, and those that begin with 4 to partition 4.
 */
class MisplacedPumpTest extends PumpTestSupport {
    private static final PartitionStage SETTLED = new PartitionStage(new SealState(2, true), 2, 2);
    private static final PartitionStage SEALED = new PartitionStage(new SealState(3, false), 2, 2);
    private static final PartitionStage STARTED = new PartitionStage(new SealState(3, true), 3, 3);
    private static final Rerouting DONE = new Rerouting.Done();

    @BeforeEach
    void ask() {
        allHere = false;
    }

    @Test
    void nothing_runs_before_it_is_known_where_keys_belong() {
        begin(0);
        answerFetch(SETTLED, entry(1, "0a"), entry(2, "a"));
        assertThat(told).containsExactly("settled 2");
        assertThat(ids()).isEmpty();
        assertThat(store.waiting()).doesNotContain("fetch");
        settle(2);
        answerFetch(SETTLED, entry(1, "0a"), entry(2, "a"));
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void it_is_asked_again_if_a_later_layout_runs_by_now() {
        begin(0);
        answerFetch(SETTLED);
        shows(STARTED);
        assertThat(told).containsExactly("settled 2", "settled 3");
        shows(STARTED);
        assertThat(told).hasSize(2);
        settle(3);
        answer("sender", new Sender(false));
        answerFetch(STARTED, entry(1, "a"));
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_retired_partition_asks_even_if_redis_has_forgotten_that_it_is() {
        pump.retired();
        begin(0);
        answerFetch(PartitionStage.ABSENT, entry(1, "a"));
        assertThat(told).containsExactly("settled 0");
        settle(2);
        answerFetch(PartitionStage.ABSENT, entry(1, "a"), entry(2, "4a"));
        assertThat(ids()).containsExactly(1L);
        claims();
        assertSent(store.next("reroute"), 4, 2);
    }

    @Test
    void entries_are_added_where_they_belong_and_then_deleted_and_then_the_next_ones_go() {
        begun(entry(1, "0a"), entry(2, "a"), entry(3, "4b"), entry(4, "0a"));
        claims();
        Call first = store.next("reroute");
        Call second = store.next("reroute");
        assertSent(first, 0, 1, 4);
        assertSent(second, 4, 3);
        answer(first, DONE);
        complete(0);
        Call own = store.next("commit");
        assertThat(committed(own)).containsExactly(2L);
        answer(own, Verdict.DONE);
        assertThat(store.waiting()).as("before both are answered").doesNotContain("commit");
        answer(second, DONE);
        wake(entry(5, "0a"));
        assertThat(store.waiting()).as("before the others are deleted").doesNotContain("reroute");
        Call commit = store.next("commit");
        assertThat(committed(commit)).containsExactlyInAnyOrder(1L, 4L, 3L);
        answer(commit, Verdict.DONE);
        Call third = store.next("reroute");
        assertSent(third, 0, 5);
        assertThat(third.argument(3, Long.class)).isGreaterThan(first.argument(3, Long.class));
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void a_repeat_has_the_number_of_the_first_attempt() {
        begun(entry(1, "0a"));
        claims();
        Call first = store.next("reroute");
        first.loseReply();
        loop.tick(Duration.ofMillis(100));
        Call again = store.next("reroute");
        assertThat(again.argument(3, Long.class)).isEqualTo(first.argument(3, Long.class));
        assertSent(again, 0, 1);
    }

    @Test
    void what_the_owner_before_has_sent_is_deleted_and_not_sent_again() {
        begun(entry(1, "0a"), entry(2, "4b"), entry(3, "0a"));
        for (int target : List.of(0, 1, 2, 3, 4)) {
            Call claim = store.next("claim");
            assertThat(claim.argument(0, PartitionId.class).index()).isEqualTo(target);
            answer(claim, claimed(target == 0 ? List.of(1, 9) : List.of()));
        }
        Call commit = store.next("commit");
        assertThat(committed(commit)).containsExactly(1L, 9L);
        assertThat(store.waiting()).doesNotContain("reroute");
        answer(commit, Verdict.DONE);
        assertSent(store.next("reroute"), 0, 3);
        assertSent(store.next("reroute"), 4, 2);
    }

    @Test
    void an_entry_that_is_read_late_is_not_sent_again_either() {
        begun(entry(1, "0a"));
        ring(store.next("watch"));
        Call late = store.next("fetch");
        claims(2);
        answer("commit", Verdict.DONE);
        answer("reroute", DONE);
        answer("commit", Verdict.DONE);
        answer(late, new Fetch.Entries(List.of(entry(2, "0a"), entry(3, "0a")), false, Agenda.EMPTY, SETTLED));
        assertSent(store.next("reroute"), 0, 3);
    }

    @Test
    void all_partitions_are_asked_again_when_one_knows_of_an_earlier_owner() {
        begun(entry(1, "0a"));
        claims();
        answer("reroute", new Rerouting.Unclaimed());
        claims(1);
        assertThat(committed(store.next("commit"))).containsExactly(1L);
    }

    @Test
    void an_entry_without_a_key_of_its_own_runs() {
        StreamId id = new StreamId(1, 0);
        begun(new Entry.Decoded(
                new Job(id, new JobId("0-1"), "0-1", 1, Map.of("f", new byte[0]), null, Map.of(), Attempts.NONE), 10));
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_key_that_is_held_here_runs_here_until_nothing_of_it_is_held() {
        pump.start(0);
        answerFetch(SETTLED);
        settle(2);
        answer("keys", new Page.Keys(Page.START, Map.of("0a", Duration.ZERO)));
        answerFetch(SETTLED, entry(2, "0a"), entry(3, "0b"));
        claims();
        Call first = store.next("reroute");
        assertSent(first, 0, 3);
        answer("advance", next(1, "0a", Attempts.NONE));
        assertThat(ids()).containsExactly(1L);
        complete(0);
        assertThat(store.waiting()).doesNotContain("reroute");
        answer("advance", new Advance.Free());
        answer(first, DONE);
        answer("commit", Verdict.DONE);
        assertSent(store.next("reroute"), 0, 2);
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void a_partition_that_takes_none_by_this_layout_is_tried_again_by_the_next() {
        begun(entry(1, "0a"));
        claims();
        told.clear();
        answer("reroute", new Rerouting.OtherLayout());
        assertThat(store.waiting()).doesNotContain("reroute", "commit");
        loop.tick(Duration.ofMillis(200));
        assertThat(told).containsExactly("settled 2");
        answer("reroute", new Rerouting.OtherLayout());
        pump.settle(homes(4));
        loop.tick(Duration.ofMillis(200));
        Call again = store.next("reroute");
        assertThat(again.argument(2, Integer.class)).isEqualTo(4);
        answer(again, DONE);
        assertThat(committed(store.next("commit"))).containsExactly(1L);
    }

    @Test
    void an_owner_that_is_out_of_date_sends_nothing_for_now() {
        begun(entry(1, "0a"), entry(2, "a"));
        claims();
        answer("reroute", new Rerouting.Stale());
        assertThat(store.waiting()).doesNotContain("reroute");
        complete(0);
        assertThat(committed(store.next("commit"))).containsExactly(2L);
        loop.tick(Duration.ofMillis(200));
        assertSent(store.next("reroute"), 0, 1);
    }

    @Test
    void what_leaves_is_moved_only_when_what_was_being_sent_is_deleted() {
        begun(entry(1, "0a"));
        claims();
        seal();
        assertThat(told).doesNotContain("cleared 3");
        answer("reroute", DONE);
        assertThat(told).doesNotContain("cleared 3");
        answer("commit", Verdict.DONE);
        assertThat(told).contains("cleared 3");
    }

    @Test
    void during_a_resize_nothing_is_sent_and_then_the_log_is_read_again_from_its_head() {
        begun(entry(1, "a"));
        seal();
        wakeSealed(entry(2, "0a"), entry(3, "a"), entry(4, "4b"));
        assertThat(store.waiting()).doesNotContain("claim", "reroute");
        pump.departed();
        answer(
                store.next("fetch"),
                new Fetch.Entries(List.of(entry(5, "0a"), entry(6, "a")), false, Agenda.EMPTY, STARTED));
        answer("sender", new Sender(false));
        Call agenda = store.next("fetch");
        assertThat(agenda.argument(3, Integer.class)).as("a job runs").isZero();
        answer(agenda, new Fetch.Entries(List.of(), false, Agenda.EMPTY, STARTED));
        complete(0);
        assertThat(ids()).containsExactly(1L);
        answer("commit", Verdict.DONE);
        Call fetch = store.next("fetch");
        assertThat(fetch.argument(1, LogCursor.class)).isEqualTo(LogCursor.START);
        answer(
                fetch,
                new Fetch.Entries(
                        List.of(entry(2, "0a"), entry(3, "a"), entry(4, "4b"), entry(5, "0a"), entry(6, "a")),
                        false,
                        Agenda.EMPTY,
                        STARTED));
        claims();
        Call sent = store.next("reroute");
        assertSent(sent, 0, 2, 5);
        assertThat(sent.argument(2, Integer.class)).isEqualTo(3);
        assertThat(ids()).containsExactly(1L, 3L);
    }

    @Test
    void the_log_is_read_again_also_if_another_resize_ends_before_that_was_possible() {
        begun(entry(1, "a"));
        seal();
        wakeSealed(entry(2, "0a"));
        pump.departed();
        shows(STARTED);
        answer("sender", new Sender(false));
        shows(new PartitionStage(new SealState(4, false), 3, 3));
        pump.depart(4, key -> false, homes(3), homes(4));
        loop.run();
        answer("sender", new Sender(false));
        pump.departed();
        shows(new PartitionStage(new SealState(4, true), 4, 4));
        answer("sender", new Sender(false));
        complete(0);
        answer("commit", Verdict.DONE);
        List<LogCursor> cursors = new ArrayList<>();
        while (store.waiting().contains("fetch") && !cursors.contains(LogCursor.START)) {
            Call fetch = store.next("fetch");
            cursors.add(fetch.argument(1, LogCursor.class));
            answer(fetch, new Fetch.Entries(List.of(), false, Agenda.EMPTY, STARTED));
        }
        assertThat(cursors).contains(LogCursor.START);
    }

    private void shows(PartitionStage stage) {
        pump.look();
        answerFetch(stage);
    }

    @Test
    void a_job_that_runs_here_when_a_layout_begins_by_which_it_is_misplaced_ends_before_others_of_its_key_are_sent() {
        begin(0);
        PartitionStage first = new PartitionStage(new SealState(1, true), 1, 0);
        answerFetch(first, entry(1, "0a"), entry(2, "0a"), entry(3, "0b"));
        pump.look();
        answerFetch(new PartitionStage(new SealState(2, false), 1, 0));
        pump.depart(2, key -> false, null, homes(2));
        pump.look();
        loop.run();
        while (store.waiting().contains("fetch")) {
            answerFetch(SETTLED);
        }
        claims();
        Call other = store.next("reroute");
        assertSent(other, 0, 3);
        answer(other, DONE);
        answer("commit", Verdict.DONE);
        assertThat(store.waiting()).doesNotContain("reroute");
        complete(0);
        assertThat(store.waiting()).doesNotContain("reroute");
        answer("commit", Verdict.DONE);
        assertSent(store.next("reroute"), 0, 2);
        assertThat(ids()).containsExactly(1L);
    }

    @Test
    void misplaced_entries_are_not_handed_to_a_worker_behind_others() {
        inPlace = index -> true;
        begun(
                entry(1, "a"),
                entry(2, "a"),
                entry(3, "a"),
                entry(4, "a"),
                entry(5, "0b"),
                entry(6, "a"),
                entry(7, "0b"),
                entry(8, "a"));
        assertThat(ids()).containsExactly(1L, 2L, 3L, 4L, 6L, 8L);
    }

    @Test
    void what_an_owner_before_has_sent_by_an_earlier_layout_is_deleted_before_anything_runs() {
        begin(0);
        answerFetch(STARTED);
        settle(3);
        assertThat(store.waiting()).doesNotContain("fetch");
        answer("sender", new Sender(true));
        claims(1);
        assertThat(store.waiting()).doesNotContain("fetch");
        Call commit = store.next("commit");
        assertThat(committed(commit)).containsExactly(1L);
        answer(commit, Verdict.DONE);
        answerFetch(STARTED, entry(2, "a"), entry(3, "0a"));
        assertThat(ids()).containsExactly(2L);
        assertSent(store.next("reroute"), 0, 3);
    }

    @Test
    void nor_is_it_moved_by_the_next_resize() {
        begin(0);
        PartitionStage next = new PartitionStage(new SealState(4, false), 3, 3);
        answerFetch(next);
        pump.depart(4, key -> false, homes(3), homes(4));
        loop.run();
        answer("sender", new Sender(true));
        assertThat(told).doesNotContain("cleared 4");
        claims(1);
        assertThat(told).doesNotContain("cleared 4");
        answer("commit", Verdict.DONE);
        assertThat(told).contains("cleared 4");
    }

    @Test
    void a_partition_that_cannot_be_asked_for_now_is_asked_again() {
        begin(0);
        answerFetch(STARTED);
        settle(3);
        answer("sender", new Sender(true));
        answer("claim", new Rerouting.Stale());
        for (int target = 1; target < 5; target++) {
            answer("claim", claimed(List.of()));
        }
        assertThat(store.waiting()).doesNotContain("claim", "fetch");
        loop.tick(Duration.ofMillis(200));
        claims();
        answerFetch(STARTED, entry(2, "a"));
        assertThat(ids()).containsExactly(2L);
    }

    @Test
    void what_is_not_sent_before_the_seal_waits_for_the_next_layout() {
        begun(entry(1, "0a"));
        claims();
        Call first = store.next("reroute");
        seal();
        answer(first, new Rerouting.OtherLayout());
        assertThat(told).contains("cleared 3");
        loop.tick(Duration.ofSeconds(1));
        assertThat(store.waiting()).doesNotContain("reroute");
    }

    @Test
    void misplaced_entries_are_no_suspects() {
        allHere = false;
        pump.start(2);
        answerFetch(SETTLED);
        settle(2);
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answerFetch(SETTLED, entry(1, "0a"), entry(2, "4b"), entry(3, "a"), entry(4, "b"));
        Call suspect = store.next("suspect");
        answer(suspect, Verdict.DONE);
        assertThat(ids()).containsExactly(3L);
    }

    @Test
    void jobs_that_wait_to_be_sent_are_named_as_the_cause_of_a_standstill() {
        begun(entry(1, "0a"));
        claims();
        answer("reroute", new Rerouting.OtherLayout());
        loop.tick(Duration.ofSeconds(1));
        answer("reroute", new Rerouting.OtherLayout());
        assertThat(standstill(pump, Duration.ZERO)).contains("is resized");
    }

    /** A settled partition whose first entries are these. */
    private void begun(Entry... entries) {
        begin(0);
        answerFetch(SETTLED);
        settle(2);
        answerFetch(SETTLED, entries);
    }

    private void settle(int version) {
        pump.settle(homes(version));
        loop.run();
        work();
    }

    /** The partition is sealed for version 3, by which no key leaves. */
    private void seal() {
        pump.look();
        answerFetch(SEALED);
        pump.depart(3, key -> false, homes(2), homes(3));
        loop.run();
        work();
    }

    private static KeyHomes homes(int version) {
        return new KeyHomes(version, 5, key -> Character.isDigit(key.charAt(0)) ? key.charAt(0) - '0' : 3);
    }

    /** All partitions say which entries came last; only 0 has any. */
    private void claims(int... there) {
        for (int target : List.of(0, 1, 2, 3, 4)) {
            List<Integer> ids = target == 0 ? Arrays.stream(there).boxed().toList() : List.of();
            answer("claim", claimed(ids));
        }
        assertThat(store.waiting()).doesNotContain("claim");
    }

    private static Rerouting claimed(List<Integer> ids) {
        return new Rerouting.Claimed(
                ids.stream().map(millis -> new StreamId(millis, 0)).toList());
    }

    private static void assertSent(Call call, int target, long... ids) {
        assertThat(call.argument(0, PartitionId.class).index()).isEqualTo(target);
        List<Long> sent = new ArrayList<>();
        for (Object job : call.argument(4, List.class)) {
            sent.add(((Job) job).streamId().millis());
        }
        assertThat(sent).isEqualTo(Arrays.stream(ids).boxed().toList());
    }

    private void wake(Entry... entries) {
        ring(store.next("watch"));
        answerFetch(SETTLED, entries);
    }

    private void wakeSealed(Entry... entries) {
        pump.look();
        answerFetch(SEALED, entries);
    }

    private void answerFetch(PartitionStage stage, Entry... entries) {
        answer(store.next("fetch"), new Fetch.Entries(List.of(entries), false, Agenda.EMPTY, stage));
    }
}
