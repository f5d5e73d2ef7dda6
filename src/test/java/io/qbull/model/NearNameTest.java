package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearNameTest {
    private static final List<String> KNOWN = List.of(
            "REDIS_URL",
            "PARTITIONS",
            "QBULL_HTTP_PORT",
            "QBULL_LEASE_TTL",
            "maxAttempts",
            "maxBodySize",
            "delay",
            "key",
            "id",
            "at");

    @ParameterizedTest
    @CsvSource({
        "QBULL_LEASE_TLL, QBULL_LEASE_TTL",
        "PARTITION, PARTITIONS",
        "maxAttemps, maxAttempts",
        "max-attempts, maxAttempts",
        "MAX_BODYSIZE, maxBodySize",
        "dealy, delay",
        "Key, key",
        "QBULL_REDIS_URL, REDIS_URL",
        "QBULL_PORT, QBULL_HTTP_PORT",
        "attempts, maxAttempts",
    })
    void a_slip_of_the_pen_or_a_word_too_many_or_too_few_leads_to_the_name_that_was_meant(String given, String meant) {
        assertThat(NearName.of(given, KNOWN)).contains(meant);
        assertThat(NearName.hint(given, KNOWN)).isEqualTo("; did you mean " + meant + "?");
    }

    @ParameterizedTest
    @CsvSource({"colour", "QBULL_SHARDS", "no", "''", "x-tenant"})
    void another_word_is_not_taken_for_a_slip(String given) {
        assertThat(NearName.of(given, List.of("maxAttempts", "delay", "QBULL_HTTP_PORT")))
                .isEmpty();
        assertThat(NearName.hint(given, List.of())).isEmpty();
    }

    @Test
    void of_two_names_that_are_equally_near_the_first_is_offered() {
        assertThat(NearName.of("QBULL_HTTP_HORT", List.of("QBULL_HTTP_PORT", "QBULL_HTTP_HOST")))
                .contains("QBULL_HTTP_PORT");
    }
}
