package io.qbull.ops.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Layout;
import io.qbull.model.PartitionStage;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.ops.resize.ResizeMeter.Reading;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.ResizeStatus;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How fast a resize from 2 to 4 partitions goes, by what is left in the two. */
class ResizeMeterTest {
    private static final Resize RESIZE = new Resize(2, 2, 4);
    private static final LayoutState LAYOUTS =
            new LayoutState(RESIZE.after(), null, List.of(new Earlier(new Layout(1, 2), Duration.ZERO, Duration.ZERO)));

    private static ResizeStatus status(long first, int firstMoved, long second, int secondMoved) {
        return new ResizeStatus(
                LAYOUTS,
                List.of(state(0, first, firstMoved), state(1, second, secondMoved), state(2, 0, 0), state(3, 0, 0)));
    }

    private static PartitionState state(int index, long jobs, int moved) {
        PartitionStage stage = new PartitionStage(new SealState(2, true), 1, moved);
        return new PartitionState(index, stage, jobs + 1, Map.of(), 0, 0);
    }

    @Test
    void rate_and_time_left_follow_from_what_has_left() {
        ResizeMeter meter = new ResizeMeter(new ResizePlan(RESIZE), status(1000, 0, 3000, 0));
        assertThat(meter.read(status(1000, 0, 3000, 0), Duration.ofSeconds(1)))
                .isEqualTo(new Reading(0, 2000, 0, null));
        // 400 have left the first one, 600 the second.
        assertThat(meter.read(status(600, 0, 2400, 0), Duration.ofSeconds(2)))
                .isEqualTo(new Reading(0, 1000, 500, Duration.ofSeconds(2)));
        assertThat(meter.read(status(500, 2, 1500, 0), Duration.ofSeconds(4)))
                .isEqualTo(new Reading(1, 0, 500, Duration.ZERO));
    }

    @Test
    void what_arrives_in_a_partition_that_has_not_moved_is_not_left_to_move() {
        Resize shrink = new Resize(2, 3, 2);
        LayoutState layouts = new LayoutState(
                shrink.after(), null, List.of(new Earlier(new Layout(1, 3), Duration.ZERO, Duration.ZERO)));
        PartitionStage stage = new PartitionStage(new SealState(2, true), 1, 0);
        Map<Segment, Long> arrived = Map.of(new Segment(2, 2), 700L);
        ResizeStatus status = new ResizeStatus(
                layouts,
                List.of(
                        new PartitionState(0, stage, 1, arrived, 0, 0),
                        new PartitionState(1, stage, 1, Map.of(), 0, 0),
                        new PartitionState(2, stage, 301, Map.of(), 0, 0)));
        assertThat(new ResizeMeter(new ResizePlan(shrink), status)
                        .read(status, Duration.ofSeconds(1))
                        .left())
                .isEqualTo(300);
    }

    @Test
    void jobs_that_are_done_meanwhile_do_not_count_below_nothing() {
        ResizeMeter meter = new ResizeMeter(new ResizePlan(RESIZE), status(1000, 0, 0, 2));
        assertThat(meter.read(status(10, 0, 0, 2), Duration.ofSeconds(1)).left())
                .isZero();
        assertThat(IntStream.of(0, 1).mapToObj(i -> meter.read(status(2000, 0, 0, 2), Duration.ofSeconds(i))))
                .as("jobs were added")
                .allMatch(reading -> reading.left() == 1500 && reading.rate() == 0 && reading.eta() == null);
    }
}
