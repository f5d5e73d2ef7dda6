package io.qbull.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The oracle of the runs with faults sees what it is there for, and nothing where all is well. */
class ArrivalsTest {
    private static final Partitions PARTITIONS = new Partitions(List.of("Q"), 4);
    private static final String PARTITION = PARTITIONS.of("Q", "k");
    private static final long EPOCH = 7;
    private static final long NOW_MILLIS = 1_000;

    private final Arrivals arrivals = new Arrivals(PARTITIONS, Duration.ofSeconds(3), queue -> 1);
    private long now = TimeUnit.HOURS.toNanos(1);

    @Test
    void jobs_in_their_order_are_well() {
        done(arrive(0, EPOCH));
        done(arrive(1, EPOCH));
        assertThat(arrivals.violations()).isEmpty();
        assertThat(arrivals.lastFinished("Q", "k")).isEqualTo(1);
        assertThat(arrivals.summary()).isEqualTo("2 arrivals, of which 0 were repeats");
    }

    @Test
    void a_failed_job_may_come_again() {
        arrive(0, EPOCH);
        arrive(0, EPOCH);
        assertThat(arrivals.violations()).isEmpty();
    }

    @Test
    void a_suffix_may_run_again_under_another_lease() {
        for (int seq = 0; seq < 3; seq++) {
            done(arrive(seq, EPOCH));
        }
        for (int seq = 1; seq < 4; seq++) {
            done(arrive(seq, EPOCH + 1));
        }
        assertThat(arrivals.violations()).isEmpty();
        assertThat(arrivals.summary()).isEqualTo("6 arrivals, of which 2 were repeats");
    }

    @Test
    void a_job_overtakes_one_that_was_not_answered() {
        arrive(0, EPOCH);
        arrive(1, EPOCH);
        assertThat(violation()).startsWith("overtaken, -1 was the last");
    }

    @Test
    void a_job_overtakes_one_whose_answer_was_not_written() {
        Arrivals.Arrival first = arrive(0, EPOCH);
        arrivals.finished(first.job());
        arrivals.notAnswered(first);
        arrive(1, EPOCH);
        assertThat(violation()).startsWith("overtaken, -1 was the last");
    }

    @Test
    void a_job_that_was_answered_to_another_owner_is_finished() {
        Arrivals.Arrival first = arrive(0, EPOCH);
        arrivals.finished(first.job());
        done(arrive(0, EPOCH + 1));
        arrivals.notAnswered(first);
        arrive(1, EPOCH + 1);
        assertThat(arrivals.violations()).isEmpty();
    }

    @Test
    void jobs_of_a_key_do_not_go_back_under_one_lease() {
        done(arrive(0, EPOCH));
        done(arrive(1, EPOCH));
        arrive(0, EPOCH);
        assertThat(violation()).startsWith("after 1 under the same lease");
    }

    @Test
    void a_job_does_not_run_again_under_the_lease_under_which_it_was_answered() {
        done(arrive(0, EPOCH));
        arrive(0, EPOCH);
        assertThat(violation()).startsWith("again under the lease");
    }

    @Test
    void an_answer_may_be_lost_with_the_receiver() {
        done(arrive(0, EPOCH));
        arrivals.disturbed(now + 1);
        arrive(0, EPOCH);
        assertThat(arrivals.violations()).isEmpty();
    }

    @Test
    void an_answer_may_come_too_late() {
        Arrivals.Arrival first = arrive(0, EPOCH);
        now += TimeUnit.SECONDS.toNanos(4);
        done(first);
        arrive(0, EPOCH);
        assertThat(arrivals.violations()).isEmpty();
    }

    @Test
    void a_job_does_not_come_from_two_entries() {
        done(arrive(0, EPOCH));
        arrive(job(0, 0), EPOCH + 1, "9-9");
        assertThat(violation()).startsWith("added twice, first as 1-0");
    }

    @Test
    void a_job_does_not_come_before_it_is_due() {
        arrive(job(0, NOW_MILLIS + 1), EPOCH, "1-0");
        assertThat(violation()).startsWith("early, at 1000");
    }

    @Test
    void a_job_does_not_come_from_another_partition() {
        String other = "Q:" + (PARTITION.equals("Q:0") ? 1 : 0);
        arrivals.arrived(new Arrivals.Arrival(job(0, 0), other, EPOCH, "1-0", now), NOW_MILLIS);
        assertThat(violation()).startsWith("in a partition that is not its key's");
    }

    @Test
    void an_owner_that_was_replaced_has_one_job_in_flight() {
        done(arrive(0, EPOCH));
        arrive(1, EPOCH + 1);
        now += TimeUnit.SECONDS.toNanos(6);
        arrive(1, EPOCH);
        assertThat(arrivals.violations()).isEmpty();
        arrive(1, EPOCH);
        assertThat(violation()).startsWith("from an owner that was replaced by 8 long ago");
    }

    @Test
    void only_jobs_that_were_not_finished_move_a_partition() {
        done(arrive(0, EPOCH));
        long first = now;
        now += 5;
        arrive(0, EPOCH + 1);
        assertThat(arrivals.movedAt(PARTITION)).isEqualTo(first);
    }

    private String violation() {
        assertThat(arrivals.violations()).hasSize(1);
        return arrivals.violations().get(0);
    }

    private static Job job(int seq, long due) {
        return new Job("Q", "k", seq, due);
    }

    private Arrivals.Arrival arrive(int seq, long epoch) {
        return arrive(job(seq, 0), epoch, (seq + 1) + "-0");
    }

    private Arrivals.Arrival arrive(Job job, long epoch, String place) {
        Arrivals.Arrival arrival = new Arrivals.Arrival(job, PARTITION, epoch, place, now);
        arrivals.arrived(arrival, NOW_MILLIS);
        return arrival;
    }

    private void done(Arrivals.Arrival arrival) {
        arrivals.finished(arrival.job());
        arrivals.answered(arrival, now);
    }
}
