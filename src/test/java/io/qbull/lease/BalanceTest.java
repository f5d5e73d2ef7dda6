package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.lease.Balancer.Candidate;
import io.qbull.lease.Balancer.Moves;
import io.qbull.lease.Balancer.View;
import io.qbull.model.Capacity;
import io.qbull.model.Epoch;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PodId;
import io.qbull.model.Shares;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LeaseTable.LeaseView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Many pods that decide one after another, by what they see then, and whose wishes come true at once: they reach a balance and stay
 * there. {@code -Dseed=} replays a run.
 */
class BalanceTest {
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final int MOST = 1_000;

    private final Map<PodId, Integer> wanted = new TreeMap<>();
    private final Map<Integer, PodId> owners = new HashMap<>();
    private int partitions;
    private int born;

    @Test
    void pods_that_start_one_after_another_own_as_many_partitions_each() {
        partitions = 64;
        for (int pods = 1; pods <= 4; pods++) {
            join(Capacity.FAIR_SHARE);
            settle();
            assertThat(counts()).containsOnly(64 / pods, (64 + pods - 1) / pods);
        }
    }

    @Test
    void a_pod_that_joins_takes_no_more_than_its_share() {
        partitions = 16;
        IntStream.range(0, 3).forEach(any -> join(Capacity.FAIR_SHARE));
        settle();
        join(Capacity.FAIR_SHARE);
        assertThat(settle()).isEqualTo(4);
    }

    @Test
    void pods_that_want_too_few_share_the_rest() {
        partitions = 16;
        join(4);
        settle();
        join(4);
        settle();
        assertThat(counts()).containsExactly(8, 8);
    }

    @Test
    void pods_that_come_and_go_reach_a_balance_and_rest_there() {
        long seed = Long.getLong("seed", new Random().nextLong());
        for (int run = 0; run < 200; run++) {
            try {
                comeAndGo(new Random(seed + run));
            } catch (AssertionError e) {
                throw new AssertionError("replay with -Dseed=" + (seed + run) + ": " + e.getMessage(), e);
            }
        }
    }

    private void comeAndGo(Random random) {
        wanted.clear();
        owners.clear();
        partitions = 1 + random.nextInt(100);
        join(Capacity.FAIR_SHARE);
        for (int step = 0; step < 20; step++) {
            if (random.nextInt(3) > 0 || wanted.size() == 1) {
                join(random.nextBoolean() ? Capacity.FAIR_SHARE : 1 + random.nextInt(30));
            } else {
                leave(new ArrayList<>(wanted.keySet()).get(random.nextInt(wanted.size())));
            }
            settle();
            assertBalanced();
        }
    }

    private void assertBalanced() {
        List<Capacity> capacities =
                wanted.values().stream().map(BalanceTest::capacity).toList();
        Shares shares = Shares.of(partitions, capacities);
        assertThat(owners).as("owned").hasSize(partitions);
        wanted.forEach((pod, number) -> assertThat(count(pod))
                .as("%s of %s, %s", pod, wanted, shares)
                .isBetween(shares.asWanted() ? 0 : shares.least(capacity(number)), shares.most(capacity(number))));
    }

    private void join(int number) {
        wanted.put(new PodId("pod" + born++), number);
    }

    private void leave(PodId pod) {
        wanted.remove(pod);
        owners.values().removeIf(pod::equals);
    }

    /** Lets the pods decide until none wants anything; returns how many partitions another pod gave away. */
    private int settle() {
        int given = 0;
        boolean moved = true;
        for (int round = 0; moved; round++) {
            assertThat(round).as("rounds of %s", wanted).isLessThan(100);
            moved = false;
            for (PodId pod : wanted.keySet()) {
                Moves moves = moves(pod);
                moves.acquire().forEach(index -> owners.put(index, pod));
                for (int index : moves.request()) {
                    PodId owner = owners.get(index);
                    if (owner != null && gives(owner)) {
                        owners.put(index, pod);
                        given++;
                    }
                }
                moved |= !moves.acquire().isEmpty() || !moves.request().isEmpty();
            }
        }
        return given;
    }

    private boolean gives(PodId owner) {
        View view = view(owner);
        return count(owner) > view.shares().least(view.capacity());
    }

    private Moves moves(PodId pod) {
        return Balancer.moves(view(pod));
    }

    private View view(PodId pod) {
        List<Candidate> candidates = IntStream.range(0, partitions)
                .filter(index -> !pod.equals(owners.get(index)))
                .mapToObj(index -> new Candidate(index, lease(owners.get(index)), Duration.ZERO))
                .toList();
        List<LivingPod> pods = wanted.entrySet().stream()
                .map(each -> new LivingPod(each.getKey(), capacity(each.getValue())))
                .toList();
        int number = wanted.getOrDefault(pod, Capacity.FAIR_SHARE);
        LeaseSettings settings = new LeaseSettings(number, MOST, true, TTL, TTL);
        return new View(pod, settings, Competition.of(partitions), count(pod), 0, 0, candidates, pods);
    }

    private static LeaseView lease(@Nullable PodId owner) {
        return owner == null
                ? new LeaseView(null, null, Duration.ZERO, true, null)
                : new LeaseView(new LeaseOwner(owner, "n"), new Epoch(1), TTL, false, null);
    }

    private static Capacity capacity(int number) {
        return new Capacity(number, MOST);
    }

    private int count(PodId pod) {
        return (int) owners.values().stream().filter(pod::equals).count();
    }

    private List<Integer> counts() {
        return wanted.keySet().stream().map(this::count).toList();
    }
}
