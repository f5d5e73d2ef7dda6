package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Capacity;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.Shares;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.PodLoop;
import io.qbull.testing.Size;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Real keepers, virtual time, a hostile network: pods crash, pause and join, replies are lost, commands arrive late, the queue is
 * resized. At no instant do two pods trust one partition; when the faults end every partition is owned, and each pod owns its share. If
 * the pods have not enough room, at least the urgent partitions are owned.
 * {@code -Dseed=} replays a run, {@code -Dqbull.size.leaseSimulation.runs=} sets how many there are.
 */
class LeaseSimulationTest {
    private static final QueueName QUEUE = new QueueName("SIM");
    private static final int PARTITIONS = 6;
    private static final int MOST_PARTITIONS = 9;
    private static final int CAPACITY = 3;
    private static final Duration TTL = Duration.ofSeconds(3);
    /** So far that the clock of Redis never gets below zero. */
    private static final long FAR_AHEAD = Duration.ofDays(365).toMillis();

    private ManualEventLoop world = new ManualEventLoop();
    private Random random = new Random();
    private SimulatedNetwork network = network();
    private final List<SimulatedPod> pods = new ArrayList<>();
    private int born;
    /** Of the pods of this run: {@link #CAPACITY}, or none. */
    private int wanted = CAPACITY;
    /** The most that a pod of this run owns. */
    private int most = PARTITIONS;

    private Competition competition = Competition.of(PARTITIONS);
    /** How far the clock of Redis has gone back, in milliseconds. */
    private long goneBack;

    @Test
    void no_two_pods_ever_trust_one_partition_and_in_the_end_all_are_owned() {
        Long given = Long.getLong("seed");
        int runs = given != null ? 1 : Size.of("leaseSimulation.runs", 100, 2_000);
        long first = given != null ? given : new Random().nextLong();
        for (int run = 0; run < runs; run++) {
            long seed = first + run;
            try {
                simulate(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private void simulate(long seed) {
        world = new ManualEventLoop();
        random = new Random(seed);
        network = network();
        network.faulty = true;
        pods.clear();
        goneBack = 0;
        wanted = random.nextBoolean() ? CAPACITY : Capacity.FAIR_SHARE;
        most = random.nextInt(3) > 0 ? MOST_PARTITIONS : 1;
        competition = Competition.of(PARTITIONS);
        IntStream.range(0, 3).forEach(any -> join());
        for (int step = 0; step < 300; step++) {
            world.tick(Duration.ofMillis(random.nextInt(400)));
            noTwoPodsTrustOnePartition();
            disturb();
        }
        network.faulty = false;
        pods.forEach(pod -> pod.loop.resume());
        while (pods.size() < 2) {
            join();
        }
        if (most != 1) {
            // Nobody asks for an urgent partition, so the shares are right when the move is over.
            resize(Competition.of(competition.partitions()));
        }
        for (int step = 0; step < 600; step++) {
            world.tick(Duration.ofMillis(50));
            noTwoPodsTrustOnePartition();
        }
        if (most == 1) {
            urgentPartitionsAreOwned();
        } else {
            everyPartitionIsOwned();
        }
    }

    private void disturb() {
        int what = random.nextInt(40);
        SimulatedPod pod = pods.get(random.nextInt(pods.size()));
        if (what == 0 && pods.size() > 1) {
            pod.loop.crash();
            pods.remove(pod);
        } else if (what == 1 && pods.size() < 4) {
            join();
        } else if (what < 4) {
            pod.loop.pause();
        } else if (what < 10) {
            pods.forEach(any -> any.loop.resume());
        } else if (what == 10) {
            pod.keeper.owned().stream().findAny().ifPresent(lease -> pod.keeper.release(lease, 0));
        } else if (what == 11) {
            goneBack += random.nextInt(3_600_000);
        } else if (what == 12) {
            resize();
        }
    }

    private void resize() {
        int partitions = 1 + random.nextInt(MOST_PARTITIONS);
        resize(new Competition(
                partitions,
                IntStream.range(0, partitions)
                        .filter(index -> random.nextInt(3) == 0)
                        .boxed()
                        .collect(Collectors.toSet())));
    }

    /** Pods hear of it at different times. */
    private void resize(Competition now) {
        competition = now;
        pods.forEach(
                pod -> pod.loop.schedule(Duration.ofMillis(random.nextInt(5_000)), () -> pod.resized(competition)));
    }

    private void urgentPartitionsAreOwned() {
        assertThat(owned()).containsAll(competition.urgent()).allMatch(index -> index < competition.partitions());
    }

    private List<Integer> owned() {
        return pods.stream()
                .flatMap(pod -> pod.keeper.owned().stream().filter(pod.keeper::trusted))
                .map(lease -> lease.partition().index())
                .sorted()
                .toList();
    }

    private void noTwoPodsTrustOnePartition() {
        Map<PartitionId, SimulatedPod> trusting = new HashMap<>();
        for (SimulatedPod pod : pods) {
            for (Lease lease : pod.keeper.owned()) {
                if (pod.keeper.trusted(lease)) {
                    SimulatedPod other = trusting.put(lease.partition(), pod);
                    assertThat(other)
                            .as("%s is trusted by %s and %s", lease.partition(), pod.id, other)
                            .isNull();
                }
            }
        }
    }

    private void everyPartitionIsOwned() {
        int partitions = competition.partitions();
        assertThat(owned())
                .as("%s of %s", pods, competition)
                .containsExactlyElementsOf(
                        IntStream.range(0, partitions).boxed().toList());
        Capacity each = new Capacity(wanted, most).within(partitions);
        Shares shares = Shares.of(partitions, pods.stream().map(any -> each).toList());
        assertThat(pods)
                .allSatisfy(pod -> assertThat(pod.keeper.owned())
                        .hasSizeBetween(shares.asWanted() ? 0 : shares.least(each), shares.most(each)));
    }

    private void join() {
        SimulatedPod pod = new SimulatedPod(
                new LeaseDomain(QUEUE, competition, new PodId("pod" + born++), 1),
                new LeaseSettings(most == 1 ? 1 : wanted, most, true, TTL, TTL),
                new PodLoop(world),
                network,
                random);
        pods.add(pod);
        pod.loop.execute(pod.keeper::start);
    }

    private SimulatedNetwork network() {
        ManualEventLoop clock = world;
        long zero = clock.nanoTime();
        return new SimulatedNetwork(
                clock, random, new SimulatedRedis(() -> FAR_AHEAD - goneBack + (clock.nanoTime() - zero) / 1_000_000));
    }
}
