package io.qbull.ops.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Capacity;
import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LayoutTable.Pod;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusTableTest {
    @Test
    void one_is_singular() {
        assertThat(heading(1, 1))
                .isEqualTo("WHATSAPP: 1 partition (layout 1), 1 without owner, 1 pod, backlog 5, held 3, dead 2");
    }

    private static final Pauses NONE = new Pauses("0", List.of());

    @Test
    void what_is_paused_is_said_with_who_and_why_and_until_when() {
        Pauses pauses = new Pauses(
                "3",
                List.of(
                        new Pause(new Scope.Key("k\u001b1"), "bob", "", 0, null, null),
                        new Pause(new Scope.Partition(3), "ann", "a new\nreceiver", 0, 3_600_000L, Duration.ZERO),
                        new Pause(new Scope.Queue(), "ann", "", 0, null, null)));
        assertThat(StatusTable.of(
                                new QueueStatus.Present(new QueueName("WHATSAPP"), 1, 0, pauses, List.of(), List.of()))
                        .lines()
                        .skip(1)
                        .limit(3))
                .containsExactly(
                        "the queue is paused by ann since 1970-01-01T00:00:00Z, until somebody resumes it",
                        "partition 3 is paused by ann since 1970-01-01T00:00:00Z, until 1970-01-01T01:00:00Z: a new?receiver",
                        "key k?1 is paused by bob since 1970-01-01T00:00:00Z, until somebody resumes it");
    }

    @Test
    void none_and_many_are_plural() {
        assertThat(heading(3, 0))
                .isEqualTo("WHATSAPP: 3 partitions (layout 1), 3 without owner, 0 pods, backlog 15, held 9, dead 6");
    }

    @Test
    void a_pod_id_that_two_processes_use_is_named() {
        Pod twins = new Pod(new PodId("pod"), 4, List.of(), 0, 0, "1@here/a", "2@there/b", new Capacity(4, 4), 0);
        assertThat(StatusTable.of(
                        new QueueStatus.Present(new QueueName("WHATSAPP"), 1, 0, NONE, List.of(twins), List.of())))
                .contains(System.lineSeparator()
                        + "pod id pod is used by two processes, 1@here/a and 2@there/b: one of them may idle"
                        + System.lineSeparator());
    }

    private static String heading(int partitions, int pods) {
        return StatusTable.of(new QueueStatus.Present(
                        new QueueName("WHATSAPP"),
                        1,
                        partitions,
                        NONE,
                        IntStream.range(0, pods)
                                .mapToObj(n -> new Pod(
                                        new PodId("pod" + n), 4, List.of(), 0, 0, "", "", new Capacity(4, 4), 0))
                                .toList(),
                        IntStream.range(0, partitions)
                                .<PartitionStatus>mapToObj(n ->
                                        new PartitionStatus.Read(n, null, null, null, 5, null, 0, 3, 1, 0, 2, null))
                                .toList()))
                .lines()
                .findFirst()
                .orElseThrow();
    }
}
