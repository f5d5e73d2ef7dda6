package io.qbull.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.CommandRun;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.KeyHash;
import io.qbull.model.QueueName;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Waiting;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** {@code qbull delete} as a person uses it. */
@Tag("redis")
class DeleteCommandTest {
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
    void a_drained_queue_without_jobs_is_deleted_without_a_question() {
        CommandRun open = run("delete ORDERS");
        assertThat(open.code()).isEqualTo(ExitCode.FAILED.number());
        assertThat(open.err())
                .isEqualTo("qbull: Queue ORDERS takes new jobs: let it take none any more first (./qbull drain ORDERS)."
                        + System.lineSeparator());
        run("drain ORDERS");
        assertThat(run("delete ORDERS --dry-run").out())
                .isEqualTo("queue ORDERS would be deleted, with no jobs" + System.lineSeparator());
        assertThat(run("delete ORDERS").out()).isEqualTo("queue ORDERS is deleted" + System.lineSeparator());
        CommandRun gone = run("delete ORDERS");
        assertThat(gone.code()).isEqualTo(ExitCode.NOT_FOUND.number());
        assertThat(REDIS.resp().list("KEYS", "*")).isEmpty();
    }

    @Test
    void jobs_are_deleted_only_on_purpose_and_after_a_question() {
        REDIS.resp().call("XADD", "ORDERS:1", "*", "any", "thing");
        run("drain ORDERS");
        CommandRun refused = run("delete ORDERS");
        assertThat(refused.code()).isEqualTo(ExitCode.FAILED.number());
        assertThat(refused.err()).startsWith("qbull: Queue ORDERS has 1 job to do: ");
        assertThat(run("delete ORDERS --all --dry-run --json").out().strip())
                .isEqualTo(
                        "{\"queue\":\"ORDERS\",\"deleted\":false,\"partitions\":2,\"toDo\":1,\"delayed\":0,\"dead\":0,"
                                + "\"windows\":0,\"files\":0}");
        CommandRun unconfirmed = answering("n", "delete ORDERS --all");
        assertThat(unconfirmed.code()).isEqualTo(ExitCode.FAILED.number());
        assertThat(unconfirmed.err()).contains("Delete queue ORDERS with 1 job to do? [y/N] ");
        assertThat(REDIS.resp().number("XLEN", "ORDERS:1")).isEqualTo(1);
        assertThat(run("delete ORDERS --all --yes --json").out().strip())
                .isEqualTo("{\"queue\":\"ORDERS\",\"deleted\":true,\"jobs\":1}");
        assertThat(REDIS.resp().list("KEYS", "*")).isEmpty();
    }

    private CommandRun answering(String typed, String words) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream((typed + "\n").getBytes(StandardCharsets.UTF_8)));
        try {
            return run(words);
        } finally {
            System.setIn(before);
        }
    }

    private CommandRun run(String words) {
        return CommandRun.of(home, words.split(" ", -1));
    }
}
