package io.qbull.ops.resize;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Layout;
import io.qbull.model.PartitionStage;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.model.why.RunningJob;
import io.qbull.ops.resize.ResizeAdmin.Following;
import io.qbull.ops.resize.ResizeAdmin.Waiting;
import io.qbull.ops.resize.ResizeMeter.Reading;
import io.qbull.resize.Headroom.Shortage;
import io.qbull.resize.ResizeStatus;
import io.qbull.resize.Resizer.Beginning;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people read about a resize. */
class ResizeViewTest {
    private static final QueueName QUEUE = new QueueName("ORDERS");
    private static final Resize RESIZE = new Resize(2, 1, 2);

    private static ResizeStatus status(int started) {
        PartitionStage stage = new PartitionStage(new SealState(2, true), started, started == 2 ? 2 : 0);
        LayoutState layouts = new LayoutState(
                RESIZE.after(), null, List.of(new Earlier(new Layout(1, 1), Duration.ZERO, Duration.ZERO)));
        return new ResizeStatus(
                layouts,
                List.of(
                        new PartitionState(0, stage, 0, Map.of(), 0, 0),
                        new PartitionState(1, stage, 0, Map.of(), 0, 0)));
    }

    private static String line(Reading reading, Waiting... waiting) {
        return ResizeView.line(QUEUE, RESIZE, new Following(status(1), List.of(waiting), 1), reading);
    }

    @Test
    void a_line_says_how_far_it_is_how_fast_and_what_it_waits_for() {
        Reading standing = new Reading(0, 12_345, 0, null);
        assertThat(line(standing, new Waiting(0, "a", null)))
                .isEqualTo("0 of 1 old partitions have moved, 12,345 jobs are left");
        assertThat(line(new Reading(0, 12_345, 23_000, Duration.ofMillis(540)), new Waiting(0, "a", null)))
                .isEqualTo("0 of 1 old partitions have moved, 12,345 jobs are left, 23,000/s, about 540 ms");
        RunningJob job = new RunningJob("J", "K", 1, Duration.ofSeconds(72), "t");
        assertThat(line(standing, new Waiting(0, "a", job)))
                .endsWith("; waits for job J of key K in partition 0, which has been running for 1 min 12 s in pod a");
        assertThat(line(standing, new Waiting(0, "", null))).endsWith("; waits for an owner of partition 0");
        assertThat(ResizeView.line(QUEUE, RESIZE, new Following(status(2), List.of(), 0), standing))
                .isEqualTo("ORDERS has 2 partitions (layout version 2): the resize is over");
    }

    @Test
    void an_obstacle_names_the_thing_and_the_rule() {
        assertThat(ResizeView.sentence(QUEUE, new Beginning.Same(RESIZE.after())))
                .isEqualTo("ORDERS has 2 partitions.");
        assertThat(ResizeView.sentence(QUEUE, new Beginning.Other(RESIZE)))
                .isEqualTo("ORDERS is resized from 1 to 2 partitions: another resize can begin when this one is over.");
        assertThat(ResizeView.sentence(QUEUE, new Beginning.NotStarted(List.of(1, 2))))
                .startsWith("Partitions [1, 2] of ORDERS have lost in Redis which jobs they run");
        assertThat(ResizeView.sentence(QUEUE, new Beginning.NoMemory(new Shortage(12_345_678, 999))))
                .contains("that takes 12.3 MB more, and Redis has 1 kB left below its maxmemory.");
    }
}
