package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.LogCursor;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.partition.KeyLine.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Entries that are passed by and read again, and what may start meanwhile. {@code -Dseed=} replays one run. */
class BusyKeysTest extends PumpSimulationSupport {
    private static final List<Segment> LOG = List.of(new Segment(2, 7), new Segment(3, 1), Segment.OWN);

    private final Set<String> held = new HashSet<>();
    private final Set<String> onRecord = new HashSet<>();

    @Test
    void what_was_read_for_a_key_leaves_no_gap_if_more_of_it_was_forgotten_meanwhile() {
        Prefetched prefetched = prefetched(4, 1);
        add(prefetched, "hot", 1, 8);
        start(prefetched);
        prefetched.makeRoom();
        add(prefetched, "hot", 9, 12);
        KeyLine hot = requireNonNull(prefetched.refillable(false));
        EntryId from = requireNonNull(hot.passedFrom);
        assertThat(from).isEqualTo(id(4));
        add(prefetched, "a", 13, 15);
        add(prefetched, "b", 16, 16);
        start(prefetched);
        start(prefetched);
        prefetched.makeRoom();
        assertThat(hot.passedFrom).as("while they are being read").isEqualTo(id(2));
        prefetched.refill(hot, from, entries("hot", 5, 12), true);
        assertThat(ids(hot)).containsExactly(1L, 2L);
        prefetched.refill(hot, id(2), entries("hot", 3, 12), true);
        assertThat(ids(hot).subList(0, 3)).containsExactly(1L, 2L, 3L);
    }

    @Test
    void one_at_a_time_nothing_starts_before_the_first_that_may_start() {
        held.add("held");
        Prefetched prefetched = firstOnesUncommitted();
        assertThat(prefetched.first()).as("the first one waits for a commit").isNull();
    }

    @Test
    void entries_of_a_key_that_is_held_on_record_take_none_of_the_window() {
        held.add("held");
        onRecord.add("held");
        assertThat(requireNonNull(firstOnesUncommitted().first()).id()).isEqualTo(id(257));
    }

    @Test
    void entries_of_a_key_count_again_once_it_is_free() {
        held.add("held");
        onRecord.add("held");
        Prefetched prefetched = prefetched(1, 512);
        add(prefetched, "held", 1, 10);
        add(prefetched, "a", 11, 20);
        assertThat(requireNonNull(prefetched.first()).id()).isEqualTo(id(11));
        held.clear();
        onRecord.clear();
        prefetched.keyChanged("held");
        prefetched.finished(start(prefetched).id());
        assertThat(requireNonNull(prefetched.first()).id())
                .as("without a commit")
                .isEqualTo(id(2));
    }

    @Test
    void a_key_that_is_held_on_record_makes_no_gap_in_the_window() {
        Prefetched prefetched = prefetched(4, 1);
        add(prefetched, "hot", 1, 8);
        start(prefetched);
        prefetched.makeRoom();
        held.add("hot");
        onRecord.add("hot");
        prefetched.remove(id(1));
        prefetched.keyChanged("hot");
        add(prefetched, "a", 9, 10);
        prefetched.finished(start(prefetched).id());
        assertThat(requireNonNull(prefetched.first()).id())
                .as("without a commit")
                .isEqualTo(id(10));
    }

    @Test
    void few_large_jobs_of_one_key_keep_no_other_back_and_those_read_again_stay_within_the_bounds() {
        Prefetched prefetched = prefetched(64, 128);
        prefetched.add(large("hot", 1, 4), false, any -> false);
        start(prefetched);
        assertThat(prefetched.wantsMore()).isFalse();
        prefetched.makeRoom();
        assertThat(prefetched.wantsMore()).isTrue();
        prefetched.add(large("a", 5, 7), false, any -> false);
        start(prefetched);
        prefetched.finished(id(1));
        prefetched.finished(id(2));
        KeyLine hot = requireNonNull(prefetched.line("hot"));
        EntryId from = requireNonNull(hot.passedFrom);
        prefetched.refill(hot, from, large("hot", 3, 4), true);
        assertThat(ids(hot)).containsExactly(3L);
        assertThat(hot.passedFrom).isEqualTo(id(3));
    }

    private static List<Entry> large(String key, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .<Entry>mapToObj(i -> new Entry.Decoded(PumpTestSupport.job(i, key, Attempts.NONE), 300_000))
                .toList();
    }

    @Test
    void whatever_is_held_meanwhile_all_that_is_not_runs_in_order() {
        forSeeds(100, seed -> new Owner(new Random(seed), List.of(Segment.OWN)).run());
    }

    @Test
    void in_a_log_of_several_streams_that_grow_all_keys_run_in_order_too() {
        forSeeds(100, seed -> new Owner(new Random(seed), LOG).run());
    }

    /** In this run a segment grows while the entries of its key that were passed by are looked for in the next segment. */
    @Test
    void what_comes_into_a_segment_behind_the_search_for_its_key_runs_in_order_too() {
        new Owner(new Random(1493128556200385778L), LOG).run();
    }

    /** 255 of the first 256 entries are uncommitted, the other one belongs to a held key. The next one follows one of them, the last does not. */
    private Prefetched firstOnesUncommitted() {
        Prefetched prefetched = prefetched(1, 512);
        add(prefetched, "held", 1, 1);
        add(prefetched, "a", 2, 2);
        IntStream.rangeClosed(3, 256).forEach(i -> add(prefetched, "k" + i % 100, i, i));
        add(prefetched, "a", 257, 257);
        add(prefetched, "b", 258, 258);
        for (int i = 2; i <= 256; i++) {
            assertThat(start(prefetched).id()).isEqualTo(id(i));
            prefetched.finished(id(i));
        }
        return prefetched;
    }

    private Prefetched prefetched(int concurrency, int prefetch) {
        return new Prefetched(
                concurrency, prefetch, 1 << 20, new FetchBudget(1L << 40).share(), held::contains, onRecord::contains);
    }

    private static void add(Prefetched prefetched, String key, int from, int to) {
        prefetched.add(entries(key, from, to), false, any -> false);
    }

    private static List<Entry> entries(String key, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> PumpTestSupport.entry(i, key))
                .toList();
    }

    private static Slot start(Prefetched prefetched) {
        Slot slot = requireNonNull(prefetched.first());
        prefetched.starts(slot.id());
        return slot;
    }

    private static EntryId id(int millis) {
        return PumpTestSupport.id(millis);
    }

    private static List<Long> ids(KeyLine line) {
        return line.slots.stream().map(slot -> slot.id().streamId().millis()).toList();
    }

    /** An owner of a stream in which some keys have most of the entries. Keys are held and parked, and free again, at any time. */
    private static final class Owner {
        private final Random random;
        private final NavigableMap<EntryId, Entry> log = new TreeMap<>();
        private final List<Segment> streams;
        /** The same by key. */
        private final Map<String, NavigableSet<EntryId>> byKey = new HashMap<>();

        private final Set<EntryId> uncommitted = new HashSet<>();
        private final List<Slot> running = new ArrayList<>();
        private final List<KeyLine> finished = new ArrayList<>();
        private final Set<String> held = new HashSet<>();
        private final Prefetched prefetched;
        private final int concurrency;
        private final int keys;
        private final int hot;
        private int added;
        /** Nothing comes into segments any more: what is added of their keys is behind a marker in the own stream. */
        private boolean started;

        private boolean atEnd;
        private boolean refilled;
        private @Nullable Runnable answer;

        Owner(Random random, List<Segment> streams) {
            this.random = random;
            this.streams = streams;
            this.keys = List.of(2, 40, 600).get(random.nextInt(3));
            this.hot = random.nextInt(4);
            this.concurrency = List.of(1, 3, 5, 64, 256).get(random.nextInt(5));
            int prefetch = List.of(1, 8, 128).get(random.nextInt(3));
            this.prefetched = new Prefetched(
                    concurrency, prefetch, 1 << 20, new FetchBudget(1L << 40).share(), held::contains, held::contains);
            prefetched.follow(streams.stream().filter(stream -> !stream.own()).toList());
        }

        void run() {
            for (int i = random.nextInt(2_500); i > 0; i--) {
                grow();
            }
            for (int step = 0; step < 2_000; step++) {
                switch (random.nextInt(8)) {
                    case 0 -> grow();
                    case 1, 2 -> read();
                    case 3, 4 -> start();
                    case 5 -> finish();
                    case 6 -> commit();
                    default -> change();
                }
            }
            // Some keys stay held. What has ended before is on record, also if nothing else can start.
            commit();
            while (settle() > 0) {
                assertThat(prefetched.first() == null || running.size() == concurrency)
                        .isTrue();
                running.removeIf(slot -> {
                    end(slot);
                    return true;
                });
                commit();
            }
            byKey.values().removeIf(Set::isEmpty);
            assertThat(held).as("keys of which jobs are left").containsAll(byKey.keySet());
        }

        /** Until nothing more can be read or started; says how many run. */
        private int settle() {
            boolean moves = true;
            for (int rounds = 0; moves; rounds++) {
                if (concurrency == 1) {
                    held.forEach(this::park);
                }
                // With a prefetch of one, each of 600 keys may be looked for in up to 200 pages of the stream.
                assertThat(rounds).as("fetches while no job ends").isLessThan(120_000);
                int before = running.size();
                start();
                moves = answer != null || running.size() > before;
                read();
                moves |= answer != null;
            }
            return running.size();
        }

        private void grow() {
            String key = random.nextInt(4) < hot ? "hot" + random.nextInt(2) : "k" + random.nextInt(keys);
            Segment origin = streams.get(random.nextInt(streams.size()));
            started |= random.nextInt(2_000) == 0;
            Entry entry = PumpTestSupport.entry(started ? Segment.OWN : origin, ++added, key + origin);
            log.put(entry.id(), entry);
            byKey.computeIfAbsent(key + origin, any -> new TreeSet<>()).add(entry.id());
            atEnd = false;
        }

        /** Asks for entries, or takes the answer. */
        private void read() {
            Runnable take = answer;
            answer = null;
            if (take != null) {
                take.run();
                return;
            }
            if (!atEnd) {
                prefetched.makeRoom();
            }
            boolean wanted = !atEnd && prefetched.wantsMore();
            KeyLine line = prefetched.refillable(wanted);
            if (line != null && !(wanted && refilled)) {
                EntryId from = requireNonNull(line.passedFrom);
                List<Entry> page = page(prefetched.cursor().from(from), prefetched.refillRoom());
                boolean more = more(page);
                refilled = true;
                answer = () -> prefetched.refill(line, from, page, more);
            } else if (wanted) {
                List<Entry> page = page(prefetched.cursor(), prefetched.room());
                boolean more = more(page);
                refilled = false;
                answer = () -> {
                    prefetched.add(page, !more, any -> false);
                    atEnd = page(prefetched.cursor(), 1).isEmpty();
                };
            }
        }

        private List<Entry> page(LogCursor after, int most) {
            return streams.stream()
                    .flatMap(stream -> log
                            .subMap(
                                    new EntryId(
                                            stream,
                                            stream.own()
                                                    ? after.own()
                                                    : requireNonNull(
                                                            after.segments().get(stream))),
                                    false,
                                    new EntryId(stream, StreamId.END),
                                    true)
                            .values()
                            .stream())
                    .limit(most)
                    .toList();
        }

        private boolean more(List<Entry> page) {
            return !page.isEmpty() && log.higherKey(page.get(page.size() - 1).id()) != null;
        }

        private void start() {
            Slot slot = running.size() < concurrency ? prefetched.first() : null;
            if (slot != null) {
                assertThat(uncommitted.containsAll(
                                ofKey(requireNonNull(slot.line.name)).headSet(slot.id())))
                        .as("all of the key before %s is done", slot.id())
                        .isTrue();
                prefetched.starts(slot.id());
                running.add(slot);
            }
        }

        private void finish() {
            if (!running.isEmpty()) {
                end(running.remove(random.nextInt(running.size())));
            }
        }

        private void end(Slot slot) {
            uncommitted.add(slot.id());
            finished.add(prefetched.finished(slot.id()));
        }

        private void commit() {
            uncommitted.forEach(this::remove);
            uncommitted.clear();
            finished.forEach(line -> {
                line.waiting--;
                prefetched.committed(line);
            });
            finished.clear();
        }

        /** A job fails, jobs of a held key are parked, or a key is held no more. */
        private void change() {
            String key = random.nextBoolean() || held.isEmpty()
                    ? "hot" + random.nextInt(2)
                    : List.copyOf(held).get(random.nextInt(held.size()));
            KeyLine line = prefetched.line(key);
            if (held.contains(key)) {
                if (random.nextBoolean()) {
                    held.remove(key);
                    prefetched.keyChanged(key);
                } else {
                    park(key);
                }
            } else if (line != null && !line.slots.isEmpty() && line.slots.getFirst().running) {
                commit();
                Slot failed = line.slots.getFirst();
                running.remove(failed);
                leave(failed);
                held.add(key);
                prefetched.keyChanged(key);
            }
        }

        private void park(String key) {
            KeyLine line = prefetched.line(key);
            if (line != null) {
                List.copyOf(line.slots).forEach(this::leave);
            }
        }

        private void leave(Slot slot) {
            prefetched.remove(slot.id());
            remove(slot.id());
        }

        private void remove(EntryId entry) {
            Entry.Decoded gone = (Entry.Decoded) requireNonNull(log.remove(entry));
            ofKey(gone.job().key()).remove(entry);
        }

        private NavigableSet<EntryId> ofKey(String key) {
            return requireNonNull(byKey.get(key));
        }
    }
}
