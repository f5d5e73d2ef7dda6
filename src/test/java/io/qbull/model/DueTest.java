package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DueTest {
    @ParameterizedTest
    @CsvSource({
        "PT10M, PT10M",
        "pt1.5s, PT1.5S",
        "P1DT1H, PT25H",
        "PT-1S, PT-1S",
        "0, PT0S",
        "1500, PT1.5S",
        "1500ms, PT1.5S",
        "10s, PT10S",
        "10m, PT10M",
        "2h, PT2H",
        "366d, PT8784H",
        "999999999999d, PT23999999999976H",
    })
    void a_delay_is_a_duration_a_number_with_a_unit_or_milliseconds(String text, Duration delay) {
        assertThat(Due.in(text)).isEqualTo(new Due.In(delay));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "10 s", "-1", "+1", "1.5s", "10S", "10y", "PT", "1000000000000", "soon"})
    void a_text_that_is_not_a_delay_is_refused_with_examples(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Due.in(text))
                .withMessage("a delay must be like PT10M or 10m, or a number of milliseconds");
    }

    @Test
    void a_time_has_an_offset() {
        assertThat(Due.at("2026-11-24T08:00:00Z")).isEqualTo(new Due.At(Instant.parse("2026-11-24T08:00:00Z")));
        assertThat(Due.at("2026-11-24T08:00:00.5+01:00"))
                .isEqualTo(new Due.At(Instant.parse("2026-11-24T07:00:00.5Z")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "2026-11-24T08:00:00", "2026-11-24", "1790000000000", "2026-13-24T08:00:00Z"})
    void a_text_that_is_not_a_time_is_refused_with_an_example(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Due.at(text))
                .withMessage("a time must be like 2026-11-24T08:00:00Z");
    }
}
