package io.qbull.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.DeadLimits;
import io.qbull.config.EnqueueSettings;
import io.qbull.config.LeaseSettings;
import io.qbull.config.PumpSettings;
import io.qbull.config.RetrySettings;
import io.qbull.engine.QueueNode.Consumption;
import io.qbull.model.Capacity;
import io.qbull.model.Delivery;
import io.qbull.model.Due;
import io.qbull.model.Failure;
import io.qbull.model.JobFormat;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.WhenExhausted;
import io.qbull.partition.SuspectTurns;
import io.qbull.resize.Headroom;
import io.qbull.resize.Resizer;
import io.qbull.store.Store;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.PodLoop;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A queue that is resized again and again while jobs are added and run, in virtual time on a real Redis. Jobs fail, so that keys are held,
 * or are delayed; replies are lost and commands arrive late or twice; pods crash, leave and join. A program that knows of no resize adds
 * by the first layout all the time. Checked at each start of a job:
 *
 * <ul>
 *   <li>it has not ended before, unless the pod that it ended on has crashed;
 *   <li>all jobs of its key that were added before have ended, and none of them runs;
 *   <li>its failed attempts are counted, wherever it has failed.
 * </ul>
 *
 * <p>In the end each job is done or, if it never succeeds, buried.
 */
final class ResizeSimulation {
    static final QueueName QUEUE = new QueueName("SIM");
    private static final int MOST_PARTITIONS = 8;
    private static final int MAX_ATTEMPTS = 3;
    private static final int KEYS = 16;
    private static final Duration TTL = Duration.ofSeconds(10);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Duration BACKOFF = Duration.ofMillis(100);
    private static final EnqueueSettings ENQUEUE =
            new EnqueueSettings(LONG, JobFormat.NATIVE, 1 << 20, 512, 500, LONG, 0);

    private final ManualEventLoop world = new ManualEventLoop();
    private final Store real;
    private final Resp resp;
    private final Random random;
    private final boolean crashing;
    private final Deque<Integer> sizes;
    /** By which the program adds that knows of no resize. */
    private final Layout first;

    private final List<Pod> pods = new ArrayList<>();
    private final Set<String> gone = new HashSet<>();
    private final Map<String, Planned> jobs = new HashMap<>();
    private final Map<String, Planned> lastOfKey = new HashMap<>();
    private final Map<String, Planned> runningOfKey = new HashMap<>();
    private final Pod producer;
    private final Resizer resizer;
    private boolean faulty = true;
    private boolean resizing;
    private int unanswered;
    private int names;
    /** What was wrong first; a handler that throws is one that fails. */
    private @Nullable Throwable violation;

    /** A job, what it will do, and what has become of it. */
    private static final class Planned {
        final String id;
        final String key;
        final boolean delayed;
        final @Nullable Planned before;
        final int failures;
        int failed;
        boolean done;
        /** On which it ran last. */
        @Nullable
        Pod pod;

        Planned(String id, String key, boolean delayed, @Nullable Planned before, int failures) {
            this.id = id;
            this.key = key;
            this.delayed = delayed;
            this.before = before;
            this.failures = failures;
        }

        boolean hopeless() {
            return failures >= MAX_ATTEMPTS;
        }

        /** What it did last may be unknown to Redis. */
        boolean forgotten() {
            return pod != null && pod.crashed;
        }
    }

    /**
     * @param seed draws everything
     * @param real an empty store
     * @param resp to the same server
     * @param sizes the number of partitions, and those to which the queue is resized one after another
     */
    ResizeSimulation(long seed, Store real, Resp resp, List<Integer> sizes) {
        this.real = real;
        this.resp = resp;
        this.random = new Random(seed);
        this.crashing = random.nextBoolean();
        this.sizes = new ArrayDeque<>(sizes);
        this.first = new Layout(1, requireNonNull(this.sizes.poll()));
        this.producer = new Pod("producer", first.partitions());
        TravellingStore store = new TravellingStore(real, world, new PodLoop(world), random);
        store.faulty = true;
        this.resizer =
                new Resizer(store.store().resize(), new Headroom(store.store().examiner()));
        for (int i = 0; i < 2; i++) {
            join(first.partitions());
        }
    }

    void run() {
        for (int step = 0; step < 400 || !sizes.isEmpty() || resizing; step++) {
            assertThat(step).as("steps: a resize does not end").isLessThan(6_000);
            for (int count = step < 1_000 ? random.nextInt(6) : 0; count > 0; count--) {
                if (random.nextInt(3) == 0) {
                    addForeign();
                } else {
                    add();
                }
            }
            tick(random.nextInt(60));
            if (random.nextInt(40) == 0) {
                disturb();
            }
            if (random.nextInt(10) == 0) {
                resize();
            }
            expire();
        }
        faulty = false;
        producer.store.faulty = false;
        pods.forEach(pod -> pod.store.faulty = false);
        for (int step = 0; step < 4_000 && !settled(); step++) {
            tick(100);
            expire();
        }
        assertThat(unanswered).as("jobs that were not accepted").isZero();
        Set<String> dead = dead();
        jobs.values()
                .forEach(job -> assertThat(job.hopeless() ? dead.contains(job.id) : job.done)
                        .as("%s of %s is done, or buried if it never succeeds", job.id, job.key)
                        .isTrue());
        assertThat(dead)
                .hasSize((int) jobs.values().stream().filter(Planned::hopeless).count());
    }

    private void tick(int millis) {
        world.tick(Duration.ofMillis(millis));
        Throwable wrong = violation;
        if (wrong != null) {
            throw new AssertionError(wrong.getMessage(), wrong);
        }
    }

    private void check(Runnable assertion) {
        try {
            assertion.run();
        } catch (RuntimeException | Error e) {
            violation = violation == null ? e : violation;
        }
    }

    private boolean settled() {
        return unanswered == 0
                && jobs.values().stream().allMatch(job -> job.done || job.hopeless())
                && dead().size()
                        == jobs.values().stream().filter(Planned::hopeless).count();
    }

    private void resize() {
        if (resizing) {
            return;
        }
        Integer next = sizes.peek();
        if (next == null) {
            return;
        }
        resizing = true;
        resizer.begin(QUEUE, next).whenComplete((beginning, failure) -> {
            boolean begun =
                    beginning instanceof Resizer.Beginning.UnderWay || beginning instanceof Resizer.Beginning.Same;
            if (begun) {
                sizes.poll();
                advance();
            } else {
                resizing = false;
            }
        });
    }

    /** Any pod may do that; here it is the one that has begun it. */
    private void advance() {
        world.schedule(
                Duration.ofMillis(random.nextInt(200)),
                () -> resizer.advance(QUEUE).whenComplete((status, failure) -> {
                    if (status != null && status.progress() == null) {
                        resizing = false;
                    } else {
                        advance();
                    }
                }));
    }

    /** A program that knows no seals adds a job by the first layout, whatever has become of that. */
    private void addForeign() {
        String key = "f" + random.nextInt(KEYS);
        Planned job = plan(key, false);
        String stream = QUEUE + ":" + first.indexOf(KeyHash.XXH64, key);
        if (random.nextBoolean()) {
            String json = "{\"job_id\": \"" + job.id + "\", \"to\": \"" + key + "\"}";
            resp.call("XADD", stream, "*", "job", json);
        } else {
            resp.call("XADD", stream, "*", "id", job.id, "key", key, "body", "");
        }
    }

    private void add() {
        boolean delayed = random.nextInt(12) == 0;
        String key = (delayed ? "d" : "k") + random.nextInt(KEYS);
        Planned job = plan(key, delayed);
        NewJob added = new NewJob(new JobId(job.id), true, key, new byte[0], null, Map.of());
        unanswered++;
        producer.node
                .enqueue(delayed ? added.due(new Due.In(Duration.ofMillis(random.nextInt(300)))) : added, ENQUEUE)
                .whenComplete((answer, failure) -> check(() -> {
                    assertThat(failure).as("why %s was not accepted", job.id).isNull();
                    assertThat(answer.duplicate())
                            .as("%s is a duplicate", job.id)
                            .isFalse();
                    unanswered--;
                }));
    }

    private Planned plan(String key, boolean delayed) {
        int fate = random.nextInt(40);
        int failures = fate == 0 ? MAX_ATTEMPTS : fate < 8 ? 1 + random.nextInt(MAX_ATTEMPTS - 1) : 0;
        Planned job = new Planned("j" + jobs.size(), key, delayed, delayed ? null : lastOfKey.get(key), failures);
        jobs.put(job.id, job);
        if (!delayed) {
            lastOfKey.put(key, job);
        }
        return job;
    }

    private void disturb() {
        Pod pod = pods.get(random.nextInt(pods.size()));
        int what = random.nextInt(4);
        if (what == 0 && pods.size() < 4) {
            join(1);
        } else if (what == 1 && pods.size() > 1) {
            pods.remove(pod);
            pod.node.drain().thenAccept(left -> pod.stop());
        } else if (what > 1 && crashing) {
            pods.remove(pod);
            pod.crash();
            join(1);
        }
    }

    private void join(int partitions) {
        Pod pod = new Pod("pod" + names++, partitions);
        pods.add(pod);
        pod.consume();
    }

    /** The leases and the registrations of pods that are gone have expired by now. */
    private void expire() {
        for (int index = 0; index < MOST_PARTITIONS && !gone.isEmpty(); index++) {
            String lease = "{" + QUEUE + ":" + index + "}:lease";
            Object owner = resp.call("HGET", lease, "owner");
            if (owner instanceof String name && gone.stream().anyMatch(pod -> name.startsWith(pod + "#"))) {
                resp.call("HSET", lease, "expires", "1");
            }
        }
        gone.forEach(pod -> resp.call("HDEL", "{" + QUEUE + "}:pods", pod));
    }

    private Set<String> dead() {
        Set<String> dead = new HashSet<>();
        for (int index = 0; index < MOST_PARTITIONS; index++) {
            for (Object letter : resp.list("XRANGE", "{" + QUEUE + ":" + index + "}:dead", "-", "+")) {
                List<?> fields = (List<?>) ((List<?>) letter).get(1);
                int original = fields.indexOf("job");
                dead.add(
                        original < 0
                                ? (String) fields.get(fields.indexOf("id") + 1)
                                : ((String) fields.get(original + 1)).split("\"", -1)[3]);
            }
        }
        return dead;
    }

    /** A pod, from its start to its end. */
    private final class Pod {
        final String name;
        final PodLoop loop = new PodLoop(world);
        final TravellingStore store;
        final QueueNode node;
        boolean crashed;

        Pod(String name, int partitions) {
            this.name = name;
            this.store = new TravellingStore(real, world, loop, random);
            this.store.faulty = faulty;
            this.node = QueueNodes.open(
                    new QueueNode.Identity(QUEUE, new PodId(name), KeyHash.XXH64, partitions, false),
                    store.store(),
                    loop,
                    new SuspectTurns());
        }

        void consume() {
            RetrySettings retry = new RetrySettings(
                    MAX_ATTEMPTS,
                    Duration.ZERO,
                    BACKOFF,
                    2,
                    BACKOFF.multipliedBy(3),
                    WhenExhausted.BURY,
                    1000,
                    Duration.ZERO);
            int concurrency = List.of(1, 4, 16).get(random.nextInt(3));
            node.consume(
                    new Consumption(
                            new LeaseSettings(Capacity.FAIR_SHARE, 16, true, Duration.ofSeconds(1), TTL),
                            new PumpSettings(
                                    concurrency,
                                    List.of(2, 16, 128).get(random.nextInt(3)),
                                    1 << 20,
                                    Duration.ofMillis(5),
                                    retry,
                                    Duration.ofSeconds(10),
                                    LONG),
                            LONG,
                            DeadLimits.NONE),
                    this::handle,
                    task -> loop.schedule(Duration.ofMillis(random.nextInt(5)), task));
        }

        private void handle(Delivery delivery, JobHandler.Outcome outcome) {
            Planned job = requireNonNull(jobs.get(delivery.job().id().value()));
            ResizeSimulation.this.check(() -> check(job, delivery));
            job.pod = this;
            runningOfKey.put(job.key, job);
            loop.schedule(Duration.ofMillis(random.nextInt(40)), () -> {
                runningOfKey.remove(job.key, job);
                if (delivery.attempt() <= job.failures) {
                    job.failed = delivery.attempt();
                    outcome.failed(Failure.of("as planned"));
                } else {
                    job.done = true;
                    outcome.completed();
                }
            });
        }

        private void check(Planned job, Delivery delivery) {
            if (job.forgotten()) {
                assertThat(delivery.attempt()).as("attempt of %s", job.id).isBetween(1, job.failed + 1);
            } else {
                assertThat(job.done)
                        .as("%s of %s starts again", job.id, job.key)
                        .isFalse();
                assertThat(delivery.attempt())
                        .as("attempt of %s of %s", job.id, job.key)
                        .isEqualTo(job.failed + 1);
            }
            Planned company = job.delayed ? null : runningOfKey.get(job.key);
            assertThat(company == null ? null : company.id + " on " + requireNonNull(company.pod).name)
                    .as("runs beside %s with the same key %s", job.id, job.key)
                    .isNull();
            for (Planned before = job.before; before != null; before = before.before) {
                assertThat(before.done || (before.hopeless() && dead().contains(before.id)))
                        .as("%s of %s starts before %s has ended", job.id, job.key, before.id)
                        .isTrue();
            }
        }

        void crash() {
            crashed = true;
            stop();
            runningOfKey.values().removeIf(job -> job.pod == this);
        }

        void stop() {
            loop.crash();
            gone.add(name);
        }
    }
}
