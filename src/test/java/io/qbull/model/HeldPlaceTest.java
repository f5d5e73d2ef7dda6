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

class HeldPlaceTest {
    private static HeldPlace own(int version, String streamId) {
        return HeldPlace.of(EntryId.own(StreamId.parse(streamId)), version, 3);
    }

    private static HeldPlace arrived(String segment, String streamId) {
        return HeldPlace.of(new EntryId(Segment.parse(segment), StreamId.parse(streamId)), 9, 3);
    }

    /** The jobs of one key that moved in version 2 and in version 3, in the order in which they were added. */
    private static List<HeldPlace> places() {
        return List.of(
                own(1, "9-0"),
                own(1, "10-0"),
                arrived("2:1", "1-9"),
                arrived("2:1", "1-10"),
                own(2, "0-1"),
                own(2, "0-2"),
                arrived("3:0", "0-1"),
                own(3, "0-1"),
                own(10, "0-1"));
    }

    @Test
    void the_held_jobs_of_a_key_are_in_the_order_in_which_they_were_added() {
        List<HeldPlace> shuffled = new ArrayList<>(places());
        Collections.shuffle(shuffled, new Random(1));
        Collections.sort(shuffled);
        assertThat(shuffled).isEqualTo(places());
    }

    @Test
    void the_texts_sort_as_the_places_do() {
        assertThat(places().stream().map(HeldPlace::toString)).isSorted();
    }

    @Test
    void a_place_is_written_as_scripts_write_it() {
        assertThat(own(1, "1700000000000-12")).hasToString("0000000001:00000001700000000000-00000000000000000012:3");
        assertThat(arrived("3:14", "5-0")).hasToString("0000000002;00000000000000000005-00000000000000000000:14.3");
    }

    @Test
    void entries_with_one_id_in_the_segments_of_two_partitions_have_two_places() {
        EntryId entry = new EntryId(Segment.parse("2:0"), StreamId.parse("5-0"));
        assertThat(HeldPlace.of(entry, 9, 1)).isNotEqualTo(HeldPlace.of(entry, 9, 2));
    }

    @Test
    void a_place_is_read_as_it_was_written() {
        assertThat(places())
                .allSatisfy(
                        place -> assertThat(HeldPlace.parse(place.toString())).isEqualTo(place));
        HeldPlace most = new HeldPlace(Integer.MAX_VALUE, true, StreamId.END, 16383, 16382);
        assertThat(HeldPlace.parse(most.toString())).isEqualTo(most);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1:5-0:3",
                "0000000001.00000001700000000000-00000000000000000012:3",
                "0000000000:00000001700000000000-00000000000000000012:3",
                "9999999999:00000001700000000000-00000000000000000012:3",
                "0000000001:99999999999999999999-00000000000000000012:3",
                "0000000001:00000001700000000000-00000000000000000012:",
                "0000000001:00000001700000000000-00000000000000000012:3.4"
            })
    void another_text_is_no_place(String text) {
        assertThatThrownBy(() -> HeldPlace.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
