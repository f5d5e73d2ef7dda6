package io.qbull.enqueue;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFormat;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.store.JobLog;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.StoreException;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * One producer, a source that it reads, and resizes in a row; between any two of their steps anything may happen to a call: it runs and
 * is answered, it runs and the reply is lost, it runs later, after its repeat, or never. Callers add jobs again whose ids they gave. No
 * job may be lost, doubled or overtaken by a later one of its key.
 */
class ChangeOverSimulationTest extends SeededSimulation {
    private static final QueueName QUEUE = new QueueName("Q");

    @Test
    void no_job_is_lost_doubled_or_overtaken_when_a_producer_changes_over() {
        play("changeOverSimulation.runs", 2_000, 100_000, seed -> new Run(seed).play());
    }

    /** An attempt of a call that is not answered yet. */
    private record Flight(JobLog.Call call, CompletableFuture<JobLog.Answer> end) {}

    /** A question that is not answered yet. */
    private record Question(PartitionId partition, List<JobId> ids, CompletableFuture<Set<JobId>> end) {}

    private static final class Run {
        private final Random random;
        private final ManualEventLoop loop = new ManualEventLoop();
        private final ScriptModel script = new ScriptModel(loop);
        private final List<Flight> flights = new ArrayList<>();
        /** Their producer was told that their fate is unknown. */
        private final List<JobLog.Call> late = new ArrayList<>();

        private final List<Question> questions = new ArrayList<>();

        private final List<Runnable> reads = new ArrayList<>();
        private final List<Earlier> earlier = new ArrayList<>();
        private final List<Layout> layouts = new ArrayList<>(List.of(new Layout(1, 2)));
        /** Whose partitions are being sealed and opened; null between two resizes. */
        private @Nullable Layout next;

        private int sealed;
        private final Enqueuer enqueuer;
        private final EnqueueSettings settings;
        private final List<CompletableFuture<Enqueued>> added = new ArrayList<>();
        private final List<CompletableFuture<Enqueued>> repeated = new ArrayList<>();
        private final List<NewJob> jobs = new ArrayList<>();
        private final List<NewJob> records = new ArrayList<>();
        private final SourceReader reader;

        Run(long seed) {
            random = new Random(seed);
            settings = new EnqueueSettings(
                    Duration.ofDays(1), JobFormat.NATIVE, 100, 100, 1 + random.nextInt(4), Duration.ofHours(1), 0);
            ProducerIdentity identity = new ProducerIdentity(QUEUE, new PodId("pod"), "n", KeyHash.XXH64);
            enqueuer = new Enqueuer(identity, new Layouts(), new Network(), loop, () -> false);
            IntStream.range(0, random.nextInt(25)).forEach(i -> records.add(job("r" + i)));
            reader = new SourceReader(enqueuer, records, settings);
            open(layouts.get(0));
        }

        private NewJob job(String id) {
            return new NewJob(
                    new JobId(id), random.nextBoolean(), "key" + random.nextInt(4), new byte[0], null, Map.of());
        }

        void play() {
            for (int step = 0; step < 80; step++) {
                step(random.nextInt(19));
                loop.run();
            }
            while (next != null) {
                resize();
            }
            for (int round = 0; round < 200 && !finished(); round++) {
                while (!flights.isEmpty()) {
                    answer();
                    loop.run();
                }
                while (!questions.isEmpty()) {
                    answerQuestion();
                    loop.run();
                }
                answerReads();
                reader.goOn(1 + random.nextInt(5));
                loop.tick(Duration.ofMillis(500));
            }
            while (!late.isEmpty()) {
                runLate();
            }
            check();
        }

        private boolean finished() {
            return reader.finished()
                    && Stream.of(added, repeated).flatMap(List::stream).allMatch(CompletableFuture::isDone);
        }

        private void step(int what) {
            switch (what) {
                case 0, 1, 2 -> IntStream.rangeClosed(0, random.nextInt(3)).forEach(i -> submit());
                case 3, 4 -> reader.goOn(1 + random.nextInt(5));
                case 5, 6, 7 -> answer();
                case 8 -> {
                    Flight flight = pick();
                    if (flight != null) {
                        script.run(flight.call());
                        flight.end().completeExceptionally(unavailable(true));
                    }
                }
                case 9 -> {
                    Flight flight = pick();
                    if (flight != null) {
                        late.add(flight.call());
                        flight.end().completeExceptionally(unavailable(true));
                    }
                }
                case 10 -> {
                    Flight flight = pick();
                    if (flight != null) {
                        flight.end().completeExceptionally(unavailable(false));
                    }
                }
                case 11 -> runLate();
                case 12, 13 -> resize();
                case 14 -> {
                    answerReads();
                    if (random.nextBoolean()) {
                        enqueuer.layoutChanged(current());
                    }
                }
                case 15, 16 -> answerQuestion();
                case 17 -> repeat();
                default -> loop.tick(Duration.ofMillis(random.nextInt(400)));
            }
        }

        private void submit() {
            NewJob job = job("j" + jobs.size());
            jobs.add(job);
            added.add(enqueuer.enqueue(job, settings).toCompletableFuture());
        }

        /** Callers come again with their own ids, perhaps before they were answered. */
        private void repeat() {
            for (int times = random.nextInt(3); times >= 0 && !jobs.isEmpty(); times--) {
                NewJob job = jobs.get(random.nextInt(jobs.size()));
                if (job.callerId()) {
                    repeated.add(enqueuer.enqueue(job, settings).toCompletableFuture());
                }
            }
        }

        private void answerQuestion() {
            if (!questions.isEmpty()) {
                Question question = questions.remove(random.nextInt(questions.size()));
                if (random.nextInt(4) == 0) {
                    question.end().completeExceptionally(unavailable(random.nextBoolean()));
                } else {
                    question.end().complete(script.known(question.partition(), question.ids()));
                }
            }
        }

        private @Nullable Flight pick() {
            return flights.isEmpty() ? null : flights.remove(random.nextInt(flights.size()));
        }

        private void answer() {
            Flight flight = pick();
            if (flight != null) {
                flight.end().complete(script.run(flight.call()));
            }
        }

        private void runLate() {
            if (!late.isEmpty()) {
                script.run(late.remove(random.nextInt(late.size())));
            }
        }

        private void answerReads() {
            List<Runnable> all = List.copyOf(reads);
            reads.clear();
            all.forEach(Runnable::run);
        }

        private Layout current() {
            return layouts.get(layouts.size() - 1);
        }

        /** One step: seal a partition, open the new ones, or turn the new layout current. */
        private void resize() {
            Layout coming = next;
            if (coming == null) {
                next = new Layout(current().version() + 1, 1 + random.nextInt(4));
                sealed = 0;
            } else if (sealed < current().partitions()) {
                script.open(new PartitionId(QUEUE, sealed++), 0);
            } else if (sealed == current().partitions()) {
                open(coming);
                sealed++;
            } else {
                Instant until = script.lastExpiry(QUEUE, current());
                if (!until.equals(Instant.MIN)) {
                    earlier.add(new Earlier(current(), Duration.ZERO, Duration.between(loop.now(), until)));
                }
                layouts.add(coming);
                next = null;
            }
        }

        private void open(Layout layout) {
            IntStream.range(0, layout.partitions())
                    .forEach(p -> script.open(new PartitionId(QUEUE, p), layout.version()));
        }

        private void check() {
            assertThat(added).allSatisfy(end -> assertThat(end).isCompletedWithValueMatching(job -> !job.duplicate()));
            assertThat(repeated).allSatisfy(end -> assertThat(end).isCompletedWithValueMatching(Enqueued::duplicate));
            assertThat(reader.finished()).as("the file is read to its end").isTrue();
            assertThat(byKey(script.added().stream()
                            .sorted(Comparator.comparingInt(ScriptModel.Added::layoutVersion)
                                    .thenComparing(ScriptModel.Added::streamId))
                            .map(ScriptModel.Added::job)
                            .toList()))
                    .isEqualTo(byKey(jobs, records));
        }

        /** The jobs of each key, apart from the records, because neither of them waits for the other. */
        @SafeVarargs
        private static Map<String, List<String>> byKey(List<NewJob>... all) {
            Map<String, List<String>> byKey = new HashMap<>();
            for (List<NewJob> each : all) {
                for (NewJob job : each) {
                    String id = job.id().value();
                    byKey.computeIfAbsent(id.charAt(0) + job.key(), any -> new ArrayList<>())
                            .add(id);
                }
            }
            return byKey;
        }

        private static StoreException unavailable(boolean sent) {
            return new StoreException.Unavailable("lost", sent, new Exception());
        }

        private final class Network implements EnqueueOnlyJobLog {
            @Override
            public CompletionStage<Answer> enqueue(Call call) {
                Flight flight = new Flight(call, new CompletableFuture<>());
                flights.add(flight);
                return flight.end();
            }

            @Override
            public CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids) {
                Question question = new Question(partition, ids, new CompletableFuture<>());
                questions.add(question);
                return question.end();
            }

            @Override
            public CompletionStage<Map<Integer, Long>> progress(
                    PartitionId partition, SourceId source, Duration lifetime) {
                return CompletableFuture.completedFuture(script.progress(partition, source));
            }
        }

        private final class Layouts implements LayoutReader {
            @Override
            public CompletionStage<Layout> current() {
                CompletableFuture<Layout> read = new CompletableFuture<>();
                reads.add(() -> read.complete(Run.this.current()));
                return read;
            }

            @Override
            public CompletionStage<List<Layout>> history() {
                return CompletableFuture.completedFuture(List.copyOf(layouts));
            }

            @Override
            public CompletionStage<List<Earlier>> earlier() {
                CompletableFuture<List<Earlier>> read = new CompletableFuture<>();
                reads.add(() -> {
                    if (random.nextInt(4) == 0) {
                        read.completeExceptionally(unavailable(true));
                    } else {
                        read.complete(List.copyOf(earlier));
                    }
                });
                return read;
            }

            @Override
            public CompletionStage<Boolean> reopen(PartitionId partition, int version) {
                script.reopen(partition, version);
                return CompletableFuture.completedFuture(true);
            }
        }
    }
}
