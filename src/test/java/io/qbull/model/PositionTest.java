package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
    private static final String TAG = "0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33";

    private static Position entry(String segment, String streamId) {
        return Position.ofEntry(new EntryId(Segment.parse(segment), StreamId.parse(streamId)));
    }

    private static HeldPlace place(int version) {
        return HeldPlace.added(version, new StreamId(5, 0), 3);
    }

    /** Ascending, in the order in which they move. */
    private static List<Position> positions() {
        return List.of(
                Position.ofDelayed(999, "0000000002"),
                Position.ofDelayed(1000, "0000000000"),
                Position.ofDelayed(1000, "0000000001"),
                Position.ofHeld(TAG, place(2)),
                Position.ofHeld(TAG, place(10)),
                entry("2:0", "9-0"),
                entry("2:0", "10-0"),
                entry("2:3", "1-0"),
                entry("2:16383", "1-0"),
                entry("3:0", "0-9"),
                entry("3:0", "0-10"),
                entry("10:0", "0-1"),
                entry("2147483646:16383", "0-1"),
                entry("", "0-1"),
                entry("", "18446744073709551615-18446744073709551615"));
    }

    @Test
    void positions_are_in_the_order_in_which_jobs_move() {
        List<Position> shuffled = new ArrayList<>(positions());
        Collections.shuffle(shuffled, new Random(1));
        Collections.sort(shuffled);
        assertThat(shuffled).isEqualTo(positions());
    }

    @Test
    void a_position_is_read_as_it_was_written() {
        assertThat(positions())
                .allSatisfy(position ->
                        assertThat(Position.parse(position.toString())).isEqualTo(position));
        assertThat(entry("2:3", "7-1")).hasToString("32771 00000000000000000007-00000000000000000001");
    }

    @Test
    void an_ordinal_is_an_integer_for_a_script_too() {
        assertThat(positions())
                .allSatisfy(
                        position -> assertThat((long) (double) position.part().ordinal())
                                .isEqualTo(position.part().ordinal()));
        assertThat(LogPart.STREAM.ordinal()).isLessThan(1L << 53);
    }

    @Test
    void a_part_names_its_stream() {
        for (String text : List.of("2:0", "2:16383", "3:0", "2147483646:16383", "")) {
            Segment segment = Segment.parse(text);
            assertThat(LogPart.of(segment).segment()).isEqualTo(segment);
            assertThat(LogPart.of(segment).isStream()).isTrue();
        }
        assertThatThrownBy(LogPart.HELD::segment).hasMessage("part 1 is no stream");
        assertThat(LogPart.DELAYED.isStream()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1", "1 ", " 1", "x 1", "1 2 3"})
    void another_text_is_no_position(String text) {
        assertThatThrownBy(() -> Position.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
