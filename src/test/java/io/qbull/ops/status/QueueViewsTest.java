package io.qbull.ops.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.qbull.model.Pauses;
import io.qbull.model.QueueName;
import io.qbull.store.Inspector.PartitionStatus.Progress;
import io.qbull.store.Inspector.PartitionStatus.Read;
import io.qbull.store.Inspector.PartitionStatus.Unread;
import io.qbull.store.Inspector.QueueStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class QueueViewsTest {
    private static final String ERROR = "{Q:1}:lease: WRONGTYPE";
    private final QueueStatus.Present status = new QueueStatus.Present(
            new QueueName("Q"),
            1,
            2,
            new Pauses("0", List.of()),
            List.of(),
            List.of(
                    new Read(0, "me", "77", 5_000L, 3, 60_000L, 1, 4, 1, 6, 2, new Progress(8, 9)),
                    new Unread(1, ERROR)));

    @Test
    void json_of_an_unreadable_partition_has_the_same_members_as_nulls_and_its_error() {
        JsonNode partitions = QueueJson.of(status).get("partitions");
        List<String> members = names(partitions.get(0));
        assertThat(partitions.get(0).toString())
                .isEqualTo("{\"partition\":0,\"owner\":\"me\",\"epoch\":\"77\",\"leaseAgeMs\":5000,\"backlog\":3,"
                        + "\"oldestAgeMs\":60000,\"inFlight\":1,\"held\":4,\"heldKeys\":1,\"delayed\":6,\"dead\":2,"
                        + "\"done\":8,\"doneAt\":9}");
        members.add("error");
        assertThat(names(partitions.get(1))).isEqualTo(members);
        assertThat(partitions.get(1).get("partition").asInt()).isEqualTo(1);
        assertThat(partitions.get(1).get("error").asText()).isEqualTo(ERROR);
        assertThat(partitions.get(1).get("backlog").isNull()).isTrue();
    }

    @Test
    void the_table_shows_the_error_in_place_of_the_values() {
        List<String> lines = StatusTable.of(status).lines().toList();
        assertThat(lines.get(0)).contains("backlog 3, held 4, dead 2", "0 without owner");
        assertThat(lines).hasSize(4);
        assertThat(lines.get(3)).isEqualTo("        1  " + ERROR);
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
