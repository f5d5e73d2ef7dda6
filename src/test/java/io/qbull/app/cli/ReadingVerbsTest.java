package io.qbull.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.app.CommandRun;
import io.qbull.config.RedisSettings;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.FailedSave;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.StubRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The verbs that only read, on a Redis that refuses other things. */
@Tag("redis")
class ReadingVerbsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final List<String> VERBS = List.of(
            "status",
            "status WHATSAPP",
            "status --json",
            "dead list WHATSAPP",
            "held list WHATSAPP",
            "why WHATSAPP",
            "why WHATSAPP --partition 1 --json",
            "peek WHATSAPP",
            "files list",
            "files list --json");

    @TempDir
    private Path home;

    @BeforeEach
    void prepare() throws IOException {
        CommandRun.configure(home, "qbull.redisUrl=" + REDIS.server().uri());
        try (Resp resp = REDIS.server().connect()) {
            resp.call("HSET", "{WHATSAPP}:layout", "version", "1", "partitions", "2");
            resp.call("SADD", "qbull:queues", "WHATSAPP");
        }
    }

    @Test
    void they_work_while_redis_cannot_save_its_data() throws IOException {
        try (Resp resp = REDIS.server().connect()) {
            FailedSave.on(resp);
            assertThat(VERBS).allSatisfy(this::works);
            // The invariants of the queue are checked by a server that can save again.
            resp.call("CONFIG", "SET", "save", "");
        }
    }

    @Test
    void they_work_without_the_right_to_ping() {
        try (Resp resp = REDIS.server().connect()) {
            resp.call("ACL", "SETUSER", "default", "-ping");
            assertThat(VERBS).allSatisfy(this::works);
            assertThat(resp.list("ACL", "LOG")).isEmpty();
            resp.call("ACL", "SETUSER", "default", "+ping");
        }
    }

    @Test
    void they_wait_while_redis_loads_its_data() throws Exception {
        try (StubRedis stub = new StubRedis("stub")) {
            stub.loading(true);
            RedisSettings settings = new RedisSettings("redis://127.0.0.1:" + stub.port(), Duration.ofSeconds(1));
            RedisStore store = REDIS.store(settings);
            assertThat(store.loaded(1))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withMessageContaining("is still loading its data");
            CompletableFuture<Void> loaded = store.loaded(1000).toCompletableFuture();
            long asked = stub.asked("INFO");
            await().until(() -> stub.asked("INFO") > asked + 2);
            assertThat(loaded).isNotDone();
            stub.loading(false);
            loaded.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void a_verb_looks_again_while_redis_loads_its_data() throws Exception {
        try (StubRedis stub = new StubRedis("stub")) {
            stub.loading(true);
            stub.answer("*0");
            CommandRun.configure(home, "qbull.redisUrl=redis://127.0.0.1:" + stub.port());
            CompletableFuture<CommandRun> run =
                    CompletableFuture.supplyAsync(() -> CommandRun.of(home, "status", "--json"));
            // Far more often than one asks who is there.
            await().until(() -> stub.asked("INFO") > 10);
            assertThat(run).isNotDone();
            stub.loading(false);
            CommandRun ended = run.get(10, TimeUnit.SECONDS);
            assertThat(ended.code()).as(ended.err()).isZero();
        }
    }

    @Test
    void where_no_redis_runs_the_settings_that_say_where_are_named() throws IOException {
        CommandRun.configure(home, "qbull.data=elsewhere");
        CommandRun run = CommandRun.of(home, "status");
        assertThat(run.code()).isEqualTo(4);
        assertThat(run.err())
                .contains(
                        "No Redis runs in " + home.resolve("elsewhere/redis") + ": start a pod with ./qbull up, or set"
                                + " QBULL_DATA or REDIS_URL as for the pods that run");
    }

    private void works(String verb) {
        CommandRun run = CommandRun.of(home, verb.split(" "));
        assertThat(run.code()).as("%s: %s", verb, run.err()).isZero();
        assertThat(run.out()).as(verb).isNotEmpty();
    }
}
