package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationTextTest {
    @ParameterizedTest
    @CsvSource({
        "1500ms, PT1.5S",
        "0s, PT0S",
        "15s, PT15S",
        "2m, PT2M",
        "1h, PT1H",
        "7d, PT168H",
        "PT10M, PT10M",
        "pt1.5s, PT1.5S",
        "P1DT1H, PT25H",
        "PT-1S, PT-1S",
        "999999999999d, PT23999999999976H",
    })
    void both_readers_accept_every_unit_and_iso_8601(String text, Duration expected) {
        assertThat(DurationText.withUnit(text)).isEqualTo(expected);
        assertThat(DurationText.orMillis(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0 ms",
        "0, 0 ms",
        "825, 825 ms",
        "999, 999 ms",
        "1000, 1 s",
        "1099, 1 s",
        "4250, 4.2 s",
        "9999, 9.9 s",
        "10000, 10 s",
        "59999, 59 s",
        "60000, 1 min",
        "200000, 3 min 20 s",
        "3600000, 1 h",
        "7500000, 2 h 5 min",
        "86400000, 1 d",
        "100800000, 1 d 4 h",
    })
    void people_read_the_two_largest_units(long millis, String expected) {
        assertThat(DurationText.of(Duration.ofMillis(millis))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1s",
                "+1s",
                "1.5s",
                "10S",
                "10y",
                "1h30m",
                "PT",
                " 1s",
                "1s ",
                "1000000000000s",
                "soon"
            })
    void both_readers_refuse_what_is_no_duration(String text) {
        assertThat(DurationText.withUnit(text)).isNull();
        assertThat(DurationText.orMillis(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"15 s, PT15S", "1500  ms, PT1.5S", "2 d, PT48H"})
    void a_space_before_the_unit_is_accepted_only_from_people(String text, Duration expected) {
        assertThat(DurationText.withUnit(text)).isEqualTo(expected);
        assertThat(DurationText.orMillis(text)).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "1500, PT1.5S"})
    void a_number_without_a_unit_is_milliseconds_only_from_programs(String text, Duration expected) {
        assertThat(DurationText.orMillis(text)).isEqualTo(expected);
        assertThat(DurationText.withUnit(text)).isNull();
    }
}
