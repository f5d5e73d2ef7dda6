package io.qbull.ops.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.LayoutTable.Pod;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatusTableTest {
    @Test
    void one_is_singular() {
        assertThat(heading(1, 1))
                .isEqualTo("WHATSAPP: 1 partition (layout 1), 1 without owner, 1 pod, backlog 5, held 3, dead 2");
    }

    @Test
    void none_and_many_are_plural() {
        assertThat(heading(3, 0))
                .isEqualTo("WHATSAPP: 3 partitions (layout 1), 3 without owner, 0 pods, backlog 15, held 9, dead 6");
    }

    @Test
    void a_pod_id_that_two_processes_use_is_named() {
        Pod twins = new Pod(new PodId("pod"), 4, List.of(), 0, 0, "1@here/a", "2@there/b");
        assertThat(StatusTable.of(new QueueStatus.Present(new QueueName("WHATSAPP"), 1, 0, List.of(twins), List.of())))
                .contains(System.lineSeparator()
                        + "pod id pod is used by two processes, 1@here/a and 2@there/b: one of them may idle"
                        + System.lineSeparator());
    }

    private static String heading(int partitions, int pods) {
        return StatusTable.of(new QueueStatus.Present(
                        new QueueName("WHATSAPP"),
                        1,
                        partitions,
                        IntStream.range(0, pods)
                                .mapToObj(n -> new Pod(new PodId("pod" + n), 4, List.of(), 0, 0, "", ""))
                                .toList(),
                        IntStream.range(0, partitions)
                                .<PartitionStatus>mapToObj(
                                        n -> new PartitionStatus.Read(n, null, null, null, 5, null, 0, 3, 0, 2))
                                .toList()))
                .lines()
                .findFirst()
                .orElseThrow();
    }
}
