package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.partition.KeyLine.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A busy key of which entries were passed by, and read again. */
class CrowdTest {
    private final List<Long> ran = new ArrayList<>();
    private Prefetched prefetched =
            new Prefetched(2, 4, 1 << 20, new FetchBudget(1L << 40).share(), key -> false, key -> false);

    @Test
    void what_is_behind_the_last_entry_that_was_read_is_left_to_the_reading_at_the_end() {
        add("hot", 1, 18);
        KeyLine line = crowded();
        runUntilRefillable();
        prefetched.refill(line, requireNonNull(line.passedFrom), entries("hot", 10, 20), false);
        add("hot", 19, 20);
        while (run()) {
            assertThat(ran).doesNotHaveDuplicates();
        }
        assertThat(ran)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, 20).boxed().toList());
    }

    @Test
    void a_suspect_that_is_passed_by_as_soon_as_it_is_read_is_one_when_it_is_read_again() {
        prefetched.suspect(256);
        add("hot", 1, 18);
        KeyLine line = crowded();
        add("hot", 19, 19);
        runUntilRefillable();
        prefetched.refill(line, requireNonNull(line.passedFrom), entries("hot", 10, 19), false);
        assertThat(requireNonNull(prefetched.find(PumpTestSupport.id(18))).suspect)
                .isTrue();
        assertThat(requireNonNull(prefetched.find(PumpTestSupport.id(19))).suspect)
                .isTrue();
    }

    @Test
    void entries_that_are_read_again_count_when_it_matters_how_far_from_the_head_another_is() {
        prefetched = new Prefetched(2, 100, 1 << 20, new FetchBudget(1L << 40).share(), key -> false, key -> false);
        add("hot", 1, 402);
        KeyLine line = crowded();
        runUntilRefillable();
        int left = line.slots.size();
        int hot = left + 402 - (int) line.slots.getLast().id().streamId().millis();
        prefetched.refill(
                line,
                requireNonNull(line.passedFrom),
                entries("hot", (int) line.slots.getLast().id().streamId().millis() + 1, 402),
                false);
        add("other", 403, 502);
        Slot first = requireNonNull(prefetched.first());
        prefetched.starts(first.id());
        int others = 0;
        for (Slot slot = prefetched.first(); slot != null; slot = prefetched.first()) {
            prefetched.starts(slot.id());
            prefetched.finished(slot.id());
            others++;
        }
        assertThat(others).isEqualTo(PartitionPump.WINDOW - hot);
    }

    @Test
    void what_a_worker_may_start_by_itself_is_not_forgotten() {
        add("hot", 1, 18);
        Slot first = requireNonNull(prefetched.first());
        List<Slot> series = new ArrayList<>(List.of(first));
        series.addAll(prefetched.following(first.id(), 64));
        series.forEach(slot -> prefetched.starts(slot.id()));
        prefetched.makeRoom();
        assertThat(first.line.slots).hasSize(18).containsExactlyElementsOf(series);
    }

    /** While the first job of the only key runs, the buffer is full of it. */
    private KeyLine crowded() {
        Slot first = requireNonNull(prefetched.first());
        prefetched.starts(first.id());
        assertThat(prefetched.first()).isNull();
        prefetched.makeRoom();
        assertThat(first.line.passedFrom).isNotNull();
        end(first);
        return first.line;
    }

    private void runUntilRefillable() {
        while (prefetched.refillable(false) == null) {
            assertThat(run()).isTrue();
        }
    }

    private boolean run() {
        Slot slot = prefetched.first();
        if (slot == null) {
            return false;
        }
        prefetched.starts(slot.id());
        end(slot);
        return true;
    }

    /** It is done and committed. */
    private void end(Slot slot) {
        ran.add(slot.id().streamId().millis());
        KeyLine line = prefetched.finished(slot.id());
        line.waiting--;
        prefetched.committed(line);
    }

    private void add(String key, int from, int to) {
        prefetched.add(entries(key, from, to), false, any -> false);
    }

    private static List<Entry> entries(String key, int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(i -> PumpTestSupport.entry(i, key, Attempts.NONE))
                .toList();
    }
}
