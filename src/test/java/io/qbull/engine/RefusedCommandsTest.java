package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.model.Enqueued;
import io.qbull.model.JobHandler;
import io.qbull.model.SourceId;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is said while a Redis that is up refuses some of a node's commands. */
@Tag("redis")
class RefusedCommandsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final JobHandler AT_ONCE = (delivery, outcome) -> outcome.completed();

    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void stop() {
        log.close();
        try (Resp resp = REDIS.server().connect()) {
            resp.call("ACL", "DELUSER", "worker");
            resp.call("CONFIG", "SET", "client-query-buffer-limit", "1gb");
        }
    }

    @Test
    void a_right_that_is_missing_for_one_command_is_one_line_until_it_is_back() {
        REDIS.resp().call("ACL", "SETUSER", "worker", "on", "nopass", "~*", "&*", "+@all");
        AtomicInteger added = new AtomicInteger();
        try (TestPod pod = new TestPod("a", 1, store()).consume(1, AT_ONCE)) {
            await().until(() -> pod.owned().size() == 1);
            REDIS.resp().call("ACL", "LOG", "RESET");
            REDIS.resp().call("ACL", "SETUSER", "worker", "-xdel");
            // Commits are refused ten times a second, while fetches of the same partition are answered.
            await().until(() -> {
                pod.enqueue("k", "" + added.incrementAndGet()).join();
                return refusals() > 30;
            });
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("queue=WHATSAPP refused by Redis, a person must act: ")
                    // Redis 6.2 and later versions differ.
                    .containsPattern("can't run this command|no permissions to run the 'xdel' command");
            assertThat(log.lines("answers again")).isEmpty();
            assertThat(pod.node.status().problem()).containsPattern("can't run|no permissions");

            REDIS.resp().call("ACL", "SETUSER", "worker", "+xdel");
            await().until(() -> pod.node.status().problem().isEmpty());
            assertThat(log.lines("answers again")).hasSize(1);
        }
    }

    @Test
    void a_refusal_to_forget_a_finished_file_is_one_line_and_shown_while_the_queue_works_on() {
        REDIS.resp().call("ACL", "SETUSER", "worker", "on", "nopass", "~*", "&*", "+@all", "-del");
        SourceId file = new SourceId("file");
        try (TestPod pod = new TestPod("a", 1, store())) {
            pod.enqueue("k", "job").join();
            for (int i = 0; i < 3; i++) {
                assertThat(pod.node.drop(file)).failsWithin(Duration.ofSeconds(10));
            }
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .startsWith("queue=WHATSAPP the progress of finished files cannot be removed, a person must act: ");
            assertThat(pod.node.status().standstill())
                    .startsWith("the progress of finished files cannot be removed: Redis replies: NOPERM");
            assertThat(pod.node.status().problem()).isEmpty();

            REDIS.resp().call("ACL", "SETUSER", "worker", "+del");
            pod.node.drop(file).toCompletableFuture().join();
            assertThat(pod.node.status().standstill()).isEmpty();
        }
    }

    @Test
    void a_call_that_always_costs_the_connection_is_named_with_what_to_do() {
        try (TestPod pod = new TestPod("a", 1, REDIS.store()).consume(1, AT_ONCE)) {
            pod.enqueue("k", "fits").join();
            REDIS.resp().call("CONFIG", "SET", "client-query-buffer-limit", "1mb");
            CompletableFuture<Enqueued> large = pod.enqueue("k", "x".repeat(1 << 20), "large");
            await().until(() -> !log.lines("client-query-buffer-limit").isEmpty());
            assertThat(log.lines("client-query-buffer-limit"))
                    .singleElement()
                    .asString()
                    .startsWith(
                            "queue=WHATSAPP jobs cannot be added to partitions [0]: the connection to Redis was lost");
            assertThat(large).isNotDone();

            REDIS.resp().call("CONFIG", "SET", "client-query-buffer-limit", "1gb");
            large.join();
            await().until(() -> !log.lines("jobs can be added again").isEmpty());
        }
    }

    private static RedisStore store() {
        return REDIS.store(new RedisSettings(
                REDIS.server().uri().replace("redis://", "redis://worker:any@"), Duration.ofSeconds(1)));
    }

    /** An entry of the server's ACL log counts equal refusals. */
    private static long refusals() {
        return REDIS.resp().list("ACL", "LOG").stream()
                .mapToLong(each -> (Long) ((List<?>) each).get(1))
                .sum();
    }
}
