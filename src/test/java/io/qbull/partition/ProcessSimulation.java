package io.qbull.partition;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.PumpSettings;
import io.qbull.config.RetrySettings;
import io.qbull.model.Delivery;
import io.qbull.model.JobHandler;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.WhenExhausted;
import io.qbull.store.Reachability;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.PodLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Real pumps of the partitions of some queues, in pods that die as a whole, in virtual time. Up to two jobs kill every pod that runs
 * them; some jobs, killers too, run for much longer than suspects are patient. Owners run 1, 4 or 64 keys side by side, by turns from seed
 * to seed. Pods crash together with all of their pumps, and their partitions go to different pods. In half of the runs partitions are
 * handed over at any time, also while suspects are left; in the other half nothing but a crash gives one that stands still a new owner.
 *
 * <p>In the end every job is done, except that the killers are buried, and none has killed more pods than are allowed and than it takes
 * until patience is longer than any job.
 */
final class ProcessSimulation {
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final Duration LONGEST_JOB = Duration.ofMillis(700);
    /** Doublings after which every job ends within its patience. */
    private static final int DOUBLINGS = 3;
    /** Each killer may hit an innocent suspect once, before it is a suspect itself. */
    private static final int MAX_CRASHES = 4;

    private static final int PODS = 3;

    private final ManualEventLoop world = new ManualEventLoop();
    private final Random random;
    private final int concurrency;
    /** Whether partitions are handed over. */
    private final boolean handsOver;

    private final List<Seat> seats = new ArrayList<>();
    private final List<Pod> pods = new ArrayList<>();
    private final Map<String, Planned> jobs = new HashMap<>();

    /** A job and what it does. */
    private static final class Planned {
        final boolean killer;
        final Duration runs;
        int kills;
        int done;

        Planned(boolean killer, Duration runs) {
            this.killer = killer;
            this.runs = runs;
        }
    }

    /** A partition, and what its next owner is told. */
    private static final class Seat {
        final SimulatedPartition data;
        int suspects;
        Pod.@Nullable Owner owner;

        Seat(SimulatedPartition data) {
            this.data = data;
        }
    }

    ProcessSimulation(long seed) {
        this.random = new Random(seed);
        this.concurrency = List.of(1, 4, 64).get(Math.floorMod(seed, 3));
        this.handsOver = random.nextBoolean();
        int killers = 1 + random.nextInt(2);
        for (int index = 0; index < 4; index++) {
            Seat seat = new Seat(new SimulatedPartition(new PartitionId(new QueueName("Q" + index / 2), index % 2)));
            seats.add(seat);
            for (int count = random.nextInt(12); count >= 0; count--) {
                add(seat, false);
            }
        }
        for (int count = 0; count < killers; count++) {
            Seat seat = seats.get(random.nextInt(seats.size()));
            add(seat, true);
            add(seat, false);
        }
        for (int count = 0; count < PODS; count++) {
            pods.add(new Pod());
        }
    }

    private void add(Seat seat, boolean killer) {
        boolean slow = random.nextInt(6) == 0;
        Duration runs = Duration.ofMillis(slow ? random.nextInt((int) LONGEST_JOB.toMillis()) : random.nextInt(15));
        String id = "j" + jobs.size();
        jobs.put(id, new Planned(killer, runs));
        seat.data.add(id, "k" + random.nextInt(3));
    }

    void run() {
        for (int step = 0; step < 4000 && !over(); step++) {
            world.tick(Duration.ofMillis(random.nextInt(40)));
            for (Seat seat : seats) {
                if (seat.owner == null) {
                    Pod pod = pods.get(random.nextInt(PODS));
                    seat.owner = pod.new Owner(seat);
                } else if (handsOver && random.nextInt(60) == 0) {
                    seat.owner.leave();
                }
            }
        }
        assertThat(over()).as("all jobs are done or buried").isTrue();
        // Only a job that runs beyond its patience keeps a crash from being counted, and then its patience doubles.
        long slow = jobs.values().stream()
                .filter(job -> job.runs.compareTo(PATIENCE) >= 0)
                .count();
        jobs.forEach((id, job) -> {
            assertThat(dead().contains(id)).as("%s is buried", id).isEqualTo(job.killer);
            assertThat(job.done > 0).as("%s is done", id).isNotEqualTo(job.killer);
            assertThat(job.kills)
                    .as("pods that %s has killed", id)
                    .isLessThanOrEqualTo(MAX_CRASHES + DOUBLINGS * (int) slow);
        });
    }

    private boolean over() {
        return seats.stream().allMatch(seat -> seat.data.left().isEmpty());
    }

    private List<String> dead() {
        return seats.stream().flatMap(seat -> seat.data.dead().stream()).toList();
    }

    /** A process; another one takes its place when it dies. */
    private final class Pod {
        final PodLoop loop = new PodLoop(world);
        final SuspectTurns turns = new SuspectTurns();
        /** Little or much memory for what is read. */
        final FetchBudget budget = new FetchBudget(List.of(1L, 3_000L, 1L << 30).get(random.nextInt(3)));

        final List<Owner> owners = new ArrayList<>();

        void die() {
            loop.crash();
            owners.forEach(owner -> {
                owner.trusted = false;
                if (owner.seat.owner == owner) {
                    owner.seat.owner = null;
                    owner.seat.suspects = PartitionPump.WINDOW;
                }
            });
            pods.set(pods.indexOf(this), new Pod());
        }

        /** A pump of this process. */
        private final class Owner implements PumpListener, Reachability {
            final Seat seat;
            final Lease lease;
            final PartitionPump pump;
            boolean trusted = true;

            Owner(Seat seat) {
                this.seat = seat;
                this.lease = seat.data.grant("pod");
                RetrySettings retry = new RetrySettings(
                        3,
                        Duration.ZERO,
                        Duration.ZERO,
                        1,
                        Duration.ZERO,
                        WhenExhausted.BURY,
                        MAX_CRASHES,
                        Duration.ZERO);
                this.pump = new PartitionPump(
                        lease,
                        new PumpSettings(
                                concurrency, 8, 1 << 20, Duration.ofMillis(5), retry, PATIENCE, Duration.ofSeconds(5)),
                        new PumpContext(
                                SimulatedStore.of(seat.data, seat.data, next -> {}, Pod.this::travel),
                                loop,
                                random,
                                this,
                                turns,
                                new FailureLog(lease.partition().queue(), loop),
                                budget),
                        new JobExecutor(this::handle, task -> loop.schedule(latency(), task)),
                        this);
                owners.add(this);
                int suspects = seat.suspects;
                loop.execute(() -> pump.start(suspects));
            }

            private void handle(Delivery delivery, JobHandler.Outcome outcome) {
                Planned job = requireNonNull(jobs.get(delivery.job().id().value()));
                loop.schedule(job.runs, () -> {
                    if (job.killer) {
                        job.kills++;
                        die();
                    } else {
                        job.done++;
                        outcome.completed();
                    }
                });
            }

            /** Hands the partition over, if nothing happens before. */
            void leave() {
                loop.execute(() -> pump.drain(() -> {
                    trusted = false;
                    seat.owner = null;
                    seat.suspects = pump.suspectsLeft();
                }));
            }

            @Override
            public boolean trusted(Lease asked) {
                return trusted;
            }

            @Override
            public void fenced(Lease ended) {
                throw new AssertionError("the owner is fenced: " + ended);
            }

            @Override
            public void sealed(Lease sealed, int version) {
                throw new AssertionError("nobody resizes: " + sealed);
            }

            @Override
            public void settled(Lease settled, int version) {
                throw new AssertionError("nobody resizes: " + settled);
            }

            @Override
            public void cleared(Lease cleared, int version) {}

            @Override
            public void answered(Subject subject) {}

            @Override
            public void unanswered(Subject subject, @Nullable Throwable failure) {
                throw new AssertionError(subject + " is not answered", failure);
            }

            @Override
            public String problem() {
                return "";
            }
        }

        private CompletionStage<Object> travel(Supplier<Object> command) {
            CompletableFuture<Object> reply = new CompletableFuture<>();
            world.schedule(latency(), () -> {
                Object answer = command.get();
                world.schedule(latency(), () -> reply.complete(answer));
            });
            return reply;
        }
    }

    private Duration latency() {
        return Duration.ofMillis(random.nextInt(4));
    }
}
