package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.partition.SuspectTurns.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may start a suspect when. Times are nanoseconds after the start of the test. */
class SuspectTurnsTest {
    private static final Duration PATIENCE = Duration.ofNanos(100);

    private final SuspectTurns turns = new SuspectTurns();
    private final List<String> came = new ArrayList<>();
    private final Turn a = turn("a");
    private final Turn b = turn("b");
    private final Turn c = turn("c");

    private Turn turn(String name) {
        return turns.turn(PATIENCE, () -> came.add(name));
    }

    @Test
    void turns_come_one_at_a_time_in_the_order_in_which_they_are_asked_for() {
        assertThat(a.ask(0)).isTrue();
        assertThat(a.start("", PATIENCE, 0)).as("alone").isTrue();
        assertThat(b.ask(1)).isFalse();
        assertThat(c.ask(2)).isFalse();
        assertThat(b.ask(3)).isFalse();
        a.ended(4);
        assertThat(came).as("its end is not on record").isEmpty();
        a.end(5);
        assertThat(came).containsExactly("b");
        assertThat(b.here()).isTrue();
        assertThat(c.here()).isFalse();
        assertThat(b.start("", PATIENCE, 6)).as("alone").isTrue();
    }

    @Test
    void a_turn_that_is_not_needed_passes_to_the_next() {
        a.ask(0);
        b.ask(0);
        a.pass(1);
        assertThat(came).containsExactly("b");
        assertThat(a.ask(2)).isFalse();
    }

    @Test
    void a_suspect_that_starts_while_another_runs_on_is_not_alone() {
        a.ask(0);
        a.start("", PATIENCE, 0);
        b.ask(1);
        a.pass(100);
        assertThat(came).containsExactly("b");
        assertThat(b.start("", PATIENCE, 101)).as("alone").isFalse();
        b.end(102);
        a.end(103);
        assertThat(c.ask(104)).isTrue();
        assertThat(c.start("", PATIENCE, 104)).as("alone").isTrue();
    }

    @Test
    void a_turn_that_nobody_passes_on_ends_after_twice_the_patience() {
        a.ask(0);
        a.start("", PATIENCE, 0);
        assertThat(b.ask(1)).isFalse();
        assertThat(b.rest(1)).isEqualTo(Duration.ofNanos(199));
        assertThat(b.ask(199)).isFalse();
        assertThat(b.ask(200)).isTrue();
        assertThat(b.start("", PATIENCE, 200)).as("alone").isFalse();
        assertThat(a.here()).isFalse();
    }

    @Test
    void a_job_that_outlives_its_lease_keeps_the_turn_until_it_ends() {
        a.ask(0);
        a.start("", PATIENCE, 0);
        b.ask(1);
        a.lose(2);
        assertThat(came).isEmpty();
        a.ended(3);
        assertThat(came).containsExactly("b");
        assertThat(b.start("", PATIENCE, 4)).as("alone").isTrue();
    }

    @Test
    void a_lease_that_is_lost_when_its_job_has_ended_or_before_it_starts_keeps_nobody_waiting() {
        a.ask(0);
        b.ask(0);
        a.start("", PATIENCE, 0);
        a.ended(1);
        a.lose(2);
        assertThat(came).containsExactly("b");
        b.lose(3);
        c.lose(4);
        assertThat(a.ask(5)).isTrue();
    }

    @Test
    void a_pump_that_is_over_leaves_the_line() {
        a.ask(0);
        b.ask(0);
        c.ask(0);
        b.lose(1);
        a.pass(2);
        assertThat(came).containsExactly("c");
    }
}
