package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.StreamId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FetchBudgetTest {
    private static final int ENTRY = 100_000;
    private static final int COST = ENTRY + FetchBudget.ENTRY_OVERHEAD;

    @Test
    void each_pump_has_an_equal_share() {
        FetchBudget budget = new FetchBudget(40 * COST);
        FetchBudget.Share one = budget.share();
        assertThat(one.room()).isEqualTo(40 * COST);
        FetchBudget.Share two = budget.share();
        FetchBudget.Share three = budget.share();
        FetchBudget.Share four = budget.share();
        assertThat(List.of(one, two, three, four)).allMatch(share -> share.room() == 10 * COST);
        two.holds(6, 6 * ENTRY);
        assertThat(two.room()).isEqualTo(4 * COST);
        four.end();
        four.end();
        assertThat(one.room()).isEqualTo(40 * COST / 3);
    }

    @Test
    void what_earlier_pumps_hold_or_expect_is_missing_for_later_ones() {
        FetchBudget budget = new FetchBudget(10 * COST);
        FetchBudget.Share first = budget.share();
        first.asks(10, 10 * ENTRY);
        FetchBudget.Share second = budget.share();
        assertThat(second.room()).isZero();
        assertThat(second.full()).isFalse();
        second.holds(1, ENTRY);
        assertThat(second.full()).isTrue();
        second.holds(0, 0);
        first.asks(0, 0);
        first.holds(8, 8 * ENTRY);
        assertThat(second.room()).isEqualTo(2 * COST);
        first.end();
        assertThat(budget.used()).isZero();
        assertThat(second.room()).isEqualTo(10 * COST);
    }

    @Test
    void pumps_whose_fetches_leave_together_stay_within_the_budget() {
        FetchBudget budget = new FetchBudget(40 * COST);
        List<Prefetched> pumps = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            Prefetched pump = prefetched(budget);
            pumps.add(pump);
            pump.expect(pump.room(), pump.byteRoom());
        }
        assertThat(budget.used())
                .as("the rest asks for one entry each, of which the size is unknown")
                .isLessThanOrEqualTo(40 * COST + pumps.size() * (FetchBudget.ENTRY_OVERHEAD + 1L));
    }

    @Test
    void a_pump_without_an_entry_reads_one_even_if_nothing_is_left() {
        FetchBudget budget = new FetchBudget(1);
        Prefetched full = prefetched(budget);
        full.add(List.of(entry(1), entry(2)), false, held -> false);
        Prefetched empty = prefetched(budget);
        assertThat(full.wantsMore()).isFalse();
        assertThat(empty.wantsMore()).isTrue();
        assertThat(empty.room()).isEqualTo(1);
        assertThat(empty.byteRoom()).isEqualTo(1);
        full.remove(PumpTestSupport.id(1));
        full.remove(PumpTestSupport.id(2));
        assertThat(full.wantsMore()).isTrue();
        assertThat(budget.used()).isZero();
    }

    @Test
    void small_entries_count_with_what_they_take_besides_their_bytes() {
        FetchBudget budget = new FetchBudget(10 * FetchBudget.ENTRY_OVERHEAD);
        Prefetched pump = prefetched(budget);
        assertThat(pump.room()).isEqualTo(5);
        assertThat(pump.byteRoom()).isEqualTo(5 * FetchBudget.ENTRY_OVERHEAD);
        pump.end();
        pump.end();
        assertThat(budget.used()).isZero();
    }

    @Test
    void what_a_fetch_under_way_may_bring_takes_nothing_from_what_its_own_pump_may_hold() {
        FetchBudget budget = new FetchBudget(10 * COST);
        Prefetched pump = prefetched(budget);
        pump.add(List.of(entry(1)), false, held -> false);
        assertThat(pump.wantsMore()).isTrue();
        pump.expect(pump.room(), pump.byteRoom());
        assertThat(pump.wantsMore()).isTrue();
    }

    @Test
    void of_several_limits_the_smallest_counts_until_it_is_closed() {
        FetchBudget budget = new FetchBudget(1_000);
        FetchBudget.Limit large = budget.limit(5_000);
        assertThat(budget.all()).isEqualTo(5_000);
        FetchBudget.Limit small = budget.limit(10);
        FetchBudget.Limit other = budget.limit(10);
        assertThat(budget.all()).isEqualTo(10);
        small.close();
        small.close();
        assertThat(budget.all()).isEqualTo(10);
        other.close();
        assertThat(budget.all()).isEqualTo(5_000);
        large.close();
        assertThat(budget.all()).isEqualTo(1_000);
    }

    private static Prefetched prefetched(FetchBudget budget) {
        return new Prefetched(1, 128, 1 << 20, budget.share(), key -> false, key -> false);
    }

    private static Entry entry(int number) {
        StreamId id = new StreamId(number, 0);
        Job job = new Job(id, new JobId("job" + number), "k", 0, new byte[0], null, Map.of(), Attempts.NONE);
        return new Entry.Decoded(job, ENTRY);
    }
}
