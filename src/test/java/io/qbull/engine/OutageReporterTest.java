package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.QueueName;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.StoreException;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutageReporterTest {
    private static final Subject LEASE = Subject.lease(3);
    private static final Subject JOBS = Subject.jobs(3);
    private final StoreException away = new StoreException.Unavailable("Redis at h:1 is away: gone", false, null);
    private final StoreException refused = new StoreException.Misconfigured("WRONGTYPE", null);

    private final ManualEventLoop loop = new ManualEventLoop();
    private final OutageLog shared = new OutageLog(loop::nanoTime);
    private final OutageReporter outage = new OutageReporter(TestPod.QUEUE, loop, () -> List.of(3, 4), shared);
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void stop() {
        log.close();
    }

    @Test
    void two_subjects_without_an_answer_are_one_outage() {
        for (int round = 0; round < 5; round++) {
            outage.unanswered(LEASE, new CompletionException(away));
            outage.answered(Subject.QUEUE);
            outage.unanswered(JOBS, away);
            loop.tick(Duration.ofMillis(100));
        }
        assertThat(log.warnings())
                .containsExactly(
                        "queue=WHATSAPP Redis at h:1 is away: gone; trying until it works, partitions [3, 4] may wait");
        assertThat(outage.problem()).isEqualTo("Redis at h:1 is away: gone");
        outage.answered(LEASE);
        assertThat(log.lines("again")).isEmpty();
        outage.answered(JOBS);
        assertThat(log.lines("again")).containsExactly("queue=WHATSAPP Redis answers again after 500 ms");
        assertThat(outage.problem()).isEmpty();
    }

    @Test
    void a_misconfiguration_is_logged_once_even_during_an_outage() {
        outage.unanswered(LEASE, away);
        for (int round = 0; round < 5; round++) {
            outage.unanswered(JOBS, refused);
            outage.answered(LEASE);
        }
        assertThat(log.warnings())
                .hasSize(2)
                .last()
                .isEqualTo("queue=WHATSAPP refused by Redis, a person must act: WRONGTYPE");
        assertThat(outage.problem()).isEqualTo("WRONGTYPE");
    }

    @Test
    void a_silent_subject_does_not_keep_an_outage_alive() {
        outage.unanswered(LEASE, away);
        outage.answered(JOBS);
        assertThat(outage.problem()).isNotEmpty();
        loop.tick(Duration.ofMinutes(1).plusMillis(1));
        outage.answered(JOBS);
        assertThat(outage.problem()).isEmpty();
    }

    @Test
    void a_refusal_is_not_over_when_another_command_about_the_same_subject_is_answered() {
        for (int round = 0; round < 150; round++) {
            outage.unanswered(JOBS, refused);
            assertThat(outage.problem()).isEqualTo("WRONGTYPE");
            outage.answered(JOBS);
            assertThat(outage.problem()).isEqualTo("WRONGTYPE");
            loop.tick(Duration.ofMillis(100));
        }
        assertThat(log.warnings()).containsExactly("queue=WHATSAPP refused by Redis, a person must act: WRONGTYPE");
        assertThat(log.lines("again")).isEmpty();
        loop.tick(Duration.ofSeconds(5));
        assertThat(log.lines("answers again")).hasSize(1);
        assertThat(outage.problem()).isEmpty();
    }

    @Test
    void a_refusal_is_not_hidden_by_a_command_without_an_answer() {
        outage.unanswered(LEASE, refused);
        outage.unanswered(JOBS, away);
        assertThat(outage.problem()).isEqualTo("WRONGTYPE");
        loop.tick(Duration.ofSeconds(5));
        outage.unanswered(JOBS, away);
        assertThat(outage.problem()).isEqualTo("Redis at h:1 is away: gone");
    }

    @Test
    void a_connection_that_comes_and_goes_has_two_lines_in_ten_seconds() {
        for (int round = 0; round < 600; round++) {
            outage.unanswered(JOBS, away);
            outage.answered(JOBS);
            loop.tick(Duration.ofMillis(100));
        }
        assertThat(log.warnings()).hasSizeLessThanOrEqualTo(6);
        assertThat(log.lines("answers again")).hasSizeLessThanOrEqualTo(6);
    }

    @Test
    void an_outage_that_came_back_too_soon_for_a_line_gets_one_if_it_stays() {
        outage.unanswered(JOBS, away);
        outage.answered(JOBS);
        outage.unanswered(JOBS, away);
        assertThat(log.warnings()).hasSize(1);
        loop.tick(Duration.ofSeconds(10));
        outage.unanswered(JOBS, away);
        outage.unanswered(JOBS, away);
        assertThat(log.warnings()).hasSize(2);
    }

    @Test
    void one_outage_of_all_queues_has_two_lines_and_every_queue_has_the_problem() {
        shared.join();
        List<OutageReporter> others = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            shared.join();
            others.add(new OutageReporter(new QueueName("Q" + i), loop, () -> List.of(0), shared));
        }
        outage.unanswered(JOBS, away);
        others.forEach(other -> other.unanswered(JOBS, away));
        assertThat(log.warnings())
                .containsExactly(
                        "queue=WHATSAPP Redis at h:1 is away: gone; trying until it works, partitions [3, 4] may wait,"
                                + " as may 200 other queues");
        assertThat(others).allMatch(other -> other.problem().equals("Redis at h:1 is away: gone"));
        loop.tick(Duration.ofMillis(500));
        outage.answered(JOBS);
        assertThat(log.lines("again")).isEmpty();
        others.forEach(other -> other.answered(JOBS));
        assertThat(log.lines("again"))
                .containsExactly("queue=Q199 Redis answers again after 500 ms, for 200 other queues too");
    }

    @Test
    void what_redis_refuses_to_one_queue_hides_no_outage_of_another() {
        OutageReporter other = new OutageReporter(new QueueName("OTHER"), loop, () -> List.of(0), shared);
        other.unanswered(JOBS, refused);
        for (int round = 0; round < 3; round++) {
            outage.unanswered(JOBS, away);
            other.unanswered(JOBS, away);
            other.unanswered(JOBS, refused);
            outage.answered(JOBS);
            loop.tick(Duration.ofSeconds(11));
        }
        assertThat(log.warnings()).hasSize(4);
        assertThat(log.lines("answers again")).hasSize(3);
    }

    @Test
    void a_queue_that_is_closed_during_an_outage_keeps_no_other_from_ending_it() {
        OutageReporter other = new OutageReporter(new QueueName("OTHER"), loop, () -> List.of(0), shared);
        outage.unanswered(JOBS, away);
        other.unanswered(JOBS, away);
        other.reset();
        outage.answered(JOBS);
        assertThat(log.lines("answers again")).hasSize(1);
    }

    @Test
    void failures_that_nobody_expects_are_counted_too() {
        for (int round = 0; round < 50; round++) {
            outage.unanswered(JOBS, new IllegalStateException("boom"));
            outage.answered(JOBS);
        }
        assertThat(log.warnings()).hasSize(1);
    }
}
