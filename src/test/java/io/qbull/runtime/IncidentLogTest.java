package io.qbull.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncidentLogTest {
    private long now;
    private final IncidentLog log = new IncidentLog(new LogLimit(() -> now));
    private final List<String> lines = new ArrayList<>();

    /** Says whether a line was written, ten seconds after the one before. */
    private boolean once(String cause) {
        now += LogLimit.PERIOD.toNanos();
        int before = lines.size();
        log.once(cause, more -> lines.add(cause));
        return lines.size() > before;
    }

    @Test
    void a_cause_is_written_once_until_the_trouble_is_over() {
        assertThat(once("boom")).isTrue();
        assertThat(once("boom")).isFalse();
        assertThat(log.open()).isTrue();
        log.close();
        assertThat(once("boom")).isTrue();
    }

    @Test
    void beyond_a_number_of_causes_none_is_remembered() {
        for (int cause = 0; cause <= IncidentLog.MOST; cause++) {
            assertThat(once("boom " + cause)).isTrue();
        }
        assertThat(once("boom " + (IncidentLog.MOST - 1))).isFalse();
        assertThat(once("boom " + IncidentLog.MOST))
                .as("its lines are thinned out only")
                .isTrue();
    }
}
