package io.qbull.enqueue;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random outages, lost replies, late executions, full backlogs and layout changes between two producers and a model of the enqueue
 * script, while callers add jobs again. A job is added once within the window, and again after it.
 */
class EnqueueSimulationTest extends SeededSimulation {
    private static final QueueName QUEUE = new QueueName("Q");
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_BACKLOG = 20;
    private static final List<Duration> WINDOWS =
            List.of(Duration.ofSeconds(20), Duration.ofMinutes(2), Duration.ofMinutes(10));
    private static final Duration LATENESS = Duration.ofMillis(50);

    @Test
    void no_accepted_job_is_lost_or_doubled_and_each_key_keeps_its_order() {
        play("enqueueSimulation.runs", 40, 1_000, seed -> new Run(seed).play());
    }

    /** What the callers saw of one job: through which producer, and when, it was added. */
    private record Submission(NewJob job, int producer, Instant at, CompletableFuture<Enqueued> end, boolean repeat) {}

    private static final class Run {
        private final Random random;
        private final ManualEventLoop loop = new ManualEventLoop();
        private final ScriptModel script = new ScriptModel(loop);
        private final UnreliableJobLog log;
        private final List<Enqueuer> enqueuers;
        private final Duration window;
        private final List<Submission> submissions = new ArrayList<>();
        private final Map<String, Duration> lateness = new HashMap<>();
        private final Map<Integer, Layout> layouts = new HashMap<>();
        /** When the last id is forgotten that was added by an earlier version. */
        private final Map<Integer, Instant> lastExpiries = new HashMap<>();

        private Layout layout = new Layout(1, 2);
        private int troublePercent;

        Run(long seed) {
            random = new Random(seed);
            window = WINDOWS.get(random.nextInt(WINDOWS.size()));
            log = new UnreliableJobLog(script, loop, random);
            enqueuers = Stream.of("pod-1", "pod-2").map(this::enqueuer).toList();
            open(layout);
        }

        private Enqueuer enqueuer(String pod) {
            ProducerIdentity identity = new ProducerIdentity(QUEUE, new PodId(pod), "n", KeyHash.XXH64);
            return new Enqueuer(identity, new Layouts(), log, loop, () -> false);
        }

        void play() {
            for (int step = 0; step < 300; step++) {
                step();
            }
            log.weather(0, false);
            troublePercent = 0;
            loop.tick(Duration.ofMinutes(3));
            script.drain();
            Submission last = submit(newJob(), false);
            loop.tick(Duration.ofSeconds(2));
            assertThat(last.end()).as("after the outage").isCompleted();
            check();
            for (Enqueuer enqueuer : enqueuers) {
                CompletionStage<Void> closed = enqueuer.drain(Duration.ZERO);
                loop.run();
                assertThat(closed.toCompletableFuture()).isCompleted();
            }
        }

        private void step() {
            switch (random.nextInt(14)) {
                case 0 -> {
                    troublePercent = random.nextInt(101);
                    log.weather(troublePercent, random.nextInt(4) == 0);
                }
                case 1, 2 -> loop.tick(Duration.ofMillis(random.nextInt(3_000)));
                case 3 -> {
                    script.drain();
                    loop.tick(Duration.ofSeconds(random.nextInt(60)));
                }
                case 4 -> loop.tick(random.nextInt(20) == 0 ? Duration.ofMinutes(31) : Duration.ZERO);
                case 5, 13 -> repeat();
                case 11 -> script.loseSeal(new PartitionId(QUEUE, random.nextInt(layout.partitions())));
                case 12 -> resizes();
                default -> {
                    IntStream.range(0, 1 + random.nextInt(4)).forEach(i -> submit(newJob(), false));
                    loop.tick(Duration.ofMillis(random.nextInt(30)));
                }
            }
        }

        private NewJob newJob() {
            String id = "job" + submissions.size();
            String key = "key" + random.nextInt(4);
            return new NewJob(new JobId(id), random.nextBoolean(), key, new byte[0], null, Map.of());
        }

        private Submission submit(NewJob job, boolean repeat) {
            EnqueueSettings settings = new EnqueueSettings(
                    window, JobFormat.NATIVE, 100, 100, 1 + random.nextInt(4), TIMEOUT, MAX_BACKLOG);
            long at = loop.nanoTime();
            int producer = random.nextInt(enqueuers.size());
            Instant now = loop.now();
            CompletionStage<Enqueued> end = enqueuers.get(producer).enqueue(job, settings);
            end.whenComplete((ok, failure) -> lateness.merge(
                    job.id().value(), Duration.ofNanos(loop.nanoTime() - at), (a, b) -> a.compareTo(b) > 0 ? a : b));
            Submission submission = new Submission(job, producer, now, end.toCompletableFuture(), repeat);
            submissions.add(submission);
            return submission;
        }

        /** Callers come again with their own ids, most of them soon. */
        private void repeat() {
            for (int times = random.nextInt(4); times >= 0 && !submissions.isEmpty(); times--) {
                int recent = random.nextBoolean() ? submissions.size() : Math.min(10, submissions.size());
                Submission earlier = submissions.get(submissions.size() - 1 - random.nextInt(recent));
                if (earlier.job().callerId()) {
                    submit(earlier.job(), true);
                }
            }
        }

        /** Grows or shrinks the queue, perhaps several times in a row. */
        private void resizes() {
            for (int times = random.nextInt(3); times >= 0; times--) {
                resize();
            }
        }

        private void resize() {
            Layout next = new Layout(layout.version() + 1, 1 + random.nextInt(5));
            IntStream.range(0, layout.partitions()).forEach(p -> script.open(new PartitionId(QUEUE, p), 0));
            loop.tick(Duration.ofMillis(random.nextInt(2_000)));
            open(next);
            loop.tick(Duration.ofMillis(random.nextInt(2_000)));
            lastExpiries.put(layout.version(), script.lastExpiry(QUEUE, layout));
            layout = next;
            if (random.nextBoolean()) {
                // Another part of the node has learned of it.
                loop.schedule(
                        Duration.ofMillis(random.nextInt(3_000)),
                        () -> enqueuers.forEach(each -> each.layoutChanged(next)));
            }
        }

        private void open(Layout opened) {
            layouts.put(opened.version(), opened);
            IntStream.range(0, opened.partitions())
                    .forEach(p -> script.open(new PartitionId(QUEUE, p), opened.version()));
        }

        private final class Layouts implements LayoutReader {
            @Override
            public CompletionStage<Layout> current() {
                CompletableFuture<Layout> read = new CompletableFuture<>();
                boolean fails = random.nextInt(100) < troublePercent;
                loop.schedule(Duration.ofMillis(random.nextInt(50)), () -> {
                    if (fails) {
                        read.completeExceptionally(new StoreException.Unavailable("lost", true, new Exception()));
                    } else {
                        read.complete(layout);
                    }
                });
                return read;
            }

            @Override
            public CompletionStage<List<Layout>> history() {
                throw new UnsupportedOperationException("no sources here");
            }

            @Override
            public CompletionStage<List<Earlier>> earlier() {
                CompletableFuture<List<Earlier>> read = new CompletableFuture<>();
                boolean fails = random.nextInt(100) < troublePercent;
                loop.schedule(Duration.ofMillis(random.nextInt(50)), () -> {
                    if (fails) {
                        read.completeExceptionally(new StoreException.Unavailable("lost", true, new Exception()));
                    } else {
                        read.complete(remembered());
                    }
                });
                return read;
            }

            private List<Earlier> remembered() {
                return lastExpiries.entrySet().stream()
                        .filter(each -> each.getValue().isAfter(loop.now()))
                        .map(each -> new Earlier(
                                requireNonNull(layouts.get(each.getKey())),
                                Duration.ZERO,
                                Duration.between(loop.now(), each.getValue())))
                        .toList();
            }

            @Override
            public CompletionStage<Boolean> reopen(PartitionId partition, int version) {
                CompletableFuture<Boolean> opened = new CompletableFuture<>();
                boolean fails = random.nextInt(100) < troublePercent;
                loop.schedule(Duration.ofMillis(random.nextInt(2_000)), () -> {
                    script.reopen(partition, version);
                    if (fails) {
                        opened.completeExceptionally(new StoreException.Unavailable("lost", true, new Exception()));
                    } else {
                        opened.complete(true);
                    }
                });
                return opened;
            }
        }

        private void check() {
            Map<String, List<Submission>> byId = new HashMap<>();
            for (Submission submission : submissions) {
                String id = submission.job().id().value();
                byId.computeIfAbsent(id, any -> new ArrayList<>()).add(submission);
            }
            byId.forEach(this::checkJob);
            script.added().forEach(this::checkPlace);
            checkOrder();
            assertThat(lateness.values())
                    .allSatisfy(waited -> assertThat(waited).isLessThanOrEqualTo(TIMEOUT.plus(LATENESS)));
        }

        private void checkJob(String id, List<Submission> all) {
            List<ScriptModel.Added> entries = script.entriesOf(id);
            checkWindows(entries);
            boolean maybe = false;
            for (Submission submission : all) {
                assertThat(submission.end()).as(id).isDone();
                EnqueueException failure = failureOf(submission);
                if (failure == null) {
                    Enqueued told = submission.end().join();
                    assertThat(entries)
                            .as("accepted: " + told)
                            .anyMatch(entry -> told.duplicate()
                                    ? entry.at().plus(window).isAfter(submission.at())
                                    : entry.streamId().equals(told.streamId())
                                            && entry.partition().equals(told.partition()));
                    maybe = true;
                } else {
                    maybe |= failure.kind() == EnqueueException.Kind.UNKNOWN;
                }
            }
            if (!maybe) {
                assertThat(entries).as("refused for sure: " + all).isEmpty();
            }
        }

        private void checkWindows(List<ScriptModel.Added> entries) {
            for (int i = 1; i < entries.size(); i++) {
                assertThat(Duration.between(
                                entries.get(i - 1).at(), entries.get(i).at()))
                        .as("added twice: " + entries)
                        .isGreaterThanOrEqualTo(window);
            }
        }

        private void checkPlace(ScriptModel.Added entry) {
            Layout then = layouts.get(entry.layoutVersion());
            assertThat(then).isNotNull();
            if (then != null) {
                assertThat(entry.partition())
                        .isEqualTo(then.partitionOf(
                                QUEUE, KeyHash.XXH64, entry.job().key()));
            }
        }

        /**
         * By layout version, then by the stream: no job that a producer got before another one of the same key stands behind it.
         */
        private void checkOrder() {
            Map<String, Integer> submitted = new HashMap<>();
            IntStream.range(0, submissions.size())
                    .filter(i -> !submissions.get(i).repeat())
                    .forEach(i -> submitted.put(submissions.get(i).job().id().value(), i));
            List<String> repeated = submissions.stream()
                    .filter(Submission::repeat)
                    .map(submission -> submission.job().id().value())
                    .toList();
            Map<String, List<Integer>> byKey = new HashMap<>();
            script.added().stream()
                    .sorted(Comparator.comparingInt(ScriptModel.Added::layoutVersion)
                            .thenComparing(ScriptModel.Added::streamId))
                    .filter(entry -> !repeated.contains(entry.job().id().value()))
                    .forEach(entry -> {
                        int index =
                                requireNonNull(submitted.get(entry.job().id().value()));
                        String line = submissions.get(index).producer() + " "
                                + entry.job().key();
                        byKey.computeIfAbsent(line, any -> new ArrayList<>()).add(index);
                    });
            byKey.forEach((key, order) -> assertThat(order).as(key).isSorted());
        }

        private static @Nullable EnqueueException failureOf(Submission submission) {
            if (!submission.end().isCompletedExceptionally()) {
                return null;
            }
            try {
                submission.end().join();
                return null;
            } catch (CompletionException e) {
                return (EnqueueException) e.getCause();
            }
        }
    }
}
