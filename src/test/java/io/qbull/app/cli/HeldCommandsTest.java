package io.qbull.app.cli;

import static io.qbull.testing.WaitingJobs.failed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.app.CommandRun;
import io.qbull.app.HoldKeyTest;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.JobLog.Instruction;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.WaitingJobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code qbull held} as a person uses it, while no pod runs; {@link HoldKeyTest} has one. */
@Tag("redis")
class HeldCommandsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path home;

    private Resp resp;
    private WaitingJobs jobs;

    @BeforeEach
    void hold() throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + REDIS.server().uri());
        resp = REDIS.resp();
        jobs = new WaitingJobs(resp, REDIS.store(), "ORDERS", 2);
    }

    @Test
    void list_prints_a_table_without_control_characters() {
        jobs.hold(0, "k1", new Failed(1, 1, 1, null, "timeout\u001b[2J"), "a", "b");
        jobs.hold(1, "k2", failed(Duration.ofHours(1)), "c");

        List<String> lines = run("list", "ORDERS").out().lines().toList();

        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("KEY").contains("JOBS", "FIRST ID", "ATTEMPTS", "SINCE", "DUE", "REASON");
        assertThat(lines.get(1)).matches("k1 +0 +2 +a +1 +20\\S+Z +when asked +timeout\\?\\[2J");
        assertThat(lines.get(2)).matches("k2 +1 +1 +c +1 +20\\S+Z +in 59 min( \\d+ s)? +it broke");
        assertThat(run("list", "ORDERS", "--key", "k2").out().lines()).hasSize(2);
        assertThat(run("list", "ORDERS", "--key", "k3").out()).isEqualTo("There are none.\n");
    }

    @Test
    void list_stops_at_its_limit_and_says_how_to_go_on() throws IOException {
        jobs.hold(0, "k1", failed(null), "a");
        jobs.hold(0, "k2", failed(null), "b");
        jobs.hold(1, "k3", failed(null), "c");

        String first = run("list", "ORDERS", "--limit", "1").out();
        String place = first.replaceAll("(?s).*There may be more: --after (\\S+), or --all\n", "$1");
        JsonNode rest =
                JSON.readTree(run("list", "ORDERS", "--json", "--after", place).out());

        assertThat(rest.get("held")).hasSize(2);
        assertThat(rest.get("next").isNull()).isTrue();
        assertThat(rest.get("held").get(1).get("firstId").asText()).isEqualTo("c");
        assertThat(run("list", "ORDERS", "--all").out().lines()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({"retry, Retry", "drop, Drop"})
    void many_keys_are_changed_only_after_a_yes(String verb, String shown) {
        jobs.hold(0, "k1", failed(null), "a");
        jobs.hold(1, "k2", failed(null), "b");

        CommandRun outcome = answering("n", verb, "ORDERS", "--all");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.err()).startsWith(shown + " the first job of 2 keys of ORDERS? [y/N] ");
        assertThat(jobs.requests(0)).isEmpty();
        assertThat(jobs.requests(1)).isEmpty();
    }

    @Test
    void jobs_that_fail_while_the_question_waits_get_no_request() {
        jobs.hold(0, "k1", failed(null), "a");
        jobs.hold(1, "k2", failed(null), "b");

        CommandRun outcome = answering(
                "y",
                () -> {
                    Object counted = resp.list("TIME").get(0);
                    await().until(() -> !resp.list("TIME").get(0).equals(counted));
                    jobs.hold(0, "late", failed(null), "c");
                },
                "drop",
                "ORDERS",
                "--all");

        assertThat(outcome.out()).startsWith("0 dropped, 2 not dropped yet: ");
        assertThat(jobs.requests(0)).extracting(Instruction::key).containsExactly("k1");
        assertThat(jobs.requests(1)).extracting(Instruction::key).containsExactly("k2");
    }

    @Test
    void a_dry_run_counts() {
        jobs.hold(0, "k1", failed(null), "a");
        assertThat(run("drop", "ORDERS", "--all", "--dry-run"))
                .isEqualTo(new CommandRun(0, "1 would be dropped\n", ""));
        assertThat(run("retry", "ORDERS", "--key", "k1", "--dry-run", "--json").out())
                .isEqualTo("{\"queue\":\"ORDERS\",\"found\":1,\"dryRun\":true}\n");
        assertThat(jobs.requests(0)).isEmpty();
    }

    @Test
    void a_request_without_an_owner_stays_and_the_command_says_so() {
        jobs.hold(0, "k1", failed(null), "a");
        CommandRun outcome = run("retry", "ORDERS", "--key", "k1");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.out())
                .startsWith("0 retried, 1 not retried yet: ")
                .contains("until the partition has an owner");
        assertThat(jobs.requests(0)).singleElement().satisfies(request -> {
            assertThat(request.verb()).isEqualTo("retry");
            assertThat(request.key()).isEqualTo("k1");
        });
    }

    @Test
    void a_full_redis_is_reported_and_nothing_is_requested() {
        jobs.hold(0, "k1", failed(null), "a");
        resp.call("CONFIG", "SET", "maxmemory", "1");
        CommandRun outcome = run("retry", "ORDERS", "--key", "k1");
        resp.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.out()).isEqualTo("0 retried\n");
        assertThat(outcome.err()).startsWith("qbull: Redis accepts no data");
        assertThat(jobs.requests(0)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"list NOPE", "retry NOPE --all", "drop NOPE --key k", "retry ORDERS --key x"})
    void anything_that_does_not_exist_has_its_own_exit_code(String words) {
        assertThat(run(words.split(" ", -1)).code()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "retry ORDERS, Say which one",
        "drop ORDERS --yes, Say which one",
        "drop ORDERS --all --key k1, --all cannot be combined with --key",
        "list ORDERS --after x, --after: 'x' is not a place",
        "list ORDERS --limit 0, --limit (0) must be",
        "list a:b, 'a:b'",
        "list, Try: qbull held list --help",
        "'', Try: qbull held --help"
    })
    void a_mistake_is_named_and_nothing_is_done(String words, String why) {
        jobs.hold(0, "k1", failed(null), "a");
        CommandRun outcome = run(words.isEmpty() ? new String[0] : words.split(" ", -1));
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains(why);
        assertThat(jobs.requests(0)).isEmpty();
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
                home, Stream.concat(Stream.of("held"), Stream.of(words)).toArray(String[]::new));
    }
}
