package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.store.HeldJobs.Advance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldKeysTest {
    private final HeldKeys held = new HeldKeys(new FetchBudget(1 << 20).share(), any -> {});

    @Test
    void ready_keys_take_turns_of_sixteen_jobs() {
        held.load("a", Duration.ZERO, false, 0);
        held.load("b", Duration.ZERO, false, 0);
        List<String> ran = new ArrayList<>();
        for (int job = 0; job < 48; job++) {
            HeldKey key = next();
            ran.add(key.name);
            held.running(key);
            held.loaded(key, PumpTestSupport.next(job + 1, key.name, Attempts.NONE));
        }
        assertThat(ran.subList(0, 16)).containsOnly("a");
        assertThat(ran.subList(16, 32)).containsOnly("b");
        assertThat(ran.subList(32, 48)).containsOnly("a");
    }

    @Test
    void one_large_job_is_not_taken_as_the_size_of_others_for_ever() {
        held.load("a", Duration.ZERO, false, 0);
        HeldKey key = next();
        held.loaded(key, new Advance.Next(PumpTestSupport.place(1), new Entry.Decoded(job(1), 1 << 20)));
        assertThat(held.headBytes(1)).isEqualTo(2 << 20);
        for (int job = 2; job < 100; job++) {
            held.loaded(key, new Advance.Next(PumpTestSupport.place(job), new Entry.Decoded(job(job), 1_000)));
        }
        assertThat(held.headBytes(1)).isEqualTo(2_000);
    }

    private static Job job(int millis) {
        return PumpTestSupport.job(millis, "a", Attempts.NONE);
    }

    @Test
    void a_job_that_did_not_start_costs_its_key_no_turn() {
        held.load("a", Duration.ZERO, false, 0);
        held.load("b", Duration.ZERO, false, 0);
        HeldKey a = next();
        for (int refused = 0; refused < 20; refused++) {
            held.running(a);
            held.notStarted(a);
        }
        held.running(a);
        held.loaded(a, PumpTestSupport.next(1, "a", Attempts.NONE));
        assertThat(next().name).isEqualTo("a");
    }

    @Test
    void a_key_that_a_command_touches_has_no_turn_and_the_next_one_has() {
        held.load("a", Duration.ZERO, false, 0);
        held.load("b", Duration.ZERO, false, 0);
        HeldKey a = held.touch("a");
        assertThat(next().name).isEqualTo("b");
        held.untouch(a);
        assertThat(next().name).isEqualTo("a");
    }

    @Test
    void a_key_is_forgotten_when_nothing_is_held_and_no_command_touches_it() {
        HeldKey key = held.touch("a");
        held.touch("a");
        held.untouch(key);
        assertThat(held.blocks("a")).isTrue();
        held.untouch(key);
        assertThat(held.blocks("a")).isFalse();
    }

    @Test
    void the_stream_stops_when_too_many_keys_are_held() {
        for (int key = 1; key < HeldKeys.MOST; key++) {
            held.load("k" + key, null, false, 0);
        }
        assertThat(held.full()).isFalse();
        held.load("last", null, false, 0);
        assertThat(held.full()).isTrue();
    }

    @Test
    void pauses_end_in_their_order_across_an_overflow_of_the_clock() {
        long now = Long.MAX_VALUE - 10;
        held.load("late", Duration.ofNanos(30), false, now);
        held.load("early", Duration.ofNanos(5), false, now);
        held.load("middle", Duration.ofNanos(20), false, now);
        List<String> order = new ArrayList<>();
        for (int nanos = 0; nanos <= 30; nanos++) {
            held.wake(now + nanos);
            HeldKey key = held.next();
            if (key != null) {
                order.add(key.name + " " + nanos);
                held.running(key);
            }
        }
        assertThat(order).containsExactly("early 5", "middle 20", "late 30");
    }

    @Test
    void keys_that_are_due_at_the_same_time_all_get_ready() {
        held.load("a", Duration.ofNanos(5), false, 0);
        held.load("b", Duration.ofNanos(5), false, 0);
        held.wake(5);
        held.running(next());
        assertThat(next().name).isEqualTo("b");
        assertThat(held.firstWaiting()).isNull();
    }

    private HeldKey next() {
        return requireNonNull(held.next());
    }
}
