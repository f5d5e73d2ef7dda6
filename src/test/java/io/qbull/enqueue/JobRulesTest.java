package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.model.Due;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00Z");

    @Test
    void a_job_at_the_limits_breaks_no_rule() {
        assertThat(JobRules.broken(job("1", "é".repeat(256), 1 << 20), SETTINGS, NOW))
                .isNull();
        assertThat(JobRules.broken(job("1", "😀".repeat(128)), SETTINGS, NOW)).isNull();
        assertThat(JobRules.broken(job("1", "語".repeat(170) + "é"), SETTINGS, NOW))
                .isNull();
    }

    @Test
    void a_body_beyond_the_limit_is_named_with_size_and_option() {
        assertThat(JobRules.broken(job("1", "key", (1 << 20) + 1), SETTINGS, NOW))
                .isEqualTo("body (1048577 bytes) must be at most maxBodySize (1048576 bytes)");
    }

    @Test
    void a_key_is_measured_in_bytes_not_in_characters() {
        assertThat(JobRules.broken(job("1", "é".repeat(256) + "x"), SETTINGS, NOW))
                .isEqualTo("key (513 bytes of UTF-8) must be at most maxKeyLength (512 bytes)");
        assertThat(JobRules.broken(job("1", "語".repeat(171)), SETTINGS, NOW)).startsWith("key (513 bytes");
        assertThat(JobRules.broken(job("1", "😀".repeat(128) + "x"), SETTINGS, NOW))
                .startsWith("key (513 bytes");
    }

    @Test
    void text_with_half_a_character_is_refused() {
        for (String broken : new String[] {"\uD83D", "a\uD83Db", "\uDE00", "\uDE00\uD83D", "\uD83D\uD83D\uDE00"}) {
            assertThat(JobRules.broken(job("1", broken), SETTINGS, NOW))
                    .contains("key")
                    .contains("surrogate");
            assertThatIllegalArgumentException().isThrownBy(() -> new JobId(broken));
            for (Map<String, Object> headers :
                    List.of(Map.<String, Object>of("name", broken), Map.<String, Object>of(broken, "text"))) {
                NewJob job = new NewJob(new JobId("1"), false, "key", new byte[0], "text/plain", headers);
                assertThat(JobRules.broken(job, SETTINGS, NOW))
                        .contains("headers")
                        .contains("surrogate");
            }
            NewJob typed = new NewJob(new JobId("1"), false, "key", new byte[0], broken, Map.of());
            assertThat(JobRules.broken(typed, SETTINGS, NOW)).contains("content type");
        }
    }

    @Test
    void a_job_is_due_within_366_days_or_at_once() {
        Duration longest = Duration.ofDays(366);
        Duration moment = Duration.ofMillis(1);
        assertThat(due(new Due.In(Duration.ZERO))).isNull();
        assertThat(due(new Due.In(longest))).isNull();
        assertThat(due(new Due.In(longest.plus(moment)))).contains("delay (PT8784H0.001S) must be PT0S to PT8784H");
        assertThat(due(new Due.In(moment.negated()))).contains("delay (PT-0.001S) must be");
        assertThat(due(new Due.At(Instant.MIN))).isNull();
        assertThat(due(new Due.At(NOW.plus(longest)))).isNull();
        assertThat(due(new Due.At(NOW.plus(longest).plus(moment))))
                .contains("at (2027-11-25T08:00:00.001Z) must be at most PT8784H from now");
        assertThat(due(new Due.At(Instant.MAX))).contains("must be at most");
    }

    private static @Nullable String due(Due due) {
        return JobRules.broken(job("1", "key").due(due), SETTINGS, NOW);
    }
}
