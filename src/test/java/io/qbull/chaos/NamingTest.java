package io.qbull.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What names a partition that stands still, and what does not. */
class NamingTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String STALLED = "partition Q:1 has not moved for 11 s: a failed job runs again in 2 s";

    @Test
    void a_sentence_names_its_partition_only() {
        String message = "partition Q:3 has not moved for 11 s: a job runs; " + STALLED;
        assertThat(inHealth("Q:1", check("UP", message))).isEqualTo("health: " + shape(STALLED));
        assertThat(inHealth("Q:11", check("UP", message))).isNull();
        assertThat(inHealth("Q:2", check("DOWN", message))).isNull();
    }

    @Test
    void a_problem_of_the_queue_names_all_its_partitions() {
        assertThat(inHealth("Q:1", check("DOWN", "Redis does not answer"))).isEqualTo("DOWN: Redis does not answer");
        assertThat(inHealth("OTHER:1", check("DOWN", "Redis does not answer"))).isNull();
        assertThat(inHealth("Q:1", check("UP", "something else"))).isNull();
    }

    @Test
    void a_problem_of_one_pod_does_not_name_partitions_of_another() {
        assertThat(Naming.inHealth("Q:1", check("DOWN", "Redis does not answer"), false))
                .isNull();
        assertThat(Naming.inHealth("Q:1", check("UP", STALLED), false)).isNotNull();
    }

    @Test
    void a_problem_of_some_partitions_names_only_these() {
        JsonNode slot = check("DOWN", "the slot of {Q:3}:lease is being moved to another server");
        assertThat(inHealth("Q:3", slot)).isNotNull();
        assertThat(inHealth("Q:1", slot)).isNull();
        JsonNode list = check("DOWN", "partitions [3, 11] wait");
        assertThat(inHealth("Q:11", list)).isNotNull();
        assertThat(inHealth("Q:1", list)).isNull();
    }

    @Test
    void that_no_jobs_can_be_added_is_no_reason_to_stand_still() {
        JsonNode check =
                check("DOWN", "since 12 s jobs cannot be added to partitions [1]: Redis is full; let queues drain");
        assertThat(inHealth("Q:1", check)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'a'  | 3 | 9000 | 0 |",
                "'a'  | 3 | 9000 | 2 |",
                "'a'  | 3 | 1000 | 2 | status: held keys",
                "'a'  | 0 | 0    | 2 | status: held keys",
                "     | 3 | 9000 | 2 | status: no owner"
            })
    void the_status_names_held_keys_if_the_stream_moves_and_a_missing_owner(
            @Nullable String owner, long backlog, long oldestAge, long held, @Nullable String name) {
        ObjectNode partition = JSON.createObjectNode();
        partition.put("owner", owner);
        partition.put("backlog", backlog).put("oldestAgeMs", oldestAge).put("held", held);
        assertThat(Naming.inStatus(partition)).isEqualTo(name);
    }

    @Test
    void the_status_names_what_cannot_be_read() {
        assertThat(Naming.inStatus(JSON.createObjectNode().put("error", "wrong type")))
                .isEqualTo("status: an error");
    }

    private static @Nullable String inHealth(String stream, JsonNode check) {
        return Naming.inHealth(stream, check, true);
    }

    private static String shape(String text) {
        return LogVolume.shape(text);
    }

    private static JsonNode check(String status, String message) {
        ObjectNode check = JSON.createObjectNode();
        check.put("name", "qbull-Q").put("status", status).putObject("data").put("message", message);
        return check;
    }
}
