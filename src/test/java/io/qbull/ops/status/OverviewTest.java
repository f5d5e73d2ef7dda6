package io.qbull.ops.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Capacity;
import io.qbull.model.Pauses;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LayoutTable.Pod;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class OverviewTest {
    private static final Pod POD = new Pod(new PodId("pod"), 4, List.of(0, 1), 0, 0, "", "", new Capacity(4, 4), 0);

    @Test
    void each_queue_and_each_pod_has_a_line_and_what_sleeps_comes_last_in_one() {
        List<String> lines = new Overview(
                        List.of(
                                queue("B", 100, List.of(POD), "pod"),
                                queue("Z", 0, List.of()),
                                queue("A", 0, List.of(POD), "pod"),
                                queue("Y", 0, List.of())),
                        null,
                        Duration.ZERO)
                .text()
                .lines()
                .toList();
        assertThat(lines).hasSize(8);
        assertThat(lines.get(0)).startsWith("QUEUE").contains("TO DO", "DONE IN", "OLDEST", "RETRYING", "DEAD");
        assertThat(lines.get(2).split(" +")).containsExactly("B", "106", "-", "-", "-", "1", "min", "2", "6", "3", "1");
        assertThat(lines.get(1).split(" +")).startsWith("A", "6");
        assertThat(lines.get(5)).matches("pod +A 2, B 2");
        assertThat(lines.get(7)).isEqualTo("without jobs and pods: Y, Z");
    }

    @Test
    void two_looks_show_how_fast_a_queue_is_worked_off() {
        Overview overview = new Overview(
                List.of(queue("Q", 1_000, List.of(POD), "pod")), List.of(later("Q", 900, 160)), Duration.ofSeconds(2));
        assertThat(overview.text().lines().toList().get(1).split(" +"))
                .startsWith("Q", "906", "30/s", "80/s", "18", "s");
    }

    @Test
    void a_queue_that_nobody_owns_is_marked() {
        assertThat(new Overview(List.of(queue("Q", 9, List.of())), null, Duration.ZERO).text())
                .contains("  no pod");
        assertThat(new Overview(List.of(queue("Q", 9, List.of(POD))), null, Duration.ZERO).text())
                .contains("  1 of 1 partitions without owner");
    }

    /** Two seconds later by the clock of Redis, after so many jobs. */
    private static QueueStatus.Present later(String name, long backlog, long done) {
        return queue(name, backlog, List.of(POD), new Progress(done, 3_000), "pod");
    }

    private static QueueStatus.Present queue(String name, long backlog, List<Pod> pods, String... owner) {
        return queue(name, backlog, pods, new Progress(0, 1_000), owner);
    }

    private static QueueStatus.Present queue(
            String name, long backlog, List<Pod> pods, Progress progress, String... owner) {
        boolean asleep = backlog == 0 && pods.isEmpty();
        return new QueueStatus.Present(
                new QueueName(name),
                1,
                1,
                new Pauses("0", List.of()),
                pods,
                List.of(
                        asleep
                                ? new PartitionStatus.Read(0, null, null, null, 0, null, 0, 0, 0, 0, 0, null)
                                : new PartitionStatus.Read(
                                        0,
                                        owner.length == 0 ? null : owner[0],
                                        "1",
                                        1L,
                                        backlog,
                                        60_000L,
                                        0,
                                        6,
                                        2,
                                        3,
                                        1,
                                        progress)));
    }
}
