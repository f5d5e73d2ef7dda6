package io.qbull.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogCursorTest {
    private static final Segment OLD = new Segment(2, 7);
    private static final Segment NEW = new Segment(3, 1);

    @Test
    void each_stream_has_a_place_of_its_own() {
        LogCursor cursor =
                LogCursor.START.over(List.of(NEW, OLD)).past(at(OLD, 5)).past(at(Segment.OWN, 9));
        assertThat(cursor.segments()).containsExactly(entry(OLD, 5), entry(NEW, 0));
        assertThat(cursor.own()).isEqualTo(id(9));
        assertThat(cursor.passed(at(OLD, 5))).isTrue();
        assertThat(cursor.passed(at(OLD, 6))).isFalse();
        assertThat(cursor.passed(at(NEW, 1))).isFalse();
        assertThat(cursor.passed(at(Segment.OWN, 9))).isTrue();
        assertThat(cursor.rewound()).isEqualTo(LogCursor.START.over(List.of(OLD, NEW)));
    }

    @Test
    void a_segment_that_has_gone_is_forgotten_and_a_new_one_is_read_from_its_start() {
        LogCursor cursor = LogCursor.START.over(List.of(OLD)).past(at(OLD, 5)).past(at(Segment.OWN, 9));
        assertThat(cursor.over(List.of(NEW)).segments()).containsExactly(entry(NEW, 0));
        assertThat(cursor.over(List.of(OLD, NEW)).segments()).containsExactly(entry(OLD, 5), entry(NEW, 0));
        assertThat(cursor.over(List.of())).isEqualTo(LogCursor.own(id(9)));
    }

    @Test
    void behind_an_entry_are_the_rest_of_its_stream_and_all_later_streams() {
        LogCursor cursor =
                LogCursor.START.over(List.of(OLD, NEW)).past(at(OLD, 5)).past(at(Segment.OWN, 9));
        assertThat(cursor.from(at(NEW, 3)).segments()).containsExactly(Map.entry(OLD, StreamId.END), entry(NEW, 3));
        assertThat(cursor.from(at(NEW, 3)).own()).isEqualTo(StreamId.START);
        assertThat(cursor.from(at(Segment.OWN, 3)).own()).isEqualTo(id(3));
    }

    private static Map.Entry<Segment, StreamId> entry(Segment segment, int id) {
        return Map.entry(segment, id(id));
    }

    private static EntryId at(Segment segment, int id) {
        return new EntryId(segment, id(id));
    }

    private static StreamId id(int id) {
        return id == 0 ? StreamId.START : new StreamId(id, 0);
    }
}
