package io.qbull.app.cli;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.app.CommandRun;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.store.JobLog;
import io.qbull.store.Store;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.StubMover;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code qbull resize} as a person uses it. No pod runs. */
@Tag("redis")
class ResizeCommandTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final QueueName ORDERS = new QueueName("ORDERS");

    @TempDir
    private Path home;

    private Store store;

    @BeforeEach
    void create() throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + REDIS.server().uri());
        store = REDIS.store();
        get(store.layouts().createIfAbsent(ORDERS, 4, KeyHash.XXH64));
    }

    private Layout current() {
        return get(store.resize().state(ORDERS)).current();
    }

    private void add(int partition, int jobs) {
        for (int i = 0; i < jobs; i++) {
            NewJob job = new NewJob(new JobId(partition + "/" + i), false, "key" + i, new byte[100], null, Map.of());
            get(store.jobs()
                    .enqueue(new JobLog.Call(
                            new PartitionId(ORDERS, partition), 1, "p#1", i + 1, List.of(job), Duration.ZERO)));
        }
    }

    @Test
    void a_dry_run_says_what_would_move_and_changes_nothing() throws IOException {
        add(2, 10);
        assertThat(run("resize ORDERS --partitions 8 --dry-run").out())
                .matches("ORDERS: 4 -> 8 partitions \\(layout version 2\\)\\R"
                        + "50 % of the keys move, about 5 jobs of 10 \\(\\d+ kB\\)\\R"
                        + "each new partition waits for one old one\\R"
                        + "a key waits at most about \\d+ ms\\R");
        assertThat(run("resize ORDERS --partitions 5 --dry-run").out())
                .contains("80 % of the keys move", "waits for 4 old ones")
                .contains("fewer wait for each other with 8 partitions: a multiple or a divisor of 4");
        JsonNode json = json(run("resize ORDERS --partitions 6 --dry-run --json"));
        assertThat(json.get("from").asInt()).isEqualTo(4);
        assertThat(json.get("to").asInt()).isEqualTo(6);
        assertThat(json.get("waitsFor").asInt()).isEqualTo(2);
        assertThat(json.get("jobsLeaving").asInt()).isEqualTo(7);
        assertThat(json.get("better").toString()).isEqualTo("[8]");
        assertThat(current()).isEqualTo(new Layout(1, 4));
        assertThat(get(store.resize().state(ORDERS)).resize()).isNull();
    }

    @Test
    void without_pods_it_goes_as_far_as_it_can_and_the_same_command_goes_on() throws IOException {
        CommandRun begun = run("resize ORDERS --partitions 8");
        assertThat(begun.code()).isEqualTo(ExitCode.FAILED.number());
        assertThat(begun.out())
                .contains("ORDERS: 4 -> 8 partitions")
                .contains("0 of 4 old partitions have moved, 0 jobs are left; waits for an owner of partition 0 and");
        assertThat(begun.err()).startsWith("qbull: No pod consumes ORDERS, so that nobody moves its jobs.");
        assertThat(current()).isEqualTo(new Layout(2, 8));

        String underWay = "the queue is resized from 4 to 8 partitions, and 0 of the 4 old ones have moved their jobs";
        assertThat(run("status ORDERS").out()).endsWith("ORDERS: " + underWay + "\n");
        assertThat(run("why ORDERS").out()).contains("queue ORDERS: " + underWay);
        assertThat(run("why ORDERS --json").out()).contains("\"resizing\"");

        CommandRun other = run("resize ORDERS --partitions 16");
        assertThat(other.code()).isEqualTo(ExitCode.FAILED.number());
        assertThat(other.err()).startsWith("qbull: ORDERS is resized from 4 to 8 partitions: another resize can begin");

        new StubMover(store, ORDERS).moveAll(new Resize(2, 4, 8));
        CommandRun again = run("resize ORDERS --partitions 8");
        assertThat(again.code()).isEqualTo(ExitCode.OK.number());
        assertThat(again.out()).endsWith("ORDERS has 8 partitions (layout version 2): the resize is over\n");
        CommandRun done = run("resize ORDERS --partitions 8");
        assertThat(done.code()).isEqualTo(ExitCode.OK.number());
        assertThat(done.out()).isEqualTo("ORDERS has 8 partitions.\n");
        assertThat(run("status ORDERS").out() + run("why ORDERS").out()).doesNotContain("resized");
        assertThat(json(run("resize ORDERS --partitions 8 --json"))
                        .get("underWay")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void json_says_what_has_not_moved() throws IOException {
        JsonNode json = json(run("resize ORDERS --partitions 2 --json"));
        assertThat(json.get("underWay").asBoolean()).isTrue();
        assertThat(json.get("layout").toString()).isEqualTo("{\"version\":2,\"partitions\":2}");
        assertThat(json.get("unmoved").toString()).isEqualTo("[0,1,2,3]");
    }

    @Test
    void a_resize_that_does_not_fit_into_redis_is_refused() {
        add(0, 50);
        long used = get(store.examiner().server(new PartitionId(ORDERS, 0))).usedBytes();
        REDIS.resp().call("CONFIG", "SET", "maxmemory", Long.toString(used + 1000));
        try {
            CommandRun run = run("resize ORDERS --partitions 8");
            assertThat(run.code()).isEqualTo(ExitCode.FAILED.number());
            assertThat(run.err())
                    .matches("qbull: What moves is in Redis twice for a while: that takes \\d+ kB more,"
                            + " and Redis has \\d kB left below its maxmemory\\. .*\\R");
        } finally {
            REDIS.resp().call("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(get(store.resize().state(ORDERS)).resize()).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resize ORDERS",
                "resize ORDERS --partitions 0",
                "resize ORDERS --partitions 16385",
                "resize ORDERS --partitions many"
            })
    void a_wrong_option_changes_nothing(String words) {
        CommandRun run = run(words);
        assertThat(run.code()).isEqualTo(ExitCode.USAGE.number());
        assertThat(run.err()).startsWith("qbull: ");
        assertThat(current()).isEqualTo(new Layout(1, 4));
    }

    @Test
    void a_queue_that_does_not_exist_is_not_found() {
        assertThat(run("resize NONE --partitions 2").code()).isEqualTo(ExitCode.NOT_FOUND.number());
    }

    private static JsonNode json(CommandRun run) throws IOException {
        return new ObjectMapper().readTree(run.out());
    }

    private CommandRun run(String words) {
        return CommandRun.of(home, words.split(" ", -1));
    }
}
