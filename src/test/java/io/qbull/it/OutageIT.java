package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Pods.Pod;
import io.qbull.testing.FaultyProxy;
import io.qbull.testing.Findings;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Redis goes away, is full, or forgets, and nobody restarts a pod. */
@Tag("slow")
class OutageIT {
    private static final int PARTITIONS = Size.of("outage.partitions", 8, 16);
    private static final String OPTIONS = "partitionsPerPod=" + PARTITIONS / 2 + "&leaseTtl=3s";

    @FunctionalInterface
    private interface Strike {
        void hit() throws Exception;
    }

    @Test
    void pods_outlive_restarts_killed_connections_and_a_forgotten_script_cache() throws Exception {
        try (Scene scene = new Scene("outage", PARTITIONS, OPTIONS).amongOtherQueues();
                Producer producer = scene.producer(500, " sleep=5")) {
            List<Pod> pods = List.of(scene.pods.spawn("a"), scene.pods.spawn("b"));
            scene.pods.awaitUp(pods);
            scene.awaitOwned();
            CompletableFuture<Void> sending = Background.run(() -> producer.send(1_000_000, 400));
            await().until(() -> producer.accepted() > 400);

            List<Disruption> excuses = new ArrayList<>();
            excuses.add(strike("Redis kill -9", scene, producer, () -> {
                scene.redis.kill();
                scene.redis.restart();
            }));
            excuses.add(strike("Redis clean restart", scene, producer, () -> {
                shutdown(scene);
                scene.redis.restart();
            }));
            excuses.add(strike(
                    "connections killed", scene, producer, () -> call(scene, "CLIENT", "KILL", "TYPE", "normal")));
            excuses.add(strike("scripts flushed", scene, producer, () -> call(scene, "SCRIPT", "FLUSH")));
            producer.stop();
            sending.join();
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, excuses);
            Findings.note("failures " + producer.failures());
            assertThat(report.violations()).isEmpty();
            assertThat(pods).allMatch(pod -> pod.process.isAlive());
            assertThat(report.repeats().get(3).repeated())
                    .as("repeats after SCRIPT FLUSH")
                    .isZero();
        }
    }

    @Test
    void a_full_redis_refuses_producers_while_pods_drain_it_and_take_over() throws Exception {
        try (Scene scene = new Scene("full", PARTITIONS, OPTIONS).amongOtherQueues();
                Producer producer = scene.producer(500, " sleep=20")) {
            Pod first = scene.pods.spawn("a");
            Pod second = scene.pods.spawn("b");
            scene.pods.awaitUp(List.of(first, second));
            scene.awaitOwned();
            producer.send(2000, 0);
            await().until(() -> producer.underWay() == 0);
            call(scene, "CONFIG", "SET", "maxmemory", "1");
            producer.send(200, 0);
            scene.pods.kill(first);
            scene.awaitOwned("a");
            scene.awaitDrained();
            producer.send(200, 0);
            await().until(() -> producer.underWay() == 0);
            int refused = producer.failed();
            call(scene, "CONFIG", "SET", "maxmemory", "0");
            producer.send(200, 0);
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of());
            Findings.note("failures " + producer.failures());
            assertThat(report.violations()).isEmpty();
            assertThat(refused).isEqualTo(400);
            assertThat(producer.failures().keySet()).allMatch(kind -> kind.startsWith("FULL"));
            assertThat(report.accepted()).isEqualTo(2200);
        }
    }

    @Test
    void lost_replies_add_nothing_twice_and_run_nothing_twice() throws Exception {
        int jobs = Size.of("outage.jobs", 3_000, 5_000);
        try (Scene scene = new Scene("lost-replies", PARTITIONS, OPTIONS).amongOtherQueues();
                FaultyProxy forProducer = new FaultyProxy(scene.redis.port());
                FaultyProxy forPods = new FaultyProxy(scene.redis.port());
                Producer producer = scene.producer(forProducer.uri(), 500, "")) {
            scene.pods.connectThrough(forPods.uri());
            scene.pods.awaitUp(List.of(scene.pods.spawn("a"), scene.pods.spawn("b")));
            scene.awaitOwned();
            CompletableFuture<Void> sending = Background.run(() -> producer.send(jobs, 800));
            int lost = 0;
            while (!sending.isDone()) {
                FaultyProxy proxy = lost % 3 == 0 ? forPods : forProducer;
                CountDownLatch cut = proxy.loseReplyTo("EVALSHA");
                // In between, some calls are answered: one whose repeats are all lost is given up after a while, as it
                // should be.
                await().pollDelay(Duration.ofMillis(100)).until(() -> cut.getCount() == 0 || sending.isDone());
                lost++;
            }
            sending.join();
            producer.sendNow("last", "");
            List<History.Sent> sent = producer.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of());
            Findings.note("lost " + lost + " replies, failures " + producer.failures());
            assertThat(lost).isGreaterThan(10);
            assertThat(report.violations()).isEmpty();
            assertThat(report.accepted()).isEqualTo(jobs + 1);
        }
    }

    /** Strikes, and waits until pods and producer have got over it. */
    private static Disruption strike(String name, Scene scene, Producer producer, Strike strike) throws Exception {
        long from = System.nanoTime();
        strike.hit();
        scene.awaitOwned();
        int before = producer.accepted();
        await(name).until(() -> producer.accepted() > before + 200);
        await(name).until(() -> scene.backlog() < 100);
        long to = System.nanoTime();
        Findings.note(name + ": over after " + Duration.ofNanos(to - from).toMillis() + " ms");
        return new Disruption(name, null, from, to);
    }

    private static void call(Scene scene, String... command) {
        try (Resp resp = scene.redis.connect()) {
            resp.call(command);
        }
    }

    private static void shutdown(Scene scene) {
        try {
            call(scene, "SHUTDOWN");
        } catch (UncheckedIOException e) {
            // The answer to SHUTDOWN is the end of the connection.
            assertThat(e).hasMessageContaining("connection closed");
        }
    }
}
