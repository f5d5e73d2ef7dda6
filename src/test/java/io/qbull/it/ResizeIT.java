package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.History.Result;
import io.qbull.it.History.Sent;
import io.qbull.it.Pods.Pod;
import io.qbull.testing.Findings;
import io.qbull.testing.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A queue grows and shrinks while producers add jobs and pods run them; some jobs fail and wait, some are delayed. One of the producers
 * does not use this library and knows only the first number of partitions.
 */
@Tag("slow")
class ResizeIT {
    private static final int MOST = 32;
    private static final String OPTIONS = "leaseTtl=3s&maxAttempts=5&backoff=100ms&retryFor=0";

    private final int perSecond = Size.of("resize.perSecond", 400, 2_000);
    private final int pods = Size.of("resize.pods", 2, 4);
    private final int longestDelay = Size.of("resize.delay", 3, 10);
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void no_job_is_lost_doubled_or_overtaken_while_a_queue_grows_and_shrinks() throws Exception {
        try (Scene scene = new Scene("resize", 8, OPTIONS).upTo(MOST)) {
            start(scene);
            KeyOrderCheck check = run(scene, List.of(MOST, 12, 1, 16), () -> {});
            assertThat(check.run()).isEmpty();
            assertThat(check.repeats()).as("repeats").isZero();
        }
    }

    /** The pod that dies may be the one that runs the steps. */
    @Test
    void a_pod_that_dies_in_a_resize_lets_the_others_finish_it() throws Exception {
        int resizes = Size.of("resize.kills", 2, 100);
        Findings.note("seed " + seed);
        try (Scene scene = new Scene("resize-kills", 3, OPTIONS).upTo(MOST)) {
            List<Pod> living = start(scene);
            List<Integer> sizes = new ArrayList<>();
            for (int before = 3; sizes.size() < resizes; before = sizes.get(sizes.size() - 1)) {
                int next = 1 + random.nextInt(MOST - 1);
                sizes.add(next < before ? next : next + 1);
            }
            KeyOrderCheck check = run(scene, sizes, () -> {
                Thread.sleep(random.nextInt(300));
                int victim = random.nextInt(pods);
                Pod killed = living.get(victim);
                scene.pods.kill(killed);
                living.set(victim, scene.pods.spawn(killed.name.replaceFirst("\\..*", "")));
            });
            assertThat(check.run()).isEmpty();
        }
    }

    /** What happens after a resize has begun. */
    private interface Meanwhile {
        void happens() throws Exception;
    }

    private List<Pod> start(Scene scene) {
        List<Pod> started = new ArrayList<>(IntStream.range(0, pods)
                .mapToObj(number -> scene.pods.spawn("pod" + number))
                .toList());
        scene.pods.awaitUp(started);
        scene.awaitOwned();
        return started;
    }

    private KeyOrderCheck run(Scene scene, List<Integer> sizes, Meanwhile meanwhile) throws Exception {
        List<Sent> sent = new ArrayList<>();
        List<long[]> resizes = new ArrayList<>();
        try (Producer steady = scene.producerOf("steady", 300, "");
                Producer failing = scene.producerOf("failing", 100, "");
                Producer original = scene.producerOf("original", 100, "&format=qbull");
                Producer delayed = scene.producerOf("delayed", Integer.MAX_VALUE, "");
                ForeignProducer foreign =
                        new ForeignProducer(scene.redis, Scene.QUEUE, scene.partitions, "foreign", 100);
                ResizingQueue queue = new ResizingQueue(scene)) {
            List<Producer> producers = List.of(steady, failing, original, delayed);
            List<CompletableFuture<Void>> sending = List.of(
                    send(steady, perSecond / 2, any -> ""),
                    send(failing, perSecond / 4, number -> number % 50 == 0 ? " fail=3" : ""),
                    send(original, perSecond / 8, any -> ""),
                    send(delayed, perSecond / 8, number -> " delay=" + 1_000 * (1 + number % longestDelay)));
            CompletableFuture<Void> adding = Background.run(() -> foreign.send(perSecond / 8));
            work(steady);
            for (int partitions : sizes) {
                long began = System.nanoTime();
                queue.resizes(partitions);
                meanwhile.happens();
                queue.awaitDone();
                resizes.add(new long[] {partitions, began, System.nanoTime()});
                work(steady);
            }
            producers.forEach(Producer::stop);
            foreign.stop();
            adding.join();
            sent.addAll(foreign.sent());
            sending.forEach(CompletableFuture::join);
            for (Producer producer : producers) {
                sent.addAll(producer.finish());
            }
        }
        scene.awaitDrained();
        KeyOrderCheck check = new KeyOrderCheck(scene.history(sent));
        report(check, sent, resizes);
        return check;
    }

    private static CompletableFuture<Void> send(Producer producer, int perSecond, IntFunction<String> work) {
        return Background.run(() -> producer.send(Integer.MAX_VALUE, perSecond, work));
    }

    private void work(Producer producer) {
        int before = producer.accepted();
        await().until(() -> producer.accepted() > before + perSecond);
    }

    private static void report(KeyOrderCheck check, List<Sent> sent, List<long[]> resizes) {
        Findings.note("accepted "
                + sent.stream().filter(each -> each.result() == Result.ACCEPTED).count()
                + " of " + sent.size());
        for (long[] each : resizes) {
            long second = 1_000_000_000;
            List<Long> waits = check.longestWaits("steady", each[1] - second, each[2] + second);
            Findings.note("to " + each[0] + " partitions: " + (each[2] - each[1]) / 1_000_000
                    + " ms; longest wait of a key's jobs: half of " + waits.size() + " at most "
                    + waits.get(waits.size() / 2) + ", 99 % " + waits.get(waits.size() * 99 / 100) + ", all "
                    + waits.get(waits.size() - 1) + " ms");
        }
    }
}
