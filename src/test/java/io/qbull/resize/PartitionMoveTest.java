package io.qbull.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.EntryId;
import io.qbull.model.Layout;
import io.qbull.model.LogPart;
import io.qbull.model.Position;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.resize.MoveCommand.Copy;
import io.qbull.resize.MoveCommand.ReadPage;
import io.qbull.resize.MoveCommand.TellMoved;
import io.qbull.resize.PartitionMove.Phase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the owner of partition 0 sends in a resize from one partition to three: hash 0 stays, 1 and 2 leave. */
class PartitionMoveTest {
    private static final ResizePlan PLAN = ResizePlan.of(new Layout(2, 1), 3);
    private static final Segment EARLIER = new Segment(2, 1);

    private static PartitionMove<String> waiting() {
        return PartitionMove.of(PLAN, 0, List.of(EARLIER));
    }

    /** A move that has come to the part. */
    private static PartitionMove<String> at(LogPart part) {
        PartitionMove<String> move = waiting().begin(LeavingWork.NONE);
        while (!page(move).part().equals(part)) {
            move = move.read(page(move), List.of());
        }
        return move;
    }

    private static LogEntry<String> entry(LogPart part, int id, long hash) {
        return new LogEntry<>(Position.ofEntry(new EntryId(part.segment(), new StreamId(0, id))), hash, "job " + id);
    }

    private static ReadPage<String> page(PartitionMove<String> move) {
        return (ReadPage<String>) move.commands().get(0);
    }

    private static Copy<String> copy(PartitionMove<String> move, int index) {
        return (Copy<String>) move.commands().get(index);
    }

    @Test
    void nothing_is_read_while_anything_that_leaves_is_worked_on() {
        List<LeavingWork> busy = List.of(new LeavingWork(1, 0, 0), new LeavingWork(0, 1, 0), new LeavingWork(0, 0, 1));
        for (LeavingWork work : busy) {
            assertThat(waiting().begin(work)).isEqualTo(waiting());
        }
        assertThat(waiting().commands()).isEmpty();
        assertThat(waiting().begin(LeavingWork.NONE).phase()).isEqualTo(Phase.READING);
    }

    @Test
    void all_parts_are_read_in_order_but_segments_of_this_resize() {
        PartitionMove<String> move =
                PartitionMove.of(PLAN, 0, List.of(new Segment(3, 0), new Segment(2, 1), new Segment(2, 0)));
        List<LogPart> read = new ArrayList<>();
        move = move.begin(LeavingWork.NONE);
        while (move.phase() == Phase.READING) {
            assertThat(page(move).after()).isNull();
            read.add(page(move).part());
            move = move.read(page(move), List.of());
        }
        assertThat(read)
                .containsExactly(
                        LogPart.DELAYED,
                        LogPart.HELD,
                        LogPart.of(new Segment(2, 0)),
                        LogPart.of(new Segment(2, 1)),
                        LogPart.STREAM);
        assertThat(move.commands()).containsExactly(new TellMoved<>());
    }

    @Test
    void what_leaves_is_copied_with_one_command_for_each_target_in_order() {
        LogEntry<String> first = entry(LogPart.STREAM, 1, 2);
        LogEntry<String> stays = entry(LogPart.STREAM, 2, 0);
        LogEntry<String> second = entry(LogPart.STREAM, 3, 1);
        LogEntry<String> third = entry(LogPart.STREAM, 4, 2);
        PartitionMove<String> move = at(LogPart.STREAM);
        move = move.read(page(move), List.of(first, stays, second, third));
        assertThat(move.commands())
                .containsExactly(new Copy<>(1, List.of(second)), new Copy<>(2, List.of(first, third)));
    }

    @Test
    void a_page_is_deleted_only_after_every_copy_was_answered() {
        LogEntry<String> one = entry(LogPart.STREAM, 1, 1);
        LogEntry<String> two = entry(LogPart.STREAM, 2, 2);
        LogEntry<String> stays = entry(LogPart.STREAM, 3, 0);
        PartitionMove<String> move = at(LogPart.STREAM);
        move = move.read(page(move), List.of(one, two, stays));
        Copy<String> answered = copy(move, 1);
        move = move.copied(answered);
        assertThat(move.commands()).containsExactly(new Copy<>(1, List.of(one)));
        assertThat(move.copied(answered)).isEqualTo(move);
        move = move.copied(copy(move, 0));
        assertThat(move.commands())
                .containsExactly(
                        new ReadPage<>(LogPart.STREAM, stays.position(), List.of(one.position(), two.position())));
    }

    @Test
    void what_stays_is_passed_and_nothing_is_deleted() {
        LogEntry<String> stays = entry(LogPart.STREAM, 1, 0);
        PartitionMove<String> move = at(LogPart.STREAM);
        move = move.read(page(move), List.of(stays));
        assertThat(move.commands()).containsExactly(new ReadPage<>(LogPart.STREAM, stays.position(), List.of()));
    }

    @Test
    void the_end_is_told_only_after_the_last_deletion_was_answered() {
        LogEntry<String> last = entry(LogPart.STREAM, 1, 1);
        PartitionMove<String> move = at(LogPart.STREAM);
        move = move.read(page(move), List.of(last));
        move = move.copied(copy(move, 0));
        assertThat(page(move).delete()).containsExactly(last.position());
        assertThat(move.told()).isEqualTo(move);
        move = move.read(page(move), List.of());
        assertThat(move.commands()).containsExactly(new TellMoved<>());
        assertThat(move.told().phase()).isEqualTo(Phase.MOVED);
        assertThat(move.told().commands()).isEmpty();
    }

    @Test
    void what_was_copied_from_a_part_is_deleted_before_the_next_part_is_read() {
        LogPart part = LogPart.of(EARLIER);
        LogEntry<String> entry = entry(part, 7, 1);
        PartitionMove<String> move = at(part);
        move = move.read(page(move), List.of(entry));
        move = move.copied(copy(move, 0));
        assertThat(page(move)).isEqualTo(new ReadPage<>(part, entry.position(), List.of(entry.position())));
        move = move.read(page(move), List.of());
        assertThat(page(move)).isEqualTo(new ReadPage<>(LogPart.STREAM, null, List.of()));
    }

    @Test
    void an_answer_to_a_command_that_is_not_under_way_changes_nothing() {
        LogEntry<String> entry = entry(LogPart.STREAM, 1, 1);
        PartitionMove<String> reading = at(LogPart.STREAM);
        ReadPage<String> answered = page(reading);
        PartitionMove<String> copying = reading.read(answered, List.of(entry));
        assertThat(copying.read(answered, List.of())).isEqualTo(copying);
        PartitionMove<String> next = copying.copied(copy(copying, 0));
        assertThat(next.read(answered, List.of())).isEqualTo(next);
        assertThat(next.copied(copy(copying, 0))).isEqualTo(next);
        assertThat(next.begin(LeavingWork.NONE)).isEqualTo(next);
    }

    @Test
    void an_answer_to_a_copy_of_an_earlier_page_does_not_count_for_the_next_one() {
        LogEntry<String> first = entry(LogPart.STREAM, 1, 1);
        LogEntry<String> second = entry(LogPart.STREAM, 2, 1);
        PartitionMove<String> move = at(LogPart.STREAM);
        move = move.read(page(move), List.of(first));
        Copy<String> earlier = copy(move, 0);
        move = move.copied(earlier);
        move = move.read(page(move), List.of(second));
        assertThat(move.copied(earlier)).isEqualTo(move);
    }

    @Test
    void a_refusal_ends_a_move_that_is_not_over() {
        LogEntry<String> entry = entry(LogPart.STREAM, 1, 1);
        PartitionMove<String> reading = at(LogPart.STREAM);
        PartitionMove<String> copying = reading.read(page(reading), List.of(entry));
        PartitionMove<String> telling = reading.read(page(reading), List.of());
        for (PartitionMove<String> move : List.of(waiting(), reading, copying, telling)) {
            assertThat(move.refused().phase()).isEqualTo(Phase.STALE);
            assertThat(move.refused().commands()).isEmpty();
            assertThat(move.refused().begin(LeavingWork.NONE).phase()).isEqualTo(Phase.STALE);
        }
        assertThat(telling.told().refused().phase()).isEqualTo(Phase.MOVED);
    }
}
