package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EntryIdTest {
    private static final StreamId FIRST = new StreamId(1, 0);
    private static final StreamId SECOND = new StreamId(1, 1);

    @Test
    void a_log_is_its_segments_by_version_and_source_and_then_the_own_stream() {
        List<EntryId> log = List.of(
                new EntryId(new Segment(2, 3), FIRST),
                new EntryId(new Segment(2, 3), SECOND),
                new EntryId(new Segment(2, 11), FIRST),
                new EntryId(new Segment(10, 0), FIRST),
                EntryId.own(FIRST),
                EntryId.own(SECOND));
        List<EntryId> mixed = new ArrayList<>(log);
        Collections.shuffle(mixed, new Random(7));

        Collections.sort(mixed);

        assertThat(mixed).isEqualTo(log);
    }

    @Test
    void the_text_of_a_segment_is_read_again() {
        assertThat(Segment.parse("2:11")).isEqualTo(new Segment(2, 11)).hasToString("2:11");
        assertThat(Segment.parse("")).isEqualTo(Segment.OWN).hasToString("");
    }

    @Test
    void another_text_is_no_segment() {
        for (String text : List.of("2", ":1", "2:", "-2:1", "2:1:3", "a:b", " 2:1")) {
            assertThatThrownBy(() -> Segment.parse(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no segment such as 2:7");
        }
    }

    @Test
    void an_entry_of_the_own_stream_is_named_by_its_stream_id_alone() {
        assertThat(EntryId.own(SECOND)).hasToString("1-1");
        assertThat(new EntryId(new Segment(2, 3), SECOND)).hasToString("2:3/1-1");
    }

    @Test
    void a_resize_changes_the_number_of_partitions_within_the_limits() {
        Resize resize = new Resize(3, 8, 32);

        assertThat(resize.before()).isEqualTo(new Layout(2, 8));
        assertThat(resize.after()).isEqualTo(new Layout(3, 32));
        assertThatThrownBy(() -> new Resize(3, 8, 8)).hasMessageContaining("has 8 partitions already");
        assertThatThrownBy(() -> new Resize(3, 8, 0)).hasMessageContaining("between 1 and 16384");
        assertThatThrownBy(() -> new Resize(1, 8, 4)).hasMessageContaining("must be 2 or more");
    }
}
