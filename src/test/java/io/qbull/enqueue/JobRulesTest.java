package io.qbull.enqueue;

import static io.qbull.enqueue.Jobs.SETTINGS;
import static io.qbull.enqueue.Jobs.job;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class JobRulesTest {
    @Test
    void a_job_at_the_limits_breaks_no_rule() {
        assertThat(JobRules.broken(job("1", "é".repeat(256), 1 << 20), SETTINGS))
                .isNull();
        assertThat(JobRules.broken(job("1", "😀".repeat(128)), SETTINGS)).isNull();
        assertThat(JobRules.broken(job("1", "語".repeat(170) + "é"), SETTINGS)).isNull();
    }

    @Test
    void a_body_beyond_the_limit_is_named_with_size_and_option() {
        assertThat(JobRules.broken(job("1", "key", (1 << 20) + 1), SETTINGS))
                .isEqualTo("body (1048577 bytes) must be at most maxBodySize (1048576 bytes)");
    }

    @Test
    void a_key_is_measured_in_bytes_not_in_characters() {
        assertThat(JobRules.broken(job("1", "é".repeat(256) + "x"), SETTINGS))
                .isEqualTo("key (513 bytes of UTF-8) must be at most maxKeyLength (512 bytes)");
        assertThat(JobRules.broken(job("1", "語".repeat(171)), SETTINGS)).startsWith("key (513 bytes");
        assertThat(JobRules.broken(job("1", "😀".repeat(128) + "x"), SETTINGS)).startsWith("key (513 bytes");
    }

    @Test
    void text_with_half_a_character_is_refused() {
        for (String broken : new String[] {"\uD83D", "a\uD83Db", "\uDE00", "\uDE00\uD83D", "\uD83D\uD83D\uDE00"}) {
            assertThat(JobRules.broken(job("1", broken), SETTINGS))
                    .contains("key")
                    .contains("surrogate");
            assertThat(JobRules.broken(job(broken, "key"), SETTINGS))
                    .contains("job id")
                    .contains("surrogate");
        }
    }
}
