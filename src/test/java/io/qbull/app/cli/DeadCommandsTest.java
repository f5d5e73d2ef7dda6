package io.qbull.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.app.CommandRun;
import io.qbull.testing.BuriedJobs;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code qbull dead} as a person uses it. */
@Tag("redis")
class DeadCommandsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path home;

    private Resp resp;
    private BuriedJobs jobs;

    @BeforeEach
    void bury() throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + REDIS.server().uri());
        resp = REDIS.resp();
        jobs = new BuriedJobs(resp, "ORDERS", 2);
    }

    @Test
    void list_prints_a_table_without_control_characters() {
        String a = jobs.add(0, "a", "k1", "hello", "timeout\u001b[2J");
        jobs.add(1, "b", "k2", "hello", "refused");

        List<String> lines = run("list", "ORDERS").out().lines().toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("PLACE").contains("ID", "KEY", "FAILED AT", "ATTEMPTS", "REASON");
        assertThat(lines.get(1)).matches(a + " +a +k1 +2023-11-14T22:14:20Z +5 +timeout\\?\\[2J");
        assertThat(run("list", "ORDERS", "--reason", "refused").out().lines()).hasSize(2);
        assertThat(run("list", "ORDERS", "--since", "1h").out()).isEqualTo("There are none.\n");
        assertThat(run("list", "ORDERS", "--since", "2023-11-14T22:14:20Z")
                        .out()
                        .lines())
                .hasSize(3);
    }

    @Test
    void list_stops_at_its_limit_and_says_how_to_go_on() throws IOException {
        List<String> places = IntStream.range(0, 5)
                .mapToObj(i -> jobs.add(0, "j" + i, "k", "b", "r"))
                .toList();

        assertThat(run("list", "ORDERS", "--limit", "2").out())
                .endsWith("There may be more: --after " + places.get(1) + ", or --all\n");
        JsonNode rest = JSON.readTree(
                run("list", "ORDERS", "--json", "--after", places.get(1)).out());
        assertThat(rest.get("dead"))
                .extracting(letter -> letter.get("id").asText())
                .containsExactly("j2", "j3", "j4");
        assertThat(rest.get("next").isNull()).isTrue();
        assertThat(run("list", "ORDERS", "--all").out().lines()).hasSize(6);
    }

    @Test
    void show_prints_all_that_is_known_and_only_the_first_bytes_of_binary_bodies() throws IOException {
        jobs.add(0, "text", "k", "line 1\nline 2", "r", "ct", "text/plain", "h", "{\"trace\":\"x\"}");
        jobs.add(0, "bytes", "k", "\u0000\u0001".repeat(40), "r");

        assertThat(run("show", "ORDERS", "--id", "text").out())
                .contains(
                        "id: text\n",
                        "key: k\n",
                        "reason: r\n",
                        "attempts: 5\n",
                        "failed at: 2023-11-14T22:14:20Z\n",
                        "enqueued at: 2023-11-14T22:13:20Z\n",
                        "epoch: 17\n",
                        "content type: text/plain\n",
                        "header trace: x\n",
                        "body: \nline 1\nline 2\n")
                .doesNotContain("exception");
        assertThat(run("show", "ORDERS", "--id", "bytes").out())
                .contains("body: 80 bytes: " + "0001".repeat(32) + "…\n");
        JsonNode both =
                JSON.readTree(run("show", "ORDERS", "--key", "k", "--json").out());
        assertThat(both.get("dead")).hasSize(2);
        assertThat(both.get("dead").get(1).get("bodyBase64").binaryValue()).hasSize(80);
    }

    @Test
    void one_is_retried_without_a_question() {
        jobs.add(0, "a", "k", "1", "r");
        jobs.add(0, "b", "k", "2", "r");
        assertThat(run("retry", "ORDERS", "--id", "b")).isEqualTo(new CommandRun(0, "1 retried\n", ""));
        assertThat(jobs.waiting(0)).containsExactly("b");
        assertThat(jobs.dead(0)).containsExactly("a");
    }

    @ParameterizedTest
    @CsvSource({"y, 0, 0", "YES, 0, 0", "n, 1, 2", "'', 1, 2"})
    void many_are_dropped_only_after_a_yes(String typed, int code, int left) {
        jobs.add(0, "a", "k", "1", "r");
        jobs.add(1, "b", "k", "2", "r");

        CommandRun outcome = answering(typed, "drop", "ORDERS", "--key", "k");

        assertThat(outcome.code()).isEqualTo(code);
        assertThat(outcome.err()).startsWith("Drop 2 dead letters of ORDERS? [y/N] ");
        assertThat(jobs.dead(0).size() + jobs.dead(1).size()).isEqualTo(left);
    }

    @ParameterizedTest
    @CsvSource({"retry, 2 retried", "drop, 2 dropped"})
    void jobs_given_up_while_the_question_waits_are_left_alone(String verb, String told) {
        jobs.add(0, "a", "k", "1", "r");
        jobs.add(1, "b", "k", "2", "r");

        CommandRun outcome = answering(
                "y",
                () -> {
                    jobs.add(0, "late", "k", "3", "r");
                    jobs.add(1, "later", "k", "4", "r");
                },
                verb,
                "ORDERS",
                "--all");

        assertThat(outcome.out()).isEqualTo(told + "\n");
        assertThat(jobs.dead(0)).containsExactly("late");
        assertThat(jobs.dead(1)).containsExactly("later");
    }

    @Test
    void a_dry_run_counts_and_yes_asks_nothing() {
        jobs.add(0, "a", "k", "1", "r");
        jobs.add(1, "b", "k", "2", "r");
        assertThat(run("drop", "ORDERS", "--all", "--dry-run"))
                .isEqualTo(new CommandRun(0, "2 would be dropped\n", ""));
        assertThat(jobs.dead(0)).hasSize(1);
        assertThat(run("drop", "ORDERS", "--all", "--yes", "--json"))
                .isEqualTo(new CommandRun(
                        0,
                        "{\"queue\":\"ORDERS\",\"found\":2,\"dropped\":2,\"unfit\":0,\"gone\":0,\"unknown\":0}\n",
                        ""));
        assertThat(jobs.dead(0)).isEmpty();
    }

    @Test
    void a_full_redis_is_reported_with_what_was_done() {
        jobs.add(0, "a", "k", "1", "r");
        resp.call("CONFIG", "SET", "maxmemory", "1");
        CommandRun outcome = run("retry", "ORDERS", "--id", "a");
        resp.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEqualTo("0 retried\n");
        assertThat(outcome.err()).startsWith("qbull: Redis accepts no data");
        assertThat(jobs.dead(0)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list NOPE",
                "show NOPE --all",
                "retry NOPE --all",
                "drop NOPE --id a",
                "show ORDERS --id x",
                "retry ORDERS --id x",
                "drop ORDERS --id x"
            })
    void anything_that_does_not_exist_has_its_own_exit_code(String words) {
        assertThat(run(words.split(" ", -1)).code()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "show ORDERS, Say which ones",
        "retry ORDERS, Say which ones",
        "drop ORDERS --yes, Say which ones",
        "drop ORDERS --all --key k, --all cannot be combined with --id",
        "drop ORDERS --since yesterday, --since (yesterday) must be",
        "list ORDERS --after x, --after: 'x' is no place",
        "list ORDERS --limit 0, --limit (0) must be",
        "list a:b, 'a:b'",
        "list, Try: qbull dead list --help",
        "list ORDERS --kye k, Try: qbull dead list --help",
        "'', Try: qbull dead --help"
    })
    void a_mistake_is_named_and_nothing_is_done(String words, String why) {
        jobs.add(0, "a", "k", "1", "r");
        CommandRun outcome = run(words.isEmpty() ? new String[0] : words.split(" ", -1));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains(why);
        assertThat(jobs.dead(0)).hasSize(1);
    }

    private CommandRun answering(String typed, String... words) {
        return answering(typed, () -> {}, words);
    }

    /** Something happens between the question and the answer. */
    private CommandRun answering(String typed, Runnable meanwhile, String... words) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream((typed + "\n").getBytes(StandardCharsets.UTF_8)) {
            @Override
            public synchronized int read(byte[] bytes, int offset, int length) {
                if (pos == 0) {
                    meanwhile.run();
                }
                return super.read(bytes, offset, length);
            }
        });
        try {
            return run(words);
        } finally {
            System.setIn(before);
        }
    }

    private CommandRun run(String... words) {
        return CommandRun.of(
                home, Stream.concat(Stream.of("dead"), Stream.of(words)).toArray(String[]::new));
    }
}
