package io.qbull.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.CommandRun;
import io.qbull.app.exit.ExitCode;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The verb {@code files} on a queue with one unfinished file. */
@Tag("redis")
class FilesCommandTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String ULID = "01M85KKN5N6002RN3D2RTS6478";

    @TempDir
    private Path home;

    private String out = "";
    private String err = "";

    @BeforeEach
    void prepare() throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + REDIS.server().uri());
        try (Resp resp = REDIS.server().connect()) {
            resp.call("HSET", "{WHATSAPP}:layout", "version", "2", "partitions", "2", "v1", "3");
            resp.call("SADD", "qbull:queues", "WHATSAPP");
            resp.call(
                    "HSET",
                    "{WHATSAPP}:sources",
                    ULID,
                    "{\"version\":1,\"file\":\"a b.csv\",\"pod\":\"pod-1\",\"inbox\":\"x\"}");
            resp.call("HSET", "{WHATSAPP:2}:source:" + ULID, "1", "99");
            resp.call("HSET", "{WHATSAPP:2}:source:other", "1", "99");
        }
    }

    @Test
    void unfinished_files_are_listed_for_people_and_programs() {
        assertThat(run("files", "list")).isZero();
        assertThat(out.lines())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("ULID "),
                        row -> assertThat(row)
                                .startsWith(ULID)
                                .contains("WHATSAPP", "pod-1")
                                .endsWith("a b.csv"));

        assertThat(run("files", "list", "--json")).isZero();
        assertThat(out.strip())
                .isEqualTo("[{\"queue\":\"WHATSAPP\",\"file\":\"a b.csv\",\"ulid\":\"" + ULID
                        + "\",\"pod\":\"pod-1\",\"version\":1}]");
    }

    @Test
    void forget_removes_all_that_redis_remembers_of_a_file_that_is_gone() {
        assertThat(run("files", "forget", "WHATSAPP", ULID)).isZero();

        try (Resp resp = REDIS.server().connect()) {
            assertThat(resp.number("EXISTS", "{WHATSAPP}:sources", "{WHATSAPP:2}:source:" + ULID))
                    .isZero();
            assertThat(resp.number("EXISTS", "{WHATSAPP:2}:source:other")).isOne();
        }
        assertThat(run("files", "forget", "WHATSAPP", ULID)).isEqualTo(ExitCode.NOT_FOUND.number());
        assertThat(err).contains("There is no unfinished file " + ULID + " of queue WHATSAPP");
    }

    @Test
    void forget_refuses_a_file_that_still_exists() throws IOException {
        Path work = Files.createDirectories(home.resolve("data/inbox/WHATSAPP/.work"));
        Files.writeString(work.resolve(ULID + "-a b.csv"), "");

        assertThat(run("files", "forget", "WHATSAPP", ULID)).isEqualTo(ExitCode.USAGE.number());

        assertThat(err).startsWith("qbull: The file still exists").contains(work.toString());
        try (Resp resp = REDIS.server().connect()) {
            assertThat(resp.number("EXISTS", "{WHATSAPP}:sources", "{WHATSAPP:2}:source:" + ULID))
                    .isEqualTo(2);
        }
    }

    private int run(String... arguments) {
        CommandRun run = CommandRun.of(home, arguments);
        out = run.out();
        err = run.err();
        return run.code();
    }
}
