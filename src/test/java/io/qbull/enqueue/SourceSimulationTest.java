package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.JobFormat;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.StoreException;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A file is read into a queue while replies are lost, commands run late, Redis or the backlog is full, the queue is resized, and readers
 * die at any step and are followed by others. Each record must be added once, and those of a key in their order.
 */
class SourceSimulationTest extends SeededSimulation {
    private static final QueueName QUEUE = new QueueName("Q");
    private static final int MAX_BACKLOG = 20;

    @Test
    void each_record_is_added_once_and_each_key_keeps_its_order() {
        play("sourceSimulation.runs", 600, 20_000, seed -> new Run(seed).play());
    }

    private static final class Run {
        private final Random random;
        private final ManualEventLoop loop = new ManualEventLoop();
        private final ScriptModel script = new ScriptModel(loop);
        private final UnreliableJobLog log;
        private final List<NewJob> records = new ArrayList<>();
        private final List<Layout> layouts = new ArrayList<>();
        private final EnqueueSettings settings;
        private int pods;
        private Enqueuer enqueuer;
        private SourceReader reader;

        Run(long seed) {
            random = new Random(seed);
            log = new UnreliableJobLog(script, loop, random);
            settings = new EnqueueSettings(
                    Duration.ofMinutes(10),
                    JobFormat.NATIVE,
                    100,
                    100,
                    1 + random.nextInt(4),
                    Duration.ofSeconds(10),
                    MAX_BACKLOG);
            IntStream.range(0, 20 + random.nextInt(100)).forEach(i -> records.add(record(i)));
            openNext(1 + random.nextInt(4));
            enqueuer = nextPod();
            reader = new SourceReader(enqueuer, records, settings);
        }

        private Enqueuer nextPod() {
            ProducerIdentity identity = new ProducerIdentity(QUEUE, new PodId("pod" + pods++), "n", KeyHash.XXH64);
            return new Enqueuer(identity, new Layouts(), log, loop, () -> false);
        }

        private NewJob record(int offset) {
            String key = "key" + random.nextInt(6);
            return new NewJob(new JobId("r" + offset), false, key, new byte[0], null, Map.of());
        }

        void play() {
            for (int step = 0; step < 200 && !reader.finished(); step++) {
                step();
            }
            log.weather(0, false);
            for (int rounds = 0; rounds < 1_000 && !reader.finished(); rounds++) {
                script.drain();
                reader.goOn(1 + random.nextInt(10));
                loop.tick(Duration.ofSeconds(1));
            }
            assertThat(reader.finished()).as("the file is read to its end").isTrue();
            // What is still on its way must not do harm either.
            loop.tick(Duration.ofMinutes(5));
            check();
        }

        private void step() {
            switch (random.nextInt(14)) {
                case 0, 1 -> log.weather(random.nextInt(101), random.nextInt(4) == 0);
                case 2 -> loop.tick(Duration.ofMillis(random.nextInt(3_000)));
                case 3 -> {
                    script.drain();
                    loop.tick(Duration.ofSeconds(random.nextInt(60)));
                }
                case 4 -> crash();
                case 5 -> resize();
                case 6 -> crashAndResize();
                default -> {
                    reader.goOn(1 + random.nextInt(10));
                    loop.tick(Duration.ofMillis(random.nextInt(60)));
                }
            }
        }

        /** The reader is gone; its commands may still be on their way. */
        private void crash() {
            reader.die();
            if (random.nextBoolean()) {
                // Killed: nothing of it is repeated any more. Otherwise its calls go on for a while.
                enqueuer.drain(Duration.ofSeconds(random.nextInt(30)));
            }
            enqueuer = nextPod();
            reader = new SourceReader(enqueuer, records, settings);
        }

        /** What the dead reader has sent can still run between two steps of the next one. */
        private void crashAndResize() {
            crash();
            reader.goOn(1 + random.nextInt(10));
            loop.tick(Duration.ofMillis(random.nextInt(1_000)));
            resize();
        }

        private void resize() {
            Layout last = layouts.get(layouts.size() - 1);
            IntStream.range(0, last.partitions()).forEach(p -> {
                script.open(new PartitionId(QUEUE, p), 0);
                loop.tick(Duration.ofMillis(random.nextInt(500)));
            });
            openNext(1 + random.nextInt(5));
        }

        private void openNext(int partitions) {
            Layout next = new Layout(layouts.size() + 1, partitions);
            IntStream.range(0, partitions).forEach(p -> script.open(new PartitionId(QUEUE, p), next.version()));
            layouts.add(next);
        }

        private void check() {
            Map<String, List<Integer>> byKey = new HashMap<>();
            script.added().stream()
                    .sorted(Comparator.comparingInt(ScriptModel.Added::layoutVersion)
                            .thenComparing(ScriptModel.Added::streamId))
                    .forEach(entry -> byKey.computeIfAbsent(entry.job().key(), any -> new ArrayList<>())
                            .add(Integer.parseInt(entry.job().id().value().substring(1))));
            Map<String, List<Integer>> expected = new HashMap<>();
            for (int offset = 0; offset < records.size(); offset++) {
                expected.computeIfAbsent(records.get(offset).key(), any -> new ArrayList<>())
                        .add(offset);
            }
            assertThat(byKey).isEqualTo(expected);
        }

        private final class Layouts implements LayoutReader {
            @Override
            public CompletionStage<Layout> current() {
                return history().thenApply(all -> all.get(all.size() - 1));
            }

            @Override
            public CompletionStage<List<Layout>> history() {
                CompletableFuture<List<Layout>> read = new CompletableFuture<>();
                loop.schedule(slowNowAndThen(), () -> {
                    List<Layout> found = List.copyOf(layouts);
                    loop.schedule(slowNowAndThen(), () -> {
                        if (log.fails()) {
                            read.completeExceptionally(new StoreException.Unavailable("lost", true, new Exception()));
                        } else {
                            read.complete(found);
                        }
                    });
                });
                return read;
            }

            @Override
            public CompletionStage<List<Earlier>> earlier() {
                throw new UnsupportedOperationException("no ids of callers here");
            }

            @Override
            public CompletionStage<Boolean> reopen(PartitionId partition, int version) {
                // No seal is lost here.
                return CompletableFuture.completedFuture(false);
            }

            /** A resize can begin and end meanwhile. */
            private Duration slowNowAndThen() {
                return Duration.ofMillis(random.nextInt(random.nextInt(3) == 0 ? 3_000 : 50));
            }
        }
    }
}
