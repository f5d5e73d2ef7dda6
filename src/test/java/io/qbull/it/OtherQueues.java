package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.Findings;
import io.qbull.testing.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * More queues of the same pods. Jobs are added to them all the time, so that they meet the same faults, and all of them are done in the
 * end. There are none in every build; {@code -Dqbull.size.it.queues=} sets how many queues there are in all.
 */
final class OtherQueues implements AutoCloseable {
    private static final int COUNT = Size.of("it.queues", 1, 3) - 1;
    private static final int KEYS = 100;
    private static final int PER_SECOND = 50;

    private final Scene scene;
    private final List<String> names =
            IntStream.rangeClosed(1, COUNT).mapToObj(n -> "OTHER" + n).toList();
    private final List<Producer> producers = new ArrayList<>();
    private final List<CompletableFuture<Void>> sending = new ArrayList<>();

    /**
     * @param scene whose pods, not spawned yet, consume them
     * @param options of the consumers and producers
     */
    OtherQueues(Scene scene, String options) {
        this.scene = scene;
        for (String name : names) {
            scene.pods.consumeToo(name, options);
            Producer producer =
                    new Producer(scene.redis.uri(), name, "partitions=" + scene.partitions, KEYS, " sleep=1");
            producers.add(producer);
            sending.add(Background.run(() -> producer.send(Integer.MAX_VALUE, PER_SECOND)));
        }
    }

    /** Adds no more; returns when all answers have come. */
    void finish() {
        producers.forEach(Producer::stop);
        sending.forEach(CompletableFuture::join);
        try {
            for (Producer producer : producers) {
                producer.finish();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The number of their jobs that are not done, plus the number of held keys. */
    long backlog() {
        return names.stream()
                .mapToLong(name -> scene.backlog(name, scene.partitions))
                .sum();
    }

    /** Nothing was given up. */
    void check() {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            Producer producer = producers.get(i);
            Findings.note(name + ": " + producer.accepted() + " jobs accepted, failures " + producer.failures());
            assertThat(producer.accepted()).as("jobs of " + name).isPositive();
            assertThat(scene.deadLetters(name, scene.partitions))
                    .as("dead letters of " + name)
                    .isEmpty();
        }
    }

    @Override
    public void close() {
        producers.forEach(Producer::close);
    }
}
