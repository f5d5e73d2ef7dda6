package io.qbull.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.app.CommandRun;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.KeyHash;
import io.qbull.model.QueueName;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code qbull pause} and {@code resume} as a person uses them. */
@Tag("redis")
class PauseCommandsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @TempDir
    private Path home;

    @BeforeEach
    void create() throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + REDIS.server().uri());
        Waiting.get(REDIS.store().layouts().createIfAbsent(new QueueName("ORDERS"), 2, KeyHash.XXH64));
    }

    @Test
    void what_is_paused_is_shown_until_it_is_resumed() {
        assertThat(run("pause ORDERS --by ann --reason night --for 1h").out())
                .matches("the queue is paused by ann since 20\\S+Z, until 20\\S+Z: night\\R");
        assertThat(run("pause ORDERS --by bob --partition 1").out()).hasLineCount(2);
        assertThat(run("status ORDERS").out())
                .contains("the queue is paused by ann since ", "partition 1 is paused by bob since ");
        assertThat(run("resume ORDERS").out())
                .matches("resumed: the queue\\Rstill paused:\\Rpartition 1 is paused by bob since .*\\R");
        assertThat(run("resume ORDERS").out()).startsWith("nothing to resume: not paused");
        assertThat(run("resume ORDERS --all").out()).isEqualTo("resumed: everything" + System.lineSeparator());
        assertThat(run("status ORDERS").out()).doesNotContain("paused");
    }

    @Test
    void a_queue_that_is_drained_says_so_until_it_is_resumed() {
        assertThat(run("drain ORDERS --by ann --reason move").out())
                .matches(
                        "the queue takes no new jobs: drained by ann since 20\\S+Z, until somebody resumes it: move\\R");
        assertThat(run("status ORDERS").out()).contains("the queue takes no new jobs: drained by ann since ");
        assertThat(run("status ORDERS --json").out()).contains("\"newJobs\":true");
        assertThat(run("resume ORDERS").out()).startsWith("resumed: the queue");
        assertThat(run("status ORDERS").out()).doesNotContain("drained");
        assertThat(run("drain NONE").code()).isEqualTo(ExitCode.NOT_FOUND.number());
    }

    @Test
    void json_names_what_is_paused() throws IOException {
        run("pause ORDERS --by ann --key k1 --until 2036-11-24T08:00:00Z");
        JsonNode paused = new ObjectMapper()
                .readTree(run("pause ORDERS --partition 0 --json").out())
                .get("paused");
        assertThat(paused.get(0).get("partition").asInt()).isZero();
        assertThat(paused.get(0).get("by").asText()).isEqualTo(System.getProperty("user.name"));
        assertThat(paused.get(1).get("key").asText()).isEqualTo("k1");
        assertThat(paused.get(1).get("until").asLong()).isEqualTo(2_111_126_400_000L);
        assertThat(run("status ORDERS --json").out()).contains("\"paused\":[{\"partition\":0,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pause ORDERS --key k --partition 1",
                "pause ORDERS --for 1h --until 2036-11-24T08:00:00Z",
                "pause ORDERS --for soon",
                "pause ORDERS --until tomorrow",
                "pause ORDERS --until 2001-11-24T08:00:00Z",
                "pause ORDERS --partition x",
                "resume ORDERS --all --key k"
            })
    void a_wrong_option_changes_nothing(String words) {
        CommandRun run = run(words);
        assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
        assertThat(run.err()).startsWith("qbull: ");
        assertThat(run("status ORDERS").out()).doesNotContain("paused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause NONE", "resume NONE", "pause ORDERS --partition 2"})
    void what_does_not_exist_is_not_paused(String words) {
        assertThat(run(words).code()).isEqualTo(ExitCode.NOT_FOUND.number());
    }

    private CommandRun run(String words) {
        return CommandRun.of(home, words.split(" ", -1));
    }
}
