package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.model.StreamId;
import io.qbull.partition.Decision.Bury;
import io.qbull.partition.Decision.ReadHead;
import io.qbull.partition.Decision.Start;
import io.qbull.partition.Decision.Wait;
import io.qbull.partition.JobStarter.Readiness;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.partition.PumpSnapshot.Backlog;
import io.qbull.partition.PumpSnapshot.Candidates;
import io.qbull.partition.PumpSnapshot.Unsettled;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.JobLog.Burial;
import io.qbull.testing.Retries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goes through all combinations of what a {@link PumpSnapshot} can say. Two tables say what is to be decided: the first whose turn it
 * is, the second what keeps that step back. In both the first row that fits counts, {@code *} fits everything, {@code a/b} fits both.
 */
class JobSelectorTest {
    /** Whose turn: {@code UNREAD} is a held key whose first job is not known, {@code read} one whose first job is. */
    private static final Table TURNS = new Table("""
            held key | reading a head | stream | turn   -> next
            UNREAD   | no   | *      | *      -> READ_HEAD
            NO/UNREAD| *              | NO     | *      -> NOTHING
            NO/UNREAD| *              | some   | *      -> STREAM
            read     | *              | NO     | *      -> HELD
            read     | *              | some   | held   -> HELD
            read     | *              | some   | stream -> STREAM
            """);

    /**
     * What keeps the step back. Steps: {@code START} and {@code START_SUSPECT} a job, {@code BURY} it, {@code READ_HEAD},
     * {@code NOTHING}. The decision {@code STEP} is that step.
     */
    private static final Table GATES = new Table("""
            readiness | state            | step                | trust | second reading | running | commands | uncommitted | after suspect | suspect turn | fetching | paused | held | closed | shut -> decision
            BUSY      | *                | *                   | *     | *              | *       | *        | *           | *             | *            | *        | *      | *    | *      | *    -> JOB_RUNNING
            *         | LOADING          | *                   | *     | *              | *       | *        | *           | *             | *            | *        | *      | *    | *      | *    -> UNANSWERED
            *         | DRAINING/ABANDONED/CLOSED | *                   | *     | *              | some    | *        | *           | *             | *            | *        | *      | *    | *      | *    -> JOB_RUNNING
            *         | ABANDONED/CLOSED | *                   | *     | *              | *       | *        | *           | *             | *            | *        | *      | *    | *      | *    -> IDLE
            *         | DRAINING         | *                   | *     | *              | *       | some     | *           | *             | *            | *        | *      | *    | *      | *    -> UNANSWERED
            *         | DRAINING         | *                   | *     | *              | *       | none     | *           | *             | *            | *        | *      | *    | *      | *    -> IDLE
            RECORDING | RUNNING          | *                   | *     | *              | *       | *        | *           | *             | *            | *        | *      | *    | *      | *    -> UNANSWERED
            NO_THREAD | RUNNING          | *                   | *     | *              | *       | *        | *           | *             | *            | *        | *      | *    | *      | *    -> NO_THREAD
            FREE      | RUNNING          | NOTHING             | *     | *              | some    | *        | *           | *             | *            | *        | *      | *    | *      | *    -> JOB_RUNNING
            FREE      | RUNNING          | NOTHING             | *     | *              | *       | some     | *           | *             | *            | *        | *      | *    | *      | *    -> UNANSWERED
            FREE      | RUNNING          | NOTHING             | *     | *              | *       | none     | *           | *             | *            | yes      | *      | *    | *      | *    -> UNANSWERED
            FREE      | RUNNING          | NOTHING             | *     | RESTING/DUE    | *       | none     | *           | *             | *            | no       | *      | *    | *      | *    -> READS_AGAIN
            FREE      | RUNNING          | NOTHING             | *     | *              | *       | none     | *           | *             | *            | no       | yes    | *    | *      | *    -> RETRY_PAUSE
            FREE      | RUNNING          | NOTHING             | *     | *              | *       | none     | *           | *             | *            | no       | no     | yes  | *      | *    -> KEYS_HELD
            FREE      | RUNNING          | NOTHING             | *     | *              | *       | none     | *           | *             | *            | no       | no     | no   | *      | yes  -> PAUSED
            FREE      | RUNNING          | NOTHING             | *     | *              | *       | none     | *           | *             | *            | no       | no     | no   | *      | *    -> IDLE
            FREE      | RUNNING          | *                   | no    | *              | *       | some     | *           | *             | *            | *        | *      | *    | *      | *    -> UNANSWERED
            FREE      | RUNNING          | *                   | no    | *              | *       | none     | *           | *             | *            | *        | *      | *    | *      | *    -> NOT_TRUSTED
            FREE      | RUNNING          | READ_HEAD/START/START_SUSPECT | yes   | *              | *       | *        | *           | *             | *            | *        | *      | *    | yes    | *    -> PAUSED
            FREE      | RUNNING          | BURY/READ_HEAD/START/START_SUSPECT | yes   | DUE            | some    | *        | *           | *             | *            | *        | *      | *    | *      | *    -> JOB_RUNNING
            FREE      | RUNNING          | BURY/READ_HEAD/START/START_SUSPECT | yes   | DUE            | *       | *        | *           | *             | *            | *        | *      | *    | *      | *    -> UNSETTLED
            FREE      | RUNNING          | BURY/READ_HEAD      | yes   | *              | *       | *        | *           | *             | *            | *        | *      | *    | *      | *    -> STEP
            FREE      | RUNNING          | START               | yes   | *              | *       | *        | *           | no            | *            | *        | *      | *    | *      | *    -> STEP
            FREE      | RUNNING          | START/START_SUSPECT | yes   | *              | some    | *        | *           | *             | *            | *        | *      | *    | *      | *    -> JOB_RUNNING
            FREE      | RUNNING          | START/START_SUSPECT | yes   | *              | *       | some     | *           | *             | *            | *        | *      | *    | *      | *    -> UNSETTLED
            FREE      | RUNNING          | START/START_SUSPECT | yes   | *              | *       | none     | some        | *             | *            | *        | *      | *    | *      | *    -> UNSETTLED
            FREE      | RUNNING          | START_SUSPECT       | yes   | *              | *       | none     | none        | *             | no           | *        | *      | *    | *      | *    -> SUSPECT_ELSEWHERE
            FREE      | RUNNING          | START/START_SUSPECT | yes   | *              | *       | none     | none        | *             | *            | *        | *      | *    | *      | *    -> STEP
            """);

    private static final StreamId IN_STREAM = new StreamId(7, 0);
    private static final JobPlace HELD_PLACE = PumpTestSupport.place(3);
    private static final List<Boolean> BOTH = List.of(false, true);

    private static final JobSelector SELECTOR =
            new JobSelector(new RetryPolicy(Retries.of(3, Duration.ofSeconds(1)), () -> 0));
    private static final Map<Row, Tally> TALLIES = decideAll();

    /** A job as it may be found, with what becomes of it: three attempts and five crashes are the most. */
    private enum Kind {
        FRESH(0, 0, false, "START"),
        FAILED_TWICE(2, 0, false, "START"),
        /** Recorded often, but its last owner came back. */
        INNOCENT(0, 4, false, "START"),
        SUSPECT(0, 0, true, "START_SUSPECT"),
        SUSPECT_FOR_THE_FOURTH_TIME(1, 3, true, "START_SUSPECT"),
        SPENT(3, 0, false, "BURY failed 3 times under an earlier owner, 3"),
        SPENT_SUSPECT(3, 1, true, "BURY failed 3 times under an earlier owner, 3"),
        DEADLY(1, 4, true, "BURY crashed its worker, 6"),
        DEADLY_AND_SPENT(3, 4, true, "BURY crashed its worker, 8"),
        UNDECODABLE(-1, -1, false, "BURY no key, 0"),
        UNDECODABLE_SUSPECT(-1, -1, true, "BURY no key, 0");

        /** Runs that failed; -1 if the entry cannot be decoded. */
        final int failed;

        final int crashed;
        final boolean suspect;
        final String fate;

        Kind(int failed, int crashed, boolean suspect, String fate) {
            this.failed = failed;
            this.crashed = crashed;
            this.suspect = suspect;
            this.fate = fate;
        }

        Entry entry(StreamId at) {
            return failed < 0
                    ? new Entry.Undecodable(EntryId.own(at), "no key", 10)
                    : new Entry.Decoded(
                            PumpTestSupport.job((int) at.millis(), "key", new Attempts(failed, crashed, 0, 0)), 10);
        }

        /** What is done about the job if nothing keeps it back. */
        Decision step(Entry entry, JobPlace place, @Nullable HeldKey key) {
            Job job = entry instanceof Entry.Decoded decoded ? decoded.job() : null;
            if (fate.startsWith("BURY ")) {
                int comma = fate.indexOf(", ");
                int runs = Integer.parseInt(fate.substring(comma + 2));
                return new Bury(job, place, key, new Burial(fate.substring("BURY ".length(), comma), "", runs));
            }
            return new Start(new Work(requireNonNull(job), place, key), fate.equals("START_SUSPECT"));
        }
    }

    /** Candidates, and the step about the one whose turn it is. */
    private record Choice(
            Candidates candidates, String name, @Nullable Decision step) {}

    /** How often a row applied, and the combinations in which something else was decided. */
    private static final class Tally {
        final List<String> mismatches = new ArrayList<>();
        int combinations;
    }

    static Stream<Row> gates() {
        return GATES.rows.stream();
    }

    static Stream<Row> turns() {
        return TURNS.rows.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("gates")
    void every_combination_of_a_row_leads_to_the_decision_of_the_row(Row row) {
        Tally tally = TALLIES.getOrDefault(row, new Tally());
        assertThat(tally.mismatches).isEmpty();
        assertThat(tally.combinations).isPositive();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("turns")
    void every_row_about_turns_applies_to_some_combination(Row row) {
        assertThat(TALLIES).containsKey(row);
    }

    @Test
    void no_combination_is_left_out() {
        int held = 2 + Kind.values().length;
        int stream = 1 + Kind.values().length;
        int choices = held * 2 * stream * 2;
        assertThat(GATES.rows.stream()
                        .mapToInt(row -> TALLIES.getOrDefault(row, new Tally()).combinations)
                        .sum())
                .isEqualTo(choices
                        * PumpState.values().length
                        * Readiness.values().length
                        * (1 << 11)
                        * SecondReading.Phase.values().length);
    }

    /** All that a decision depends on but for the candidates. */
    private record Circumstances(
            PumpState state,
            Readiness readiness,
            boolean trusted,
            SecondReading.Phase reading,
            boolean turn,
            Unsettled unsettled,
            @Nullable StallCause closed,
            Backlog backlog) {
        static Circumstances of(PumpState state, Readiness readiness, SecondReading.Phase reading, int bits) {
            return new Circumstances(
                    state,
                    readiness,
                    (bits & 1) != 0,
                    reading,
                    (bits & 128) != 0,
                    new Unsettled(
                            (bits & 256) != 0 ? 1 : 0,
                            (bits & 2) != 0 ? 2 : 0,
                            (bits & 4) != 0 ? 3 : 0,
                            (bits & 8) != 0),
                    (bits & 512) != 0 ? StallCause.PAUSED : null,
                    new Backlog(
                            (bits & 16) != 0,
                            (bits & 32) != 0,
                            (bits & 64) != 0,
                            (bits & 1024) != 0 ? StallCause.PAUSED : null));
        }

        /** The row about a step. */
        Row row(String step) {
            return GATES.first(
                    readiness.name(),
                    state.name(),
                    step,
                    yes(trusted),
                    reading.name(),
                    some(unsettled.running()),
                    some(unsettled.commands()),
                    some(unsettled.uncommitted()),
                    yes(unsettled.afterSuspect()),
                    yes(turn),
                    yes(backlog.fetching()),
                    yes(backlog.paused()),
                    yes(backlog.held()),
                    yes(closed != null),
                    yes(backlog.shut() != null));
        }

        PumpSnapshot snapshot(Candidates candidates) {
            return new PumpSnapshot(state, readiness, trusted, reading, turn, unsettled, candidates, closed, backlog);
        }
    }

    private static Map<Row, Tally> decideAll() {
        Map<Row, Tally> tallies = new LinkedHashMap<>();
        List<Choice> choices = choices(tallies);
        for (PumpState state : PumpState.values()) {
            for (Readiness readiness : Readiness.values()) {
                for (SecondReading.Phase reading : SecondReading.Phase.values()) {
                    for (int bits = 0; bits < 1 << 11; bits++) {
                        decide(tallies, choices, Circumstances.of(state, readiness, reading, bits));
                    }
                }
            }
        }
        return tallies;
    }

    private static void decide(Map<Row, Tally> tallies, List<Choice> choices, Circumstances circumstances) {
        // Millions of combinations have a few steps in common.
        Map<String, Row> rows = new HashMap<>();
        for (Choice choice : choices) {
            Row row = rows.computeIfAbsent(choice.name(), circumstances::row);
            Object expected = row.result().equals("STEP") ? choice.step() : new Wait(StallCause.valueOf(row.result()));
            PumpSnapshot now = circumstances.snapshot(choice.candidates());
            Decision decided = SELECTOR.select(now);
            Tally tally = tallies.computeIfAbsent(row, any -> new Tally());
            tally.combinations++;
            if (!decided.equals(expected) && tally.mismatches.size() < 5) {
                tally.mismatches.add(now + " -> " + decided + " instead of " + expected);
            }
        }
    }

    /** All that may be next. */
    private static List<Choice> choices(Map<Row, Tally> tallies) {
        List<Choice> choices = new ArrayList<>();
        List<@Nullable Kind> kinds = new ArrayList<>(Arrays.asList(Kind.values()));
        kinds.add(null);
        for (boolean reading : BOTH) {
            for (boolean heldTurn : BOTH) {
                for (Kind stream : kinds) {
                    Entry entry = stream == null ? null : stream.entry(IN_STREAM);
                    Slot slot =
                            stream == null ? null : new Slot(requireNonNull(entry), stream.suspect, new KeyLine("key"));
                    choices.add(choice(tallies, null, new Candidates(null, reading, slot, heldTurn), stream));
                    for (Kind held : kinds) {
                        HeldKey key = key(held);
                        choices.add(choice(tallies, held, new Candidates(key, reading, slot, heldTurn), stream));
                    }
                }
            }
        }
        return choices;
    }

    /** A held key whose turn is next; its first job is not known if there is none. */
    private static HeldKey key(@Nullable Kind first) {
        HeldKey key = new HeldKey("key", 1);
        key.state = HeldKey.State.READY;
        if (first != null) {
            key.suspect = first.suspect;
            key.head =
                    new Advance.Next(HELD_PLACE, first.entry(HELD_PLACE.entry().streamId()));
        }
        return key;
    }

    private static Choice choice(
            Map<Row, Tally> tallies, @Nullable Kind held, Candidates candidates, @Nullable Kind stream) {
        HeldKey key = candidates.heldKey();
        Slot slot = candidates.slot();
        String keyName = key == null ? "NO" : key.head == null ? "UNREAD" : "read";
        Row turn = TURNS.first(
                keyName,
                yes(candidates.readingHead()),
                slot == null ? "NO" : "some",
                candidates.heldTurn() ? "held" : "stream");
        tallies.computeIfAbsent(turn, any -> new Tally()).combinations++;
        return switch (turn.result()) {
            case "READ_HEAD" -> new Choice(candidates, "READ_HEAD", new ReadHead(requireNonNull(key)));
            case "NOTHING" -> new Choice(candidates, "NOTHING", null);
            case "HELD" ->
                chosen(
                        candidates,
                        requireNonNull(held),
                        requireNonNull(requireNonNull(key).head).entry(),
                        HELD_PLACE,
                        key);
            default ->
                chosen(
                        candidates,
                        requireNonNull(stream),
                        requireNonNull(slot).entry,
                        JobPlace.inStream(IN_STREAM),
                        null);
        };
    }

    private static Choice chosen(Candidates candidates, Kind kind, Entry entry, JobPlace place, @Nullable HeldKey key) {
        return new Choice(candidates, kind.fate.replaceFirst(" .*", ""), kind.step(entry, place, key));
    }

    private static String yes(boolean fact) {
        return fact ? "yes" : "no";
    }

    private static String some(int count) {
        return count > 0 ? "some" : "none";
    }

    /** Rows of cells, each with a result. */
    private static final class Table {
        final List<Row> rows;

        Table(String text) {
            rows = text.lines().skip(1).map(Table::row).toList();
        }

        private static Row row(String line) {
            int arrow = line.indexOf("->");
            List<List<String>> cells = Pattern.compile("\\|")
                    .splitAsStream(line.substring(0, arrow))
                    .map(cell -> Pattern.compile("/").splitAsStream(cell.trim()).toList())
                    .toList();
            return new Row(
                    line.trim().replaceAll(" +", " "),
                    cells,
                    line.substring(arrow + 2).trim());
        }

        /** The first row that fits. */
        Row first(String... values) {
            for (Row row : rows) {
                if (row.fits(values)) {
                    return row;
                }
            }
            throw new AssertionError("no row for " + List.of(values));
        }
    }

    private record Row(String text, List<List<String>> cells, String result) {
        boolean fits(String... values) {
            assertThat(values.length).isEqualTo(cells.size());
            for (int column = 0; column < values.length; column++) {
                List<String> cell = cells.get(column);
                if (!cell.contains("*") && !cell.contains(values[column])) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            return text;
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
