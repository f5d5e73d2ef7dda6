package io.qbull.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.CommandRun;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark as a command: its options, and what it leaves behind in a given Redis. */
@Tag("redis")
class BenchCommandTest {
    private static final RedisServer REDIS = RedisServer.start();

    @TempDir
    private Path home;

    /** The rights of a pod are not enough to find and remove keys. */
    @BeforeAll
    static void grant() {
        try (Resp resp = REDIS.connect()) {
            resp.call("ACL", "SETUSER", "default", "~*", "&*", "+@all");
        }
    }

    @AfterAll
    static void stop() {
        REDIS.close();
    }

    private CommandRun bench(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "bench";
        System.arraycopy(words, 0, all, 1, words.length);
        return CommandRun.of(home, all);
    }

    private void mistake(String expected, String... words) {
        CommandRun run = bench(words);
        assertThat(run.err()).startsWith("qbull: ").contains(expected);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
    }

    @Test
    void a_mistake_is_named_before_anything_is_measured() throws Exception {
        mistake("'darin' is not one of enqueue, drain", "darin");
        mistake("did you mean drain?", "darin");
        mistake("--seconds (1) must be 5 to 86400", "--seconds", "1");
        mistake("--partitions (1) must be 2 to 4096", "--partitions", "1");
        mistake("--body (3) must be 16 to 1000000", "--body", "3");
        mistake("Invalid value for option '--jobs'", "--jobs", "many");
        mistake("--redis is wrong: redisUri must be redis://", "--redis", "localhost");
        mistake("--redis is wrong: redisUri names several servers", "--redis", "redis://127.0.0.1:1,127.0.0.1:2");
        mistake("none) cannot be read", "--compare", home.resolve("none").toString());
        mistake(
                "x) is not what bench --json prints",
                "--compare",
                Files.writeString(home.resolve("x"), "{}").toString());
        mistake("cannot be written", "--html", home.resolve("no/such/page").toString());
    }

    @Test
    void a_redis_that_cannot_be_reached_is_told() {
        CommandRun run = bench("--redis", "redis://127.0.0.1:1");

        assertThat(run.code()).as(run.err()).isEqualTo(4);
        assertThat(run.err()).contains("Redis cannot be reached");
    }

    @Test
    void it_measures_in_a_given_redis_and_leaves_nothing_there() throws Exception {
        try (Resp resp = REDIS.connect()) {
            resp.call("SET", "{other}:key", "theirs");
            Path page = home.resolve("page.html");
            CommandRun run = bench(
                    "enqueue", "drain", "--seconds", "5", "--json", "--redis", REDIS.uri(), "--html", page.toString());

            assertThat(run.code()).as(run.err()).isZero();
            assertThat(run.out()).contains("\"part\":\"enqueue\"", "\"part\":\"drain\"", "\"violations\":[]");
            assertThat(page).content().contains("drain", "<svg");
            assertThat(resp.list("KEYS", "*")).asString().isEqualTo("[{other}:key]");
            resp.call("DEL", "{other}:key");
        }
    }

    @Test
    void queues_that_another_run_uses_are_left_alone() {
        try (Resp resp = REDIS.connect()) {
            resp.call("SET", "{qbull-bench.drain:3}:seal", "1 open");

            CommandRun run = bench("drain", "--seconds", "5", "--redis", REDIS.uri());

            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains("Redis has keys of queues that begin with qbull-bench.");
            assertThat(resp.text("GET", "{qbull-bench.drain:3}:seal")).isEqualTo("1 open");
            resp.call("DEL", "{qbull-bench.drain:3}:seal");
        }
    }

    @Test
    void a_run_that_cannot_do_what_it_promises_fails() {
        try (Resp resp = REDIS.connect()) {
            resp.call("CONFIG", "SET", "maxmemory", "1");

            CommandRun run = bench("enqueue", "--seconds", "5", "--redis", REDIS.uri());

            resp.call("CONFIG", "SET", "maxmemory", "0");
            assertThat(run.code()).as(run.out()).isEqualTo(1);
            assertThat(run.err()).contains("qbull: enqueue: it could not be measured: ");
        }
    }
}
