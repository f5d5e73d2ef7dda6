package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RefusalReporterTest {
    private static final QueueName QUEUE = new QueueName("Q");
    private static final PartitionId ZERO = new PartitionId(QUEUE, 0);
    private static final PartitionId ONE = new PartitionId(QUEUE, 1);
    private static final String BEGINS = "jobs cannot be added";
    private static final String ENDS = "jobs can be added again";

    private final ManualEventLoop loop = new ManualEventLoop();
    private final RefusalReporter reporter = new RefusalReporter(QUEUE, loop, () -> false);
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void an_end_is_logged_when_a_job_is_taken_after_all_were_assigned_anew() {
        refuse(ZERO);
        reporter.reset();
        reporter.layoutKnown();
        assertThat(log.lines(ENDS)).isEmpty();

        reporter.taken(ONE);

        assertThat(log.lines(BEGINS)).hasSize(1);
        assertThat(log.lines(ENDS)).singleElement().asString().endsWith("after 15 s");
    }

    @Test
    void a_trouble_that_no_job_has_met_for_long_does_not_hide_the_end_of_the_others() {
        refuse(ZERO);
        refuse(ONE);
        loop.tick(Duration.ofSeconds(20));

        reporter.taken(ONE);

        assertThat(log.lines(ENDS)).hasSize(1);
        reporter.taken(ZERO);
        reporter.taken(ONE);
        assertThat(log.lines(ENDS)).hasSize(1);
    }

    @Test
    void an_end_is_not_logged_while_another_partition_refuses_jobs() {
        refuse(ZERO);
        reporter.refused(ONE, Refusal.FULL, "full");
        reporter.taken(ZERO);
        assertThat(log.lines(ENDS)).isEmpty();
        reporter.taken(ONE);
        assertThat(log.lines(ENDS)).hasSize(1);
    }

    /** For longer than any reason is tolerated without a line. */
    private void refuse(PartitionId partition) {
        for (int second = 0; second < 15; second++) {
            reporter.refused(partition, Refusal.FULL, "full");
            loop.tick(Duration.ofSeconds(1));
        }
    }
}
