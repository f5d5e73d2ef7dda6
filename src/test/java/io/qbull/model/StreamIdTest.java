package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"0-0", "1700000000000-0", "1-18446744073709551615", "18446744073709551615-1"})
    void an_id_survives_its_text_form(String text) {
        assertThat(StreamId.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-", "5-", "-5", "a-b", "1-2-3", "1--2", "18446744073709551616-0", "1.5-0"})
    void a_text_that_is_not_an_id_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamId.parse(text))
                .withMessageContaining("is no stream id");
    }

    @Test
    void ids_are_ordered_as_unsigned_numbers() {
        assertThat(StreamId.parse("9-0")).isLessThan(StreamId.parse("10-0"));
        assertThat(StreamId.parse("10-9")).isLessThan(StreamId.parse("10-10"));
        assertThat(StreamId.parse("10-9223372036854775807")).isLessThan(StreamId.parse("10-9223372036854775808"));
        assertThat(StreamId.parse("9223372036854775807-0")).isLessThan(StreamId.parse("9223372036854775808-0"));
        assertThat(StreamId.START).isLessThan(StreamId.parse("0-1"));
    }
}
