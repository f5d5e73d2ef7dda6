package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Entry;
import io.qbull.model.LogCursor;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.testing.Retries;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** When a pump reads its stream again from the head, where Redis has no room for the jobs of held keys. */
class SecondReadingTest extends PumpTestSupport {
    private static final Duration ROUND_TRIP = Duration.ofMillis(1);

    private final NavigableMap<StreamId, Entry> stream = new TreeMap<>();
    private final List<Call> watches = new ArrayList<>();

    /** While a key is held and others get free again and again, each with a job that was passed by at the head. */
    @Test
    void what_is_behind_many_entries_that_are_passed_by_has_its_turn() {
        int returning = 300;
        int last = 5_000;
        Map<String, Duration> held = new HashMap<>(Map.of("held", Duration.ofDays(1)));
        for (int i = 1; i <= returning; i++) {
            add(i, "returning-" + i);
            held.put("returning-" + i, Duration.ofMillis(500L * i));
        }
        IntStream.range(returning + 1, last).forEach(i -> add(i, "held"));
        add(last, "behind");
        pump = pump(1, 1 << 20, Retries.of(3, BACKOFF));
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, new HashMap<>(held)));

        serve(Duration.ofSeconds(60));

        assertThat(ids()).contains((long) last);
        assertThat(ids()).as("keys return meanwhile").hasSizeGreaterThan(10);
        assertThat(stream).hasSizeGreaterThan(last - returning - 10);
        serve(Duration.ofSeconds(returning / 2));
        assertThat(ids()).as("in the end all have returned").hasSize(returning + 1);
    }

    /** While a key is held of which more and more jobs come, each of which is passed by. */
    @Test
    void a_reading_that_has_come_as_far_as_the_one_before_is_soon_followed_by_another() {
        int returning = 20;
        Map<String, Duration> held = new HashMap<>(Map.of("held", Duration.ofDays(1)));
        for (int i = 1; i <= returning; i++) {
            add(i, "returning-" + i);
            held.put("returning-" + i, Duration.ofSeconds(i));
        }
        pump = pump(1, 1 << 20, Retries.of(3, BACKOFF));
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, new HashMap<>(held)));
        for (int i = 1; i <= 10 * returning; i++) {
            add(returning + i, "held");
            watches.forEach(this::ring);
            watches.clear();
            serve(Duration.ofMillis(100));
        }
        assertThat(ids()).hasSizeGreaterThan(returning - 5);
    }

    @Test
    void a_reading_that_passes_nothing_more_by_is_followed_by_another_when_its_job_has_ended() {
        pump = pump(1, 1 << 20, Retries.of(3, BACKOFF));
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, new HashMap<>(Map.of("a", BACKOFF, "b", BACKOFF.plusMillis(1)))));
        answerFetch(true, entry(1, "b"));
        answer("park", Parking.FULL);
        answerFetch(true, entry(2, "a"));
        answerFetch(false, entry(3, "x"));
        work();
        complete(0);
        answer("commit", Verdict.DONE);
        loop.tick(BACKOFF);
        answer("advance", new Advance.Free());
        answerFetch(true, entry(1, "b"));
        answer("park", Parking.FULL);
        answerFetch(true, entry(2, "a"));
        work();
        loop.tick(BACKOFF.multipliedBy(4));
        complete(1);
        answer("commit", Verdict.DONE);
        answer("advance", new Advance.Free());
        answerFetch(false);
        assertThat(ids()).containsExactly(3L, 2L);
        assertThat(store.next("fetch").argument(1, LogCursor.class)).isEqualTo(LogCursor.START);
    }

    @Test
    void requests_of_people_wait_until_the_stream_is_read_again() {
        pump = pump(1, 1 << 20, Retries.of(3, BACKOFF));
        pump.start(0);
        answer("keys", new Page.Keys(Page.START, new HashMap<>(Map.of("a", BACKOFF, "b", Duration.ofDays(1)))));
        answerFetch(true, entry(1, "a"));
        answer("park", Parking.FULL);
        List<Instruction> requests = IntStream.rangeClosed(1, 3)
                .mapToObj(i -> new Instruction(new StreamId(i, 0), "retry", "b", "place-" + i))
                .toList();
        store.next("fetch").answer(new Fetch.Entries(List.of(), false, new Agenda(requests, null)));
        loop.run();
        loop.tick(BACKOFF);
        answer("advance", new Advance.Free());
        assertThat(store.waiting()).doesNotContain("fetch");

        answer("attend", new Attended.Done(Duration.ofDays(1)));

        assertThat(store.next("fetch").argument(1, LogCursor.class)).isEqualTo(LogCursor.START);
        ring(store.next("watch"));
        Call attend = store.next("attend");
        assertThat(attend.argument(1, Instruction.class)).as("it goes on").isEqualTo(requests.get(1));
    }

    private void add(int millis, String key) {
        stream.put(new StreamId(millis, 0), entry(millis, key));
    }

    /** A Redis without room for held jobs, and jobs that end at once. */
    private void serve(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plus(ROUND_TRIP)) {
            loop.tick(ROUND_TRIP);
            for (String call : store.waiting()) {
                serve(store.next(call));
            }
            loop.run();
            work();
            List.copyOf(outcomes).forEach(outcome -> outcome.completed());
            outcomes.clear();
            loop.run();
        }
    }

    private void serve(Call call) {
        switch (call.toString()) {
            case "fetch" -> {
                List<Entry> rest = new ArrayList<>(
                        stream.tailMap(call.argument(1, LogCursor.class).own(), false)
                                .values());
                List<Entry> page = rest.subList(0, Math.min(rest.size(), call.argument(3, Integer.class)));
                call.answer(new Fetch.Entries(List.copyOf(page), page.size() < rest.size(), Agenda.EMPTY));
            }
            case "park" -> call.answer(Parking.FULL);
            case "advance" -> call.answer(new Advance.Free());
            case "commit" -> {
                committed(call).forEach(millis -> stream.remove(new StreamId(millis, 0)));
                call.answer(Verdict.DONE);
            }
            default -> {
                assertThat(call).hasToString("watch");
                watches.add(call);
            }
        }
    }
}
