package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Event.JobRef;
import io.qbull.it.History.Place;
import io.qbull.it.History.Result;
import io.qbull.it.Pods.Pod;
import io.qbull.testing.Findings;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients repeat their own and each other's jobs while a pod and Redis are killed. */
@Tag("slow")
class DeduplicationIT {
    private static final int PARTITIONS = 8;
    private static final int CLIENTS = 4;
    private static final int TIMES = 5;
    private static final int PER_SECOND = 1000;

    @Test
    void ids_that_four_clients_send_five_times_are_added_once() throws Exception {
        int jobs = Size.of("deduplication.jobs", 4_000, 10_000);
        try (Scene scene = new Scene("deduplication", PARTITIONS, "partitionsPerPod=4&leaseTtl=3s");
                Clients clients = new Clients(scene, jobs)) {
            Map<String, Pod> pods = new HashMap<>();
            List.of("a", "b").forEach(id -> pods.put(id, scene.pods.spawn(id)));
            scene.pods.awaitUp(pods.values());
            scene.awaitOwned();
            CompletableFuture<Void> sending = clients.start();

            clients.awaitAnswered(jobs);
            String victim = scene.busiest();
            scene.pods.kill(Objects.requireNonNull(pods.get(victim)));
            Pod next = scene.pods.spawn(victim);
            clients.awaitAnswered(3 * jobs);
            long from = System.nanoTime();
            scene.redis.kill();
            scene.redis.restart();
            scene.pods.awaitUp(List.of(next));
            scene.awaitOwned();
            clients.awaitAnswered(4 * jobs);
            Disruption restart = new Disruption("Redis kill -9", null, from, System.nanoTime());
            sending.join();
            List<History.Sent> sent = clients.finish();
            scene.awaitDrained();

            Report report = scene.judge(sent, List.of(restart));
            Findings.note(String.format(
                    Locale.ROOT,
                    "%d sendings, %d sent again, %d duplicates, %d ids remembered",
                    TIMES * jobs,
                    clients.resent(),
                    clients.duplicates(),
                    remembered(scene)));
            assertThat(report.violations()).isEmpty();
            assertThat(sent).hasSize(jobs);
            assertThat(clients.addedTwice()).isEmpty();
            assertThat(remembered(scene)).isEqualTo(jobs);
            assertThat(scene.history(sent).remains().dead()).isEmpty();
        }
    }

    private static long remembered(Scene scene) {
        try (Resp resp = scene.redis.connect()) {
            long ids = 0;
            for (int p = 0; p < PARTITIONS; p++) {
                ids += resp.number("ZCARD", "{" + Scene.QUEUE + ":" + p + "}:seen");
            }
            return ids;
        }
    }

    /** In each round another client sends each job, and all clients send at once. */
    private static final class Clients implements AutoCloseable {
        private final List<RepeatingClient> all = new ArrayList<>();
        private final Map<Integer, History.Sent> sent = new HashMap<>();
        private final List<Integer> twice = new ArrayList<>();
        private final int jobs;
        private int duplicates;

        Clients(Scene scene, int jobs) {
            this.jobs = jobs;
            for (int i = 0; i < CLIENTS; i++) {
                all.add(new RepeatingClient(
                        "qbull:" + Scene.QUEUE + "?redisUri=RAW(" + scene.redis.uri() + ")&partitions=" + PARTITIONS,
                        " sleep=2"));
            }
        }

        CompletableFuture<Void> start() {
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                running.add(Background.run(() -> send(number)));
            }
            return CompletableFuture.allOf(running.toArray(CompletableFuture[]::new));
        }

        private void send(int client) throws InterruptedException {
            long begin = System.nanoTime();
            int count = 0;
            for (int round = 0; round < TIMES; round++) {
                for (int job = 0; job < jobs; job++) {
                    if ((job + round) % CLIENTS == client) {
                        long early = begin + count++ * 1_000_000_000L / PER_SECOND - System.nanoTime();
                        LockSupport.parkNanos(Math.max(0, early));
                        all.get(client).send(job);
                    }
                }
            }
        }

        void awaitAnswered(int count) {
            await(count + " answers")
                    .until(() ->
                            all.stream().mapToInt(RepeatingClient::answered).sum() >= count);
        }

        /** The outcome of each job, once all calls are answered. */
        List<History.Sent> finish() throws InterruptedException {
            for (RepeatingClient client : all) {
                client.finish().forEach(this::add);
            }
            return List.copyOf(sent.values());
        }

        private void add(RepeatingClient.Answer answer) {
            Place place = answer.place();
            History.Sent before = sent.get(answer.job());
            if (place == null) {
                duplicates++;
            } else if (before != null && before.place() != null) {
                twice.add(answer.job());
            }
            if (before == null || place != null) {
                JobRef job = new JobRef("k" + answer.job(), 0);
                sent.put(answer.job(), new History.Sent(job, answer.invokedAt(), Result.ACCEPTED, place));
            }
        }

        /** Jobs that were added twice, according to their answers. */
        List<Integer> addedTwice() {
            return twice;
        }

        int duplicates() {
            return duplicates;
        }

        int resent() {
            return all.stream().mapToInt(RepeatingClient::resent).sum();
        }

        @Override
        public void close() {
            all.forEach(RepeatingClient::close);
        }
    }
}
