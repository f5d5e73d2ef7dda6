package io.qbull.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the benchmark verifies of the jobs that it measures. */
class TallyTest {
    private static final int[] THREE_OF_EACH = {3, 3};

    private final Tally tally = new Tally(2);

    private void run(int key, int... numbers) {
        for (int number : numbers) {
            Payload job = new Payload(key, number, 0);
            tally.started(job);
            tally.ended(job);
        }
    }

    @Test
    void jobs_that_run_once_and_in_order_break_no_promise() {
        run(0, 0, 1);
        run(1, 0, 1, 2);
        run(0, 2);

        Findings findings = tally.findings(THREE_OF_EACH);
        assertThat(findings).isEqualTo(new Findings(6, 0, 0, 0, 0, 0));
        assertThat(findings.violations(false)).isEmpty();
        assertThat(tally.done()).isEqualTo(6);
    }

    @Test
    void a_lost_job_is_found() {
        run(0, 0, 1, 2);
        run(1, 0, 2);

        assertThat(tally.findings(THREE_OF_EACH).violations(true)).containsExactly("1 of 6 jobs lost");
    }

    @Test
    void a_job_that_started_and_never_ended_is_lost() {
        run(0, 0, 1, 2);
        run(1, 0, 1);
        tally.started(new Payload(1, 2, 0));

        assertThat(tally.findings(THREE_OF_EACH).violations(true)).containsExactly("1 of 6 jobs lost");
    }

    @Test
    void a_doubled_job_is_found_and_counted_once() {
        run(0, 0, 1, 1, 2);
        run(1, 0, 1, 2);

        assertThat(tally.findings(THREE_OF_EACH).violations(false)).containsExactly("1 of 6 jobs run again");
        assertThat(tally.done()).isEqualTo(6);
    }

    @Test
    void a_doubled_job_is_no_violation_after_a_crash() {
        run(0, 0, 1, 2, 1, 2);
        run(1, 0, 1, 2);

        Findings findings = tally.findings(THREE_OF_EACH);
        assertThat(findings.repeated()).isEqualTo(2);
        assertThat(findings.violations(true)).isEmpty();
    }

    @Test
    void an_overtaken_job_is_found() {
        run(0, 0, 2, 1);
        run(1, 0, 1, 2);

        assertThat(tally.findings(THREE_OF_EACH).violations(true))
                .containsExactly("1 of 6 jobs overtaken by a later job of their key");
    }

    @Test
    void a_job_that_starts_beside_another_of_its_key_is_found() {
        run(1, 0, 1, 2);
        tally.started(new Payload(0, 0, 0));
        tally.started(new Payload(0, 1, 0));
        tally.ended(new Payload(0, 0, 0));
        tally.ended(new Payload(0, 1, 0));
        run(0, 2);

        assertThat(tally.findings(THREE_OF_EACH).violations(true))
                .containsExactly("1 of 6 jobs started beside another job of their key");
    }

    @Test
    void a_job_that_was_never_sent_is_found() {
        run(0, 0, 1, 2, 3);
        run(1, 0, 1, 2);
        run(2, 0);

        assertThat(tally.findings(THREE_OF_EACH).violations(true))
                .containsExactly("2 of 6 jobs run without having been sent");
    }

    @Test
    void a_deck_numbers_the_jobs_of_each_key() {
        Deck deck = new Deck(2);
        deck.next(0);
        deck.next(0);

        assertThat(deck.next(7)).isEqualTo(new Payload(0, 1, 7));
        assertThat(deck.count()).isEqualTo(3);
        assertThat(deck.dealt()).containsExactly(2, 1);
    }

    @Test
    void every_other_job_of_a_deck_is_of_the_busy_key_and_without_one_the_others_come_alone() {
        Deck hot = Deck.beside(3, true);
        Deck cold = Deck.beside(3, false);
        for (int i = 0; i < 6; i++) {
            hot.next(0);
            cold.next(0);
        }
        assertThat(hot.dealt()).containsExactly(3, 2, 1);
        assertThat(cold.dealt()).containsExactly(0, 3, 3);
    }

    @Test
    void a_body_says_what_its_job_is() {
        Payload job = new Payload(12, 345, 678);

        assertThat(job.body(100)).hasSize(100);
        assertThat(Payload.of(job.body(Payload.SHORTEST))).isEqualTo(job);
    }
}
