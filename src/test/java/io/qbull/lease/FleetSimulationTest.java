package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Capacity;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.testing.Findings;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.PodLoop;
import io.qbull.testing.Size;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A fleet in virtual time, on a network without faults: how long it takes until all partitions are owned and shared equally after pods
 * have come, gone or died, or the queue was resized, how many move, and that none moves afterwards. {@code -Dseed=} replays a run.
 */
class FleetSimulationTest {
    private static final QueueName QUEUE = new QueueName("FLEET");
    private static final int PARTITIONS = Size.of("fleet.partitions", 120, 1_000);
    private static final int PODS = Size.of("fleet.pods", 12, 200);
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration STEP = Duration.ofMillis(50);
    /** Whatever a pod has seen of the leases, it looks at them again within a TTL, and then asks for what it lacks. */
    private static final Duration SOON = TTL.multipliedBy(2).plusSeconds(2);

    private final long seed = Long.getLong("seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final ManualEventLoop world = new ManualEventLoop();
    private final SimulatedNetwork network;
    private final List<SimulatedPod> pods = new ArrayList<>();
    private int partitions = PARTITIONS;
    private int born;
    /** Leases that were taken by pods which are gone. */
    private int gone;

    FleetSimulationTest() {
        long zero = world.nanoTime();
        network = new SimulatedNetwork(
                world, random, new SimulatedRedis(() -> 1_000_000 + (world.nanoTime() - zero) / 1_000_000));
    }

    @Test
    void a_fleet_reaches_its_balance_soon_and_rests_there() {
        after("the first pod", SOON, 1, this::join);
        after("all others at once", SOON, PODS - 1, this::join);
        after("one more", SOON, 1, this::join);
        after("a crash", TTL.plus(SOON), 1, this::crash);
        after("a stop", SOON, 1, this::leave);
        after("a third is stopped at once", SOON, PODS / 3, this::leave);
        after("a fifth crashes at once", TTL.plus(SOON), PODS / 5, this::crash);
        for (int flap = 0; flap < 3; flap++) {
            after("a pod that comes", SOON, 1, this::join);
            after("the same that goes", SOON, 1, any -> remove(pods.size() - 1).leave());
        }
        after("a resize to half as many again", SOON, 1, any -> resize(PARTITIONS * 3 / 2));
        after("a resize to a third of them", SOON, 1, any -> resize(PARTITIONS / 2));
    }

    private void after(String what, Duration limit, int times, IntConsumer event) {
        Map<Integer, PodId> before = owners();
        int taken = taken();
        long began = world.nanoTime();
        IntStream.range(0, times).forEach(event);
        while (!balanced()) {
            Duration passed = Duration.ofNanos(world.nanoTime() - began);
            assertThat(passed).as("%s: %s, seed %d", what, counts(), seed).isLessThan(limit);
            world.tick(STEP);
        }
        Duration time = Duration.ofNanos(world.nanoTime() - began);
        world.tick(STEP);
        Map<Integer, PodId> owners = owners();
        long moved = owners.entrySet().stream()
                .filter(each -> !each.getValue().equals(before.get(each.getKey())))
                .count();
        int moves = taken() - taken;
        Findings.note(what + ": " + pods.size() + " pods, balanced after " + time.toMillis() + " ms, " + moved
                + " partitions have another owner after " + moves + " moves");
        assertThat(moves).as("%s: moves, seed %d", what, seed).isLessThanOrEqualTo((int) moved + PARTITIONS / 4);
        for (int rest = 0; rest < 40; rest++) {
            world.tick(TTL.dividedBy(10));
        }
        assertThat(taken() - taken)
                .as("%s: moves after the balance, seed %d", what, seed)
                .isEqualTo(moves);
        assertThat(balanced()).isTrue();
    }

    private boolean balanced() {
        List<Integer> counts = counts();
        int least = counts.stream().mapToInt(count -> count).min().orElse(0);
        int most = counts.stream().mapToInt(count -> count).max().orElse(0);
        return owners().size() == partitions && most - least <= 1;
    }

    private List<Integer> counts() {
        return pods.stream().map(pod -> pod.keeper.owned().size()).toList();
    }

    private int taken() {
        return gone + pods.stream().mapToInt(pod -> pod.taken).sum();
    }

    /** The owner of each partition; nobody where its lease is not trusted. */
    private Map<Integer, PodId> owners() {
        Map<Integer, PodId> owners = new HashMap<>();
        Set<Integer> twice = new HashSet<>();
        pods.forEach(pod -> pod.keeper.owned().stream()
                .filter(pod.keeper::trusted)
                .map(lease -> lease.partition().index())
                .forEach(index -> {
                    if (owners.put(index, pod.id) != null) {
                        twice.add(index);
                    }
                }));
        assertThat(twice).as("owned twice, seed %d", seed).isEmpty();
        return owners;
    }

    private void join(int any) {
        SimulatedPod pod = new SimulatedPod(
                new LeaseDomain(QUEUE, Competition.of(partitions), new PodId("pod" + born++), 1),
                new LeaseSettings(Capacity.FAIR_SHARE, 2 * PARTITIONS, true, TTL, TTL),
                new PodLoop(world),
                network,
                random);
        pods.add(pod);
        pod.loop.execute(pod.keeper::start);
    }

    private void resize(int now) {
        partitions = now;
        pods.forEach(pod ->
                pod.loop.schedule(Duration.ofMillis(random.nextInt(1_000)), () -> pod.resized(Competition.of(now))));
    }

    private void crash(int any) {
        remove(random.nextInt(pods.size())).loop.crash();
    }

    private void leave(int any) {
        remove(random.nextInt(pods.size())).leave();
    }

    private SimulatedPod remove(int index) {
        SimulatedPod pod = pods.remove(index);
        gone += pod.taken;
        return pod;
    }
}
