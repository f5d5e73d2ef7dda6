package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionStage;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Unpacked;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.WakeUps.Known;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A pump whose log has segments and markers. */
class LogPumpTest extends PumpTestSupport {
    private static final Segment SEGMENT = new Segment(2, 7);
    private static final LogCursor ALL = LogCursor.START.over(List.of(SEGMENT));

    /** The last one that was set. */
    private @Nullable Call watch;

    @Test
    void segments_that_are_not_known_are_read_from_their_start_and_then_from_where_the_last_read_ended() {
        begin(0);
        Call first = store.next("fetch");
        assertThat(cursor(first)).isEqualTo(LogCursor.START);
        answer(first, new Fetch.Segments(List.of(SEGMENT)));
        Call second = store.next("fetch");
        assertThat(cursor(second)).isEqualTo(ALL);
        answer(second, read(true, moved(1, "a"), moved(2, "b"), entry(1, "c")));
        assertThat(cursor(store.next("fetch"))).isEqualTo(ALL.past(staged(2)).past(id(1)));
        assertThat(started).extracting(d -> d.job().entry()).containsExactly(staged(1));
    }

    @Test
    void what_comes_into_a_segment_late_runs_before_what_is_behind_it_in_the_log() {
        beginWithSegment();
        answer("fetch", read(false, entry(1, "a"), entry(2, "b")));
        wake("staged");
        answer("fetch", read(false, moved(1, "c")));
        complete(0);
        complete(1);
        assertThat(started).extracting(d -> d.job().entry()).containsExactly(id(1), staged(1), id(2));
    }

    @Test
    void a_marker_that_is_passed_leaves_the_stream_like_a_finished_job() {
        begin(0);
        answerFetch(false, new Entry.Marker(id(1), 10), entry(2, "a"));
        work();
        complete(0);
        assertThat(committed(store.next("commit"))).containsExactly(1L, 2L);
    }

    @Test
    void at_the_gate_only_notes_wake_the_pump() {
        begin(0);
        atGate();
        assertThat(pump.seesEmptyStream()).as("it may not look behind the gate").isFalse();
        assertThat(lastWatch().stream()).isNull();
        wake("started");
        answer("fetch", read(false, new Entry.Marker(id(1), 10), entry(2, "a")));
        assertThat(ids()).containsExactly(2L);
        assertThat(lastWatch().stream()).isEqualTo(new StreamId(2, 0));
        assertThat(pump.seesEmptyStream()).isFalse();
    }

    @Test
    void a_note_is_removed_and_what_it_told_of_is_read_after_that() {
        beginWithSegment();
        answer(
                "fetch",
                new Fetch.Entries(
                        List.of(),
                        false,
                        new Agenda(List.of(new Instruction(new StreamId(5, 0), "staged", "", "")), null)));
        assertThat(store.waiting()).doesNotContain("fetch");
        Call attend = store.next("attend");
        assertThat(attend.argument(2, Action.class)).isEqualTo(Action.IGNORE);
        answer(attend, new Attended.Done(null));
        assertThat(store.next("fetch").argument(3, Integer.class)).as("entries").isPositive();
    }

    @Test
    void what_was_held_is_held_again_before_anything_of_the_page_runs() {
        beginWithSegment();
        answer("fetch", read(false, arrived(1, "a"), arrived(2, "a"), moved(3, "a"), moved(4, "b")));
        assertThat(started).isEmpty();
        assertThat(store.waiting()).doesNotContain("fetch");
        Call unpack = store.next("unpack");
        assertThat((Object) unpack.argument(1, List.class))
                .isEqualTo(List.of(new Parked(staged(1), "a"), new Parked(staged(2), "a")));
        answer(unpack, new Unpacked.Done(Map.of("a", BACKOFF)));
        Call again = store.next("fetch");
        assertThat(cursor(again)).isEqualTo(ALL);
        answer(again, read(false, moved(3, "a"), moved(4, "b")));
        assertThat(started).extracting(d -> d.job().entry()).containsExactly(staged(4));
        complete(0);
        loop.tick(BACKOFF);
        answer("advance", next(1, "a", Attempts.NONE));
        assertThat(started).hasSize(2);
    }

    @Test
    void a_request_that_was_passed_on_waits_until_the_job_that_it_names_is_held_again() {
        Instruction request = new Instruction(new StreamId(5, 0), "retry", "a", "place", SEGMENT.toString());
        Instruction other = new Instruction(new StreamId(6, 0), "retry", "z", "place", "1:9");
        Agenda agenda = new Agenda(List.of(request, other), null);
        beginWithSegment();
        answer("fetch", new Fetch.Entries(List.of(moved(1, "b")), true, agenda, stage(2)));
        Call first = store.next("attend");
        assertThat(first.argument(1, Instruction.class))
                .as("nothing of its segment can come")
                .isEqualTo(other);
        answer(first, new Attended.Done(null));
        assertThat(store.waiting()).doesNotContain("attend");
        answer("fetch", read(false, arrived(2, "a")));
        answer("unpack", new Unpacked.Done(Map.of("a", BACKOFF)));
        Call attend = store.next("attend");
        assertThat(attend.argument(1, Instruction.class)).isEqualTo(request);
        assertThat(attend.argument(2, Action.class)).isEqualTo(Action.RETRY);
    }

    @Test
    void a_reply_that_is_lost_leaves_the_page_until_the_repeat_is_answered() {
        beginWithSegment();
        answer("fetch", read(false, arrived(1, "a"), moved(2, "a")));
        store.next("unpack").loseReply();
        loop.tick(Duration.ofMillis(100));
        assertThat(store.waiting()).contains("unpack").doesNotContain("fetch");
        answer("unpack", new Unpacked.Fenced());
        assertThat(told).containsExactly("unanswered", "fenced");
    }

    @Test
    void nothing_is_held_again_before_all_held_keys_are_known() {
        pump.start(0);
        answer("fetch", new Fetch.Segments(List.of(SEGMENT)));
        answer("fetch", read(false, arrived(1, "a")));
        assertThat(store.waiting()).doesNotContain("unpack", "fetch");
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answer("fetch", read(false, arrived(1, "a")));
        assertThat(store.waiting()).contains("unpack");
    }

    @Test
    void a_key_that_grows_while_its_last_job_ends_is_looked_at_again() {
        beginWithSegment();
        answer("fetch", read(false, arrived(1, "a")));
        answer("unpack", new Unpacked.Done(Map.of("a", Duration.ZERO)));
        Call fetch = store.next("fetch");
        answer("advance", next(1, "a", Attempts.NONE));
        answer(fetch, read(false, arrived(2, "a")));
        Call unpack = store.next("unpack");
        complete(0);
        Call advance = store.next("advance");
        answer(unpack, new Unpacked.Done(Map.of("a", Duration.ZERO)));
        answer(advance, new Advance.Free());
        answer("fetch", read(false, moved(3, "a")));
        assertThat(started).as("another one may be held").hasSize(1);
        answer("advance", next(2, "a", Attempts.NONE));
        assertThat(ids()).containsExactly(1L, 2L);
    }

    @Test
    void a_segment_is_forgotten_once_all_of_it_is_done_and_its_version_has_started() {
        beginWithSegment();
        atGate(moved(1, "a"));
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(store.waiting()).as("more may come").doesNotContain("tidy");
        wake("started");
        answer("fetch", read(false, moved(2, "a")));
        assertThat(store.waiting()).as("a job runs").doesNotContain("tidy");
        complete(1);
        assertThat(store.waiting()).as("it is not committed").doesNotContain("tidy");
        answer("commit", Verdict.DONE);
        Call tidy = store.next("tidy");
        assertThat((Object) tidy.argument(1, List.class)).isEqualTo(List.of(SEGMENT));
        answer(tidy, Verdict.DONE);
        answer("fetch", new Fetch.Segments(List.of()));
        answer("fetch", read(false));
        assertThat(store.waiting()).doesNotContain("tidy", "fetch");
    }

    @Test
    void a_segment_that_is_not_empty_after_all_is_tried_once() {
        beginWithSegment();
        answer("fetch", read(false));
        answer("tidy", Verdict.DONE);
        answer("fetch", read(false));
        assertThat(store.waiting()).doesNotContain("tidy", "fetch");
    }

    @Test
    void a_segment_that_was_tried_too_early_is_tried_again_when_its_last_job_is_done() {
        beginWithSegment();
        answer("fetch", read(false));
        answer("tidy", Verdict.DONE);
        answer("fetch", read(false));
        wake("due");
        answer("fetch", read(false, entry(1, "b")));
        complete(0);
        Call commit = store.next("commit");
        wake("staged");
        answer("fetch", read(false, moved(1, "a")));
        complete(1);
        assertThat(store.waiting()).doesNotContain("tidy");
        answer(commit, Verdict.DONE);
        answer("commit", Verdict.DONE);
        assertThat(store.waiting()).contains("tidy");
    }

    @Test
    void the_first_entries_of_each_stream_are_suspects() {
        begin(1);
        answer("fetch", new Fetch.Segments(List.of(SEGMENT)));
        answer("fetch", read(true, moved(1, "a"), moved(2, "a"), entry(1, "b"), entry(2, "b")));
        assertThat(suspected()).isEqualTo("2:7/1-0");
        complete(0);
        answer("commit", Verdict.DONE);
        assertThat(started).as("no suspect").hasSize(2);
        complete(1);
        answer("commit", Verdict.DONE);
        assertThat(suspected()).isEqualTo("1-0");
        pump.abandon(() -> told.add("closed"));
        assertThat(pump.suspectsLeft()).isEqualTo(1);
    }

    @Test
    void suspects_that_are_left_count_in_their_streams() {
        pump.start(1);
        answer("keys", new Page.Keys(Page.START, Map.of()));
        answer("fetch", new Fetch.Segments(List.of(SEGMENT)));
        answer("fetch", read(false, moved(1, "a"), moved(2, "a"), moved(3, "a"), entry(1, "b")));
        pump.abandon(() -> told.add("closed"));
        assertThat(pump.suspectsLeft()).isEqualTo(1);
    }

    @Test
    void suspects_of_streams_that_were_not_read_are_left() {
        begin(9);
        answer("fetch", new Fetch.Segments(List.of(SEGMENT)));
        answer(
                "fetch",
                read(
                        true,
                        IntStream.rangeClosed(1, 9)
                                .mapToObj(i -> moved(i, "a" + i))
                                .toArray(Entry[]::new)));
        for (int i = 1; i <= 9; i++) {
            assertThat(suspected()).isEqualTo("2:7/" + i + "-0");
            complete(i - 1);
            answer("commit", Verdict.DONE);
        }
        pump.abandon(() -> told.add("closed"));
        assertThat(pump.suspectsLeft()).isEqualTo(9);
    }

    private String suspected() {
        Call suspect = store.next("suspect");
        String name = suspect.argument(1, JobPlace.class).entry().toString();
        answer(suspect, Verdict.DONE);
        return name;
    }

    private void beginWithSegment() {
        begin(0);
        answer("fetch", new Fetch.Segments(List.of(SEGMENT)));
    }

    /** The partition waits for the start of a version, and no key leaves it. */
    private void atGate(Entry... entries) {
        Fetch.Entries read = new Fetch.Entries(List.of(entries), false, Agenda.EMPTY, stage(1), true);
        answer("fetch", read);
        pump.depart(2, key -> false, null, allHere(2));
        answer("fetch", read);
    }

    /** A note comes into the inbox. */
    private void wake(String note) {
        lastWatch();
        ring(requireNonNull(watch));
        assertThat(store.waiting()).as(note).contains("fetch");
    }

    private Known lastWatch() {
        while (store.waiting().contains("watch")) {
            watch = store.next("watch");
        }
        return requireNonNull(watch).argument(1, Known.class);
    }

    private static LogCursor cursor(Call fetch) {
        return fetch.argument(1, LogCursor.class);
    }

    private static PartitionStage stage(int started) {
        return new PartitionStage(new SealState(2, true), started, 0);
    }

    private static Fetch.Entries read(boolean more, Entry... entries) {
        return new Fetch.Entries(List.of(entries), more, Agenda.EMPTY, stage(2));
    }

    private static EntryId staged(int millis) {
        return new EntryId(SEGMENT, new StreamId(millis, 0));
    }

    private static Entry moved(int millis, String key) {
        return entry(SEGMENT, millis, key);
    }

    private static Entry arrived(int millis, String key) {
        return new Entry.Arrived(staged(millis), key, 10);
    }
}
