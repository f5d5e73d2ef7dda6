package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.PumpSettings;
import io.qbull.config.RetrySettings;
import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.Lease;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.model.WhenExhausted;
import io.qbull.partition.SimulatedResize.Arriving;
import io.qbull.store.HeldJobs;
import io.qbull.store.JobLog;
import io.qbull.store.Reachability;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.PodLoop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Real pumps of one partition that follow each other as owners, in virtual time: jobs fail or never succeed, replies are lost and
 * commands arrive late. In half of the runs many jobs wait, and in half of them there is no room for held jobs now and then. In half of
 * the runs pods crash, stand still and hand over. In some of these people retry and drop held jobs, and exhausted jobs may wait for that.
 * In the other half one job kills its pods, and nothing else does. Owners run 1, 4 or 64 keys side by side, by turns from seed to seed; in
 * half of the runs one key has most of the jobs, and in half of them most jobs end at once. In half of the runs people pause and resume
 * the partition and its keys. In half of the runs jobs of other partitions come by resizes. Checked at each start of a job:
 *
 * <ul>
 *   <li>no more run under an owner than may;
 *   <li>no more are started and not committed than the next owner looks for;
 *   <li>one that ran when its owner was gone without a word runs alone, until it has ended once;
 *   <li>it is not done and removed, and not buried;
 *   <li>the job before it with the same key is done, buried or dropped;
 *   <li>it does not start twice if nothing has happened that explains it;
 *   <li>it has not used up its attempts;
 *   <li>neither the partition nor its key is paused.
 * </ul>
 *
 * <p>At any time a job that can run does run before long; {@link LivenessOracle} says what that means.
 *
 * <p>In the end every job is done, except that those that never succeed and those that kill are buried, the latter after exactly as
 * many crashes as are allowed. No more jobs of a key are missing than people asked to drop.
 */
final class PumpSimulation {
    private static final int MAX_ATTEMPTS = 3;
    private static final int MAX_CRASHES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration BACKOFF = Duration.ofMillis(40);

    private final ManualEventLoop world = new ManualEventLoop();
    private final Random random;
    private final Backend backend;
    private final Map<String, Planned> jobs = new HashMap<>();
    private final Map<String, Planned> lastOfKey = new HashMap<>();
    /** The jobs of each key in order, without the first ones that are done or gone. */
    private final Map<String, Deque<Planned>> ahead = new HashMap<>();

    private final int concurrency;
    private final int keys;
    /** One key has most of the jobs. */
    private final boolean hot;
    /** Most jobs end before their handler returns. */
    private final boolean swift;

    private final int prefetch;
    /** How much of the stream a pod may keep in memory, in bytes. */
    private final long memory;

    private final boolean pausing;
    /** What is paused now. */
    private boolean allPaused;

    private final Set<String> keysPaused = new HashSet<>();

    private final @Nullable SimulatedResize resize;
    private final boolean killing;
    private final boolean people;
    private final boolean holding;
    /** Now and then there is no room for held jobs. */
    private final boolean cramped;
    /** The longest that a job runs (ms). */
    private final int longest;
    /** How often people asked to drop a job of a key. */
    private final Map<String, Integer> drops = new HashMap<>();

    private @Nullable Pod owner;
    private boolean faulty;
    private final boolean crowded;
    /** Something has happened after which jobs may run again. */
    private boolean struck;

    private int pods;
    /** The last owner left without a word. */
    private boolean afterCrash;

    /** Where the data is. Commands are carried out when they are called. */
    interface Backend {
        /** The lease goes to a new owner; all others are fenced. */
        Lease grant(String pod);

        void add(String id, String key);

        /** A marker is added: what is added behind it waits until its version starts. */
        void mark(int version);

        /** Jobs come from another partition. */
        void copy(Segment segment, List<Arriving> jobs);

        /** The jobs behind the marker may run. */
        void start(int version);

        /** A person asks for something about the first held job of a key, whichever that is then. */
        void ask(String verb, String key);

        JobLog jobs();

        HeldJobs held();

        /** Whether there is no room for held jobs from now on. */
        void full(boolean now);

        /** Ids of the buried jobs. */
        List<String> dead();

        /** How many failures were recorded of each job that has failed, as far as that is known. */
        Map<String, Integer> failures();

        /** Ids of the jobs that are left, in the log or held. */
        Set<String> left();
    }

    /** A job, what it will do, and what has become of it. */
    private static final class Planned {
        final String id;
        final String key;
        final @Nullable Planned before;
        /** It is not in the partition yet. */
        boolean away;
        /** It stands behind a marker whose version has not started. */
        boolean gated;

        int failures;
        boolean hopeless;
        boolean killer;
        int failed;
        int crashes;
        boolean done;
        boolean removed;
        /** Its owner was gone while it ran: it may be what took it down. */
        boolean suspect;
        /** The owner that has started it last. */
        @Nullable
        Pod owner;

        Planned(String id, String key, @Nullable Planned before) {
            this.id = id;
            this.key = key;
            this.before = before;
        }
    }

    PumpSimulation(long seed, Backend backend) {
        this(seed, backend, false);
    }

    /**
     * @param crowded whether nothing goes wrong but that one key has most of many jobs, so that only a pump that stops keeps others waiting
     */
    PumpSimulation(long seed, Backend backend, boolean crowded) {
        this.crowded = crowded;
        this.random = new Random(seed);
        this.backend = backend;
        this.concurrency = List.of(1, 4, 64).get(Math.floorMod(seed, 3));
        this.keys = concurrency == 1 ? 4 : List.of(2, 4, 20).get(random.nextInt(3));
        this.hot = crowded || random.nextBoolean();
        this.swift = !crowded && random.nextBoolean();
        this.prefetch = List.of(1, 2, 4, 8, 128).get(random.nextInt(5));
        this.memory = crowded
                ? 1L << 30
                : List.of(1L, 3_000L, 1L << 30, 1L << 30, 1L << 30, 1L << 30).get(random.nextInt(6));
        this.killing = !crowded && random.nextBoolean();
        this.people = !crowded && !killing && random.nextBoolean();
        this.holding = people && random.nextBoolean();
        this.pausing = random.nextBoolean();
        this.resize = !crowded && random.nextBoolean() ? new SimulatedResize(random, backend, new Arrivals()) : null;
        this.cramped = !crowded && random.nextBoolean();
        this.faulty = !crowded;
        this.longest = cramped ? List.of(20, 20, 200).get(random.nextInt(3)) : 20;
    }

    void run(int steps) {
        if (crowded || random.nextBoolean()) {
            // More than an owner reads at a time.
            IntStream.range(0, random.nextInt(4) * 100).forEach(any -> addJob());
        }
        takeOver();
        for (int step = 0; step < steps; step++) {
            if (cramped && random.nextInt(10) == 0) {
                backend.full(random.nextInt(3) > 0);
            }
            for (int count = random.nextInt(4); count > 0; count--) {
                addJob();
            }
            world.tick(Duration.ofMillis(random.nextInt(30)));
            checkLiveness();
            if (!crowded) {
                disturb();
            }
            if (resize != null && resize.step()) {
                ring();
            }
            if (people && random.nextInt(8) == 0) {
                ask(random.nextBoolean() ? "retry" : "drop", key());
            }
            if (pausing && random.nextInt(12) == 0) {
                pauseOrResume();
            }
        }
        if (resize != null) {
            resize.finish();
            ring();
        }
        faulty = false;
        allPaused = false;
        keysPaused.clear();
        if (owner != null) {
            owner.hearOfPauses();
        }
        backend.full(cramped && random.nextBoolean());
        Pod last = owner;
        if (last != null && !killing && !crowded) {
            // The next owner suspects no job, so nothing keeps keys from running side by side.
            last.leave();
        }
        for (int step = 0; step < 20_000 && !settled(); step++) {
            world.tick(Duration.ofMillis(50));
            checkLiveness();
            if (owner == null) {
                takeOver();
            }
            if (holding && step % 20 == 19) {
                ask("drop", key());
            }
        }
        // The owner still frees the key of a job that was buried or dropped last.
        world.tick(Duration.ofSeconds(1));
        assertThat(backend.left()).as("jobs that are not done").isEmpty();
        Map<String, Long> missing = jobs.values().stream()
                .filter(job -> !job.done && !backend.dead().contains(job.id))
                .collect(Collectors.groupingBy(job -> job.key, Collectors.counting()));
        missing.forEach((key, count) -> assertThat(count)
                .as("jobs of %s that are neither done nor buried", key)
                .isLessThanOrEqualTo(drops.getOrDefault(key, 0)));
        assertThat(backend.dead()).doesNotHaveDuplicates();
        if (people) {
            return;
        }
        jobs.values().forEach(job -> {
            boolean buried = backend.dead().contains(job.id);
            assertThat(job.crashes).as("crashes by %s", job.id).isEqualTo(job.killer ? MAX_CRASHES : 0);
            if (job.hopeless || job.killer) {
                assertThat(buried).as("%s never succeeds", job.id).isTrue();
            } else {
                assertThat(job.done).as("%s is done", job.id).isTrue();
                assertThat(buried).as("%s is innocent", job.id).isFalse();
            }
        });
    }

    private boolean settled() {
        return owner != null && backend.left().isEmpty();
    }

    private String key() {
        return resize != null && random.nextInt(3) == 0 ? resize.key(ownKey()) : ownKey();
    }

    private String ownKey() {
        return "k" + (hot && random.nextInt(3) > 0 ? 0 : random.nextInt(keys));
    }

    private void ask(String verb, String key) {
        if (verb.equals("drop")) {
            drops.merge(key, 1, Integer::sum);
        }
        backend.ask(verb, key);
        if (owner != null) {
            owner.liveness.moved(key);
        }
        ring();
    }

    private void ring() {
        Pod current = owner;
        if (current != null) {
            current.ring();
        }
    }

    private void pauseOrResume() {
        String key = key();
        switch (random.nextInt(5)) {
            case 0 -> allPaused = true;
            case 1 -> keysPaused.clear();
            case 2 -> keysPaused.add(key);
            default -> {
                allPaused = false;
                keysPaused.remove(key);
            }
        }
        if (owner != null) {
            owner.hearOfPauses();
        }
    }

    private void addJob() {
        Planned job = plan(key());
        job.gated = resize != null && resize.gated();
        backend.add(job.id, job.key);
        ring();
    }

    private Planned plan(String key) {
        Planned job = new Planned("j" + jobs.size(), key, lastOfKey.get(key));
        int fate = random.nextInt(40);
        if (fate < 8) {
            job.failures = 1 + random.nextInt(MAX_ATTEMPTS - 1);
        } else if (fate == 8) {
            job.hopeless = true;
        } else if (fate == 9 && killing && jobs.values().stream().noneMatch(other -> other.killer)) {
            job.killer = true;
        }
        jobs.put(job.id, job);
        lastOfKey.put(key, job);
        ahead.computeIfAbsent(key, any -> new ArrayDeque<>()).add(job);
        return job;
    }

    /** Jobs that come from other partitions. */
    private final class Arrivals implements SimulatedResize.Jobs {
        @Override
        public Arriving create(String key, StreamId origin, boolean held, boolean first) {
            Planned job = plan(key);
            job.away = true;
            int failures = job.hopeless ? MAX_ATTEMPTS - 1 : job.failures;
            if (held && first && failures > 0) {
                job.failed = 1 + random.nextInt(failures);
            }
            return new Arriving(job.id, key, origin, held, job.failed);
        }

        @Override
        public void arrived(String id) {
            requireNonNull(jobs.get(id)).away = false;
        }

        @Override
        public void started() {
            jobs.values().forEach(job -> job.gated = false);
        }
    }

    private void disturb() {
        int what = random.nextInt(40);
        Pod current = owner;
        if (current == null) {
            if (what < 20) {
                takeOver();
            }
        } else if (killing) {
            return;
        } else if (what == 0) {
            current.crash();
        } else if (what == 1) {
            // Its lease lapses while it stands still. What it had sent arrives; what it sends later comes too late.
            current.loop.pause();
            current.trusted = false;
            owner = null;
            afterCrash = true;
            struck = true;
            current.suspectRunning();
            world.schedule(Duration.ofMillis(random.nextInt(400)), current.loop::resume);
        } else if (what < 5) {
            current.leave();
        }
    }

    private void checkLiveness() {
        Pod current = owner;
        if (current != null && !current.leaving) {
            current.liveness.check(runnable(current), limits(), !faulty);
        }
    }

    /** The keys of which a job could run, and none runs. One whose first job has used up its attempts may wait for a person. */
    private Set<String> runnable(Pod current) {
        Set<String> runnable = new HashSet<>();
        if (current.closed) {
            return runnable;
        }
        ahead.forEach((key, line) -> {
            while (!line.isEmpty() && (line.getFirst().done || line.getFirst().removed)) {
                line.removeFirst();
            }
            boolean waits = !line.isEmpty() && (!holding || line.getFirst().failed < MAX_ATTEMPTS);
            if (waits
                    && !line.getFirst().away
                    && !line.getFirst().gated
                    && !current.shut.contains(key)
                    && current.running.stream().noneMatch(job -> job.key.equals(key))) {
                runnable.add(key);
            }
        });
        return runnable;
    }

    /**
     * How long a key may stand. Its first job may have a pause before it; the last job of its key may have to end, or one of another key if
     * the stream is to be read again; a lost reply is missed before that is noticed. The stream may have to be read to its end, twice
     * because of busy keys, and for each of these keys as often as pages of it are read again, in turn with the others. If there was no room
     * for held jobs, keys wait for a second reading: a second and 50 us for each entry passed by, or twice as long as the last one took to
     * come as far as the one before, and then as long again.
     */
    private LivenessOracle.Limits limits() {
        long answer = 8;
        int page = scarce() ? 1 : prefetch;
        long reading = answer * (2L * jobs.size() / page + 4);
        long again = answer * 2 * keys * (jobs.size() / (2 * Crowd.FEW) + 1);
        long rest = cramped ? 1_050 + 3 * reading : 0;
        long idle = 3 * BACKOFF.toMillis() + 2L * longest + 250 + rest;
        return new LivenessOracle.Limits(
                Duration.ofMillis(idle), Duration.ofMillis(idle + TIMEOUT.toMillis() + reading + again));
    }

    /** There is so little memory that an owner may have one job at a time. */
    private boolean scarce() {
        return memory < 1 << 20;
    }

    private void takeOver() {
        int suspects = afterCrash ? PartitionPump.WINDOW : 0;
        // Suspects run one at a time.
        Pod pod = new Pod("pod" + pods++, scarce() || suspects > 0 ? 1 : concurrency);
        owner = pod;
        afterCrash = true;
        pod.loop.execute(() -> pod.pump.start(suspects));
        pod.hearOfPauses();
    }

    /** A pod while it is the owner, and what is left of it afterwards. */
    private final class Pod implements PumpListener, Reachability {
        final PodLoop loop = new PodLoop(world);
        final Lease lease;
        final PartitionPump pump;
        final Set<Planned> running = new HashSet<>();
        /** What it knows to be paused. */
        boolean closed;

        Set<String> shut = Set.of();
        final LivenessOracle liveness;
        boolean trusted = true;
        boolean leaving;
        private @Nullable Runnable wakeUp;

        /**
         * @param places how many jobs it must be able to run at once
         */
        Pod(String name, int places) {
            liveness = new LivenessOracle(world, places);
            lease = backend.grant(name);
            RetrySettings retry = new RetrySettings(
                    MAX_ATTEMPTS,
                    Duration.ZERO,
                    BACKOFF,
                    2,
                    BACKOFF.multipliedBy(3),
                    holding ? WhenExhausted.HOLD_KEY : WhenExhausted.BURY,
                    killing ? MAX_CRASHES : 1000,
                    Duration.ZERO);
            pump = new PartitionPump(
                    lease,
                    new PumpSettings(
                            concurrency,
                            prefetch,
                            1 << 20,
                            Duration.ofMillis(5),
                            retry,
                            PATIENCE,
                            Duration.ofSeconds(5)),
                    new PumpContext(
                            store(),
                            loop,
                            random,
                            this,
                            new SuspectTurns(),
                            new FailureLog(lease.partition().queue(), loop),
                            new FetchBudget(memory)),
                    new JobExecutor(this::handle, this::employ),
                    this);
        }

        private void employ(Runnable task) {
            liveness.takesPlace();
            loop.schedule(latency(), () -> {
                liveness.leavesPlace();
                task.run();
            });
        }

        void hearOfPauses() {
            boolean all = allPaused;
            Set<String> keys = Set.copyOf(keysPaused);
            loop.execute(() -> {
                closed = all;
                shut = keys;
                pump.pause(all, keys);
            });
        }

        /** Hands over, if nothing happens before. */
        void leave() {
            leaving = true;
            loop.execute(() -> pump.drain(() -> {
                if (owner == this) {
                    trusted = false;
                    owner = null;
                    afterCrash = false;
                    jobs.values().forEach(job -> job.suspect = false);
                }
            }));
        }

        private void handle(Delivery delivery, JobHandler.Outcome outcome) {
            Planned job = requireNonNull(jobs.get(delivery.job().id().value()));
            checkStart(job, delivery);
            checkCompany(job);
            liveness.takesPlace();
            liveness.moved(job.key);
            if (swift && !job.killer && random.nextInt(8) > 0) {
                end(job, delivery, outcome);
                return;
            }
            loop.schedule(Duration.ofMillis(random.nextInt(longest)), () -> {
                if (job.killer) {
                    job.crashes++;
                    crash();
                } else {
                    end(job, delivery, outcome);
                }
            });
        }

        private void end(Planned job, Delivery delivery, JobHandler.Outcome outcome) {
            running.remove(job);
            liveness.leavesPlace();
            liveness.moved(job.key);
            job.suspect = false;
            if (job.hopeless || delivery.attempt() <= job.failures) {
                job.failed++;
                outcome.failed(Failure.of("as planned"));
            } else {
                job.done = true;
                outcome.completed();
            }
        }

        private void checkStart(Planned job, Delivery delivery) {
            assertThat(closed).as("%s starts while all is paused", job.id).isFalse();
            assertThat(shut).as("paused keys when %s starts", job.id).doesNotContain(job.key);
            assertThat(job.away).as("%s starts where it is not", job.id).isFalse();
            assertThat(job.gated).as("%s starts before its version", job.id).isFalse();
            assertThat(job.removed).as("%s is gone and starts again", job.id).isFalse();
            assertThat(backend.dead()).as("buried jobs when %s starts", job.id).doesNotContain(job.id);
            assertThat(delivery.attempt()).as("attempt of %s", job.id).isLessThanOrEqualTo(MAX_ATTEMPTS);
            if (!struck) {
                assertThat(job.done)
                        .as("%s starts twice and nothing has happened", job.id)
                        .isFalse();
            }
            for (Planned before = job.before; before != null; before = before.before) {
                boolean dropped = before.removed && drops.containsKey(before.key);
                assertThat(before.done || dropped || backend.dead().contains(before.id))
                        .as("%s starts under %s before %s of its key is done", job.id, lease, before.id)
                        .isTrue();
            }
        }

        private void checkCompany(Planned job) {
            assertThat(running).as("jobs that run beside %s", job.id).hasSizeLessThan(concurrency);
            if (owner == this && !running.isEmpty()) {
                assertThat(job.suspect).as("the suspect %s has company", job.id).isFalse();
                assertThat(running).as("%s is company of a suspect", job.id).noneMatch(other -> other.suspect);
            }
            running.add(job);
            job.owner = this;
            assertThat(jobs.values().stream().filter(each -> each.owner == this && !each.removed && each.failed == 0))
                    .as("jobs that are started and not committed")
                    .hasSizeLessThanOrEqualTo(PartitionPump.WINDOW);
        }

        /** Whoever comes next is to run them alone. */
        void suspectRunning() {
            running.forEach(job -> job.suspect = !job.done);
        }

        void crash() {
            suspectRunning();
            if (owner == this) {
                owner = null;
                afterCrash = true;
            }
            struck = true;
            trusted = false;
            loop.crash();
        }

        void ring() {
            Runnable heard = wakeUp;
            if (heard != null) {
                wakeUp = null;
                heard.run();
            }
        }

        @Override
        public boolean trusted(Lease asked) {
            return trusted;
        }

        @Override
        public void fenced(Lease ended) {
            assertThat(owner).as("the owner is not fenced").isNotSameAs(this);
            pump.abandon(() -> trusted = false);
        }

        @Override
        public void sealed(Lease sealed, int version) {
            loop.execute(() -> pump.depart(version, key -> false, null, allHere(version)));
        }

        @Override
        public void settled(Lease settled, int version) {
            loop.execute(() -> pump.settle(allHere(version)));
        }

        private KeyHomes allHere(int version) {
            int here = lease.partition().index();
            return new KeyHomes(version, here + 1, key -> here);
        }

        @Override
        public void cleared(Lease cleared, int version) {}

        @Override
        public void answered(Subject answered) {
            assertThat(answered).isEqualTo(Subject.jobs(lease.partition().index()));
        }

        @Override
        public void unanswered(Subject unanswered, @Nullable Throwable failure) {
            assertThat(unanswered).isEqualTo(Subject.jobs(lease.partition().index()));
            assertThat(failure).isInstanceOf(StoreException.Unavailable.class);
        }

        @Override
        public String problem() {
            return "";
        }

        /** The watch fires when a job is added. */
        private Store store() {
            return SimulatedStore.of(
                    backend.jobs(),
                    backend.held(),
                    this::watch,
                    command -> travel(() -> {
                        Object answer = command.get();
                        noteRemoved();
                        checkFailures();
                        return answer;
                    }));
        }

        private void watch(@Nullable Runnable next) {
            wakeUp = next;
            // What was added between the fetch and the watch must not be missed.
            if (next != null) {
                loop.schedule(latency(), this::ring);
            }
        }

        private CompletionStage<Object> travel(Supplier<Object> command) {
            CompletableFuture<Object> reply = new CompletableFuture<>();
            liveness.asks();
            int fate = faulty ? random.nextInt(25) : 9;
            if (fate < 3) {
                // It never arrives, or arrives while its repeat is under way or long after, or its reply is lost.
                if (fate > 0) {
                    world.schedule(
                            fate == 1 ? Duration.ofMillis(random.nextInt(3000)) : latency(),
                            () -> assertThat(command.get()).isNotNull());
                }
                world.schedule(
                        TIMEOUT,
                        () -> reply.completeExceptionally(
                                new StoreException.Unavailable("lost", true, new IllegalStateException("simulated"))));
                // By then it is repeated.
                world.schedule(TIMEOUT.plusMillis(101), liveness::hears);
            } else {
                world.schedule(latency(), () -> {
                    Object answer = command.get();
                    world.schedule(latency(), () -> {
                        reply.complete(answer);
                        liveness.hears();
                    });
                });
            }
            return reply;
        }
    }

    private Duration latency() {
        return Duration.ofMillis(random.nextInt(faulty ? 30 : 3));
    }

    /** No run is recorded as failed twice, whatever happened to the job in between. */
    private void checkFailures() {
        backend.failures()
                .forEach((id, recorded) -> assertThat(recorded)
                        .as("recorded failures of %s", id)
                        .isLessThanOrEqualTo(requireNonNull(jobs.get(id)).failed));
    }

    private void noteRemoved() {
        Set<String> left = backend.left();
        jobs.values().forEach(job -> job.removed |= !job.away && !left.contains(job.id));
    }
}
