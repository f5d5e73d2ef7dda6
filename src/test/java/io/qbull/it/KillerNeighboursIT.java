package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.Event.JobRef;
import io.qbull.it.Ledger.Run;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.testing.Patience;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Jobs that take down each process that runs them, in different partitions and queues of the same processes. */
@Tag("slow")
class KillerNeighboursIT {
    private static final int MAX_CRASHES = 3;
    private static final int KEYS = 8;
    private static final int PARTITIONS = 4;
    private static final String OTHER = "OTHER";
    private static final int OTHER_PARTITIONS = 2;
    private static final String OPTIONS = "leaseTtl=1s&suspectPatience=1s&maxCrashes=" + MAX_CRASHES;

    @Test
    void a_killer_at_the_head_of_one_partition_does_no_harm_to_the_others() throws Exception {
        try (Scene scene = new Scene("killer-neighbours", 2, OPTIONS);
                Producer producer = scene.producer(1, "")) {
            JobRef killer = producer.sendNow("k0", " halt");
            // Still runs when the killer takes the process down.
            producer.sendNow(keyOfAnotherPartition(2), " sleep=300");
            neighbours(producer, 12);
            List<History.Sent> sent = producer.finish();

            awaitDone(scene, "a");

            assertThat(buried(scene, Scene.QUEUE, 2)).containsExactly(killer + " halt");
            judge(scene, sent, List.of(killer));
            assertThat(runs(scene, sent, killer)).as("processes that died").isEqualTo(MAX_CRASHES);
        }
    }

    @Test
    void killers_in_two_partitions_and_one_in_another_queue_are_found_and_nothing_else_is_buried() throws Exception {
        try (Scene scene = new Scene("killers-everywhere", PARTITIONS, OPTIONS);
                Producer producer = scene.producer(1, "");
                Producer others = new Producer(scene.redis.uri(), OTHER, "partitions=" + OTHER_PARTITIONS, 1, "")) {
            scene.pods.consumeToo(OTHER, "partitions=" + OTHER_PARTITIONS + "&" + OPTIONS);
            neighbours(producer, 2);
            JobRef first = producer.sendNow("k0", " halt");
            JobRef second = producer.sendNow(keyOfAnotherPartition(PARTITIONS), " halt");
            // Slower than its patience: a crash meanwhile counts against nobody.
            producer.sendNow("k3", " sleep=1500");
            neighbours(producer, 4);
            neighbours(others, 2);
            JobRef third = others.sendNow("k1", " sleep=200 halt");
            neighbours(others, 4);
            others.finish();
            List<History.Sent> sent = producer.finish();

            awaitDone(scene, "a", "b");

            assertThat(buried(scene, Scene.QUEUE, PARTITIONS))
                    .containsExactlyInAnyOrder(first + " halt", second + " halt");
            assertThat(buried(scene, OTHER, OTHER_PARTITIONS)).containsExactly(third + " sleep=200 halt");
            judge(scene, sent, List.of(first, second));
            assertThat(runs(scene, sent, first)).isLessThanOrEqualTo(MAX_CRASHES + 3);
            assertThat(runs(scene, sent, second)).isLessThanOrEqualTo(MAX_CRASHES + 3);
        }
    }

    private static void awaitDone(Scene scene, String... pods) {
        for (String pod : pods) {
            scene.pods.spawn(pod);
        }
        await("no job waits").atMost(Patience.LIMIT.multipliedBy(4)).until(() -> {
            scene.pods.restartThoseThatDied();
            return scene.backlog() == 0 && scene.backlog(OTHER, OTHER_PARTITIONS) == 0;
        });
    }

    private static List<String> buried(Scene scene, String queue, int partitions) {
        List<Map<String, String>> letters = scene.deadLetters(queue, partitions);
        assertThat(letters).allSatisfy(letter -> assertThat(letter).containsEntry("reason", "crashed its worker"));
        return letters.stream().map(letter -> letter.getOrDefault("body", "")).toList();
    }

    private static void judge(Scene scene, List<History.Sent> sent, List<JobRef> killers) {
        assertThat(scene.judge(sent, List.of()).violations()).isEmpty();
        assertThat(new Ledger(scene.history(sent)).runs.stream().filter(run -> !killers.contains(run.job())))
                .allMatch(run -> run.attempt() == 1 && !run.failed());
    }

    private static long runs(Scene scene, List<History.Sent> sent, JobRef job) {
        List<Run> runs = new Ledger(scene.history(sent)).runs;
        return runs.stream().filter(run -> run.job().equals(job)).count();
    }

    /** A key whose jobs are not in the partition of {@code k0}. */
    private static String keyOfAnotherPartition(int partitions) {
        Layout layout = new Layout(1, partitions);
        int taken = layout.indexOf(KeyHash.XXH64, "k0");
        return IntStream.range(1, KEYS)
                .mapToObj(key -> "k" + key)
                .filter(key -> layout.indexOf(KeyHash.XXH64, key) != taken)
                .findFirst()
                .orElseThrow();
    }

    private static void neighbours(Producer producer, int each) throws InterruptedException {
        for (int i = 0; i < each * KEYS; i++) {
            producer.sendNow("k" + i % KEYS, "");
        }
    }
}
