package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.LogCursor;
import io.qbull.model.Segment;
import io.qbull.partition.KeyLine.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an owner starts is what the next owner suspects. {@code -Dseed=} replays one run. */
class StartWindowTest extends PumpSimulationSupport {
    @Test
    void whenever_an_owner_dies_the_next_one_suspects_all_that_it_had_started() {
        forSeeds(30, seed -> new Owner(new Random(seed), List.of(Segment.OWN)).run());
    }

    @Test
    void segments_that_grow_in_front_of_what_runs_hide_nothing_from_the_next_owner() {
        List<Segment> log = List.of(new Segment(2, 7), new Segment(3, 1), Segment.OWN);
        forSeeds(30, seed -> new Owner(new Random(seed), log).run());
    }

    @Test
    void what_comes_in_front_of_counted_entries_is_near_the_head_too() {
        Prefetched prefetched =
                new Prefetched(1, 400, 1 << 20, new FetchBudget(1L << 40).share(), key -> false, key -> false);
        Segment segment = new Segment(2, 7);
        prefetched.follow(List.of(segment));
        prefetched.add(List.of(PumpTestSupport.entry(9, "own", Attempts.NONE)), true, any -> false);
        assertThat(requireNonNull(prefetched.first()).near).isTrue();
        prefetched.add(
                List.of(PumpTestSupport.entry(segment, 1, "a"), PumpTestSupport.entry(segment, 2, "a")),
                true,
                any -> false);
        Slot first = requireNonNull(prefetched.first());
        assertThat(first.id().segment()).isEqualTo(segment);
        assertThat(prefetched.following(first.id(), 64)).hasSize(2);
    }

    /** Redis may not have heard of them, so the next owner counts these keys. */
    @Test
    void jobs_that_have_failed_count_until_that_is_on_record() {
        Prefetched prefetched =
                new Prefetched(256, 400, 1 << 20, new FetchBudget(1L << 40).share(), key -> false, key -> false);
        prefetched.add(
                IntStream.rangeClosed(1, 600)
                        .mapToObj(i -> PumpTestSupport.entry(i, "k" + i, Attempts.NONE))
                        .toList(),
                true,
                any -> false);
        int started = 0;
        for (Slot slot = prefetched.first(); slot != null; slot = prefetched.first()) {
            prefetched.starts(slot.id());
            prefetched.moves(slot);
            started++;
        }
        assertThat(started).isEqualTo(PartitionPump.WINDOW);
    }

    @Test
    void a_series_is_no_longer_than_what_may_be_started_and_not_committed() {
        Prefetched prefetched =
                new Prefetched(256, 400, 1 << 20, new FetchBudget(1L << 40).share(), key -> false, key -> false);
        prefetched.add(
                IntStream.rangeClosed(1, 500)
                        .mapToObj(i -> PumpTestSupport.entry(i, i <= 256 ? "hot" : "k" + i, Attempts.NONE))
                        .toList(),
                true,
                any -> false);
        for (Slot slot = prefetched.first(); slot != null; slot = prefetched.first()) {
            prefetched.starts(slot.id());
        }
        KeyLine hot = prefetched.finished(PumpTestSupport.id(1));
        hot.waiting--;
        prefetched.committed(hot);
        Slot next = requireNonNull(prefetched.first());
        assertThat(next.line).isSameAs(hot);
        assertThat(prefetched.following(next.id(), 64)).as("244 run").hasSize(PartitionPump.WINDOW - 244 - 1);
    }

    /** An owner of a log whose streams grow, in which some keys have most of the entries; jobs end and are committed at any time. */
    private static final class Owner {
        private final Random random;
        private final NavigableMap<EntryId, Entry> log = new TreeMap<>();
        private final List<Segment> streams;
        private final List<Slot> running = new ArrayList<>();
        private final List<EntryId> finished = new ArrayList<>();
        private final List<KeyLine> finishedLines = new ArrayList<>();
        private final Prefetched prefetched;
        private final int keys;
        private final int hot;
        private int added;

        Owner(Random random, List<Segment> streams) {
            this.random = random;
            this.streams = streams;
            this.keys = List.of(3, 40, 2_000).get(random.nextInt(3));
            this.hot = random.nextInt(4);
            int concurrency = List.of(1, 4, 64, 256).get(random.nextInt(4));
            this.prefetched = new Prefetched(
                    concurrency,
                    1 + random.nextInt(400),
                    1 << 20,
                    new FetchBudget(1L << 40).share(),
                    key -> false,
                    key -> false);
            prefetched.follow(streams.stream().filter(stream -> !stream.own()).toList());
        }

        void run() {
            for (int i = random.nextInt(1_500); i > 0; i--) {
                grow();
            }
            for (int step = 0; step < 1_500; step++) {
                switch (random.nextInt(6)) {
                    case 0 -> grow();
                    case 1 -> read();
                    case 2, 3 -> start();
                    case 4 -> finish();
                    default -> commit();
                }
                if (step % 50 == 0) {
                    check();
                }
            }
        }

        private void grow() {
            String key = random.nextInt(4) < hot ? "hot" + random.nextInt(2) : "k" + random.nextInt(keys);
            Segment stream = streams.get(random.nextInt(streams.size()));
            Entry entry = PumpTestSupport.entry(stream, ++added, key + " of " + stream);
            log.put(entry.id(), entry);
        }

        private void read() {
            KeyLine line = prefetched.refillable(false);
            EntryId from = line == null ? null : line.passedFrom;
            if (line != null && from != null && random.nextBoolean()) {
                List<Entry> page = page(prefetched.cursor().from(from), prefetched.refillRoom());
                prefetched.refill(line, from, page, !page.isEmpty() && more(page));
            } else if (prefetched.wantsMore()) {
                List<Entry> page = page(prefetched.cursor(), prefetched.room());
                prefetched.add(page, false, any -> false);
            } else {
                prefetched.makeRoom();
            }
        }

        private List<Entry> page(LogCursor after, int most) {
            return log.values().stream()
                    .filter(entry -> !after.passed(entry.id()))
                    .limit(most)
                    .toList();
        }

        private boolean more(List<Entry> page) {
            return log.higherKey(page.get(page.size() - 1).id()) != null;
        }

        private void start() {
            Slot slot = prefetched.first();
            if (slot != null) {
                List<Slot> series = new ArrayList<>(List.of(slot));
                series.addAll(prefetched.following(slot.id(), random.nextInt(64)));
                series.forEach(each -> prefetched.starts(each.id()));
                running.addAll(series);
            }
        }

        private void finish() {
            // The first of its key, whichever that is.
            List<Slot> first = running.stream()
                    .filter(slot -> slot.line.slots.peekFirst() == slot)
                    .toList();
            if (!first.isEmpty()) {
                Slot slot = first.get(random.nextInt(first.size()));
                running.remove(slot);
                finished.add(slot.id());
                finishedLines.add(prefetched.finished(slot.id()));
            }
        }

        private void commit() {
            for (int i = 0; i < finished.size(); i++) {
                log.remove(finished.get(i));
                finishedLines.get(i).waiting--;
                prefetched.committed(finishedLines.get(i));
            }
            finished.clear();
            finishedLines.clear();
        }

        private void check() {
            SuspectWindow next = new SuspectWindow();
            next.open(PartitionPump.WINDOW);
            List<EntryId> suspects = new ArrayList<>();
            log.values().forEach(entry -> {
                if (next.next(entry, false)) {
                    suspects.add(entry.id());
                }
            });
            assertThat(suspects).containsAll(running.stream().map(Slot::id).toList());
            assertThat(suspects).hasSizeLessThanOrEqualTo(2 * PartitionPump.WINDOW * streams.size());
            assertThat(running.size() + finished.size()).isLessThanOrEqualTo(PartitionPump.WINDOW);
        }
    }
}
