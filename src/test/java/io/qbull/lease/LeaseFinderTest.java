package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Capacity;
import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.LeaseTable.AnnouncementListener;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.LeaseTable.Predecessor;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The cost of finding leases on a queue of many partitions, counted in questions to the keeper. */
class LeaseFinderTest {
    private static final QueueName QUEUE = new QueueName("WHATSAPP");
    private static final PodId ME = new PodId("me");
    private static final PodId OTHER = new PodId("other");
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final int PARTITIONS = 1024;
    private static final long A_FEW_PASSES = 20L * PARTITIONS;

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final CountingHost host = new CountingHost();

    @Test
    void a_look_counts_owned_and_pending_leases_once_and_not_per_partition() {
        begin(false, owned(), new LivingPod(OTHER, new Capacity(PARTITIONS, PARTITIONS)));
        int before = host.asked;
        loop.tick(TTL.plusSeconds(1));
        assertThat(store.waiting()).contains("peek");
        assertThat(host.asked - before).isLessThan(20);
    }

    @Test
    void a_bunch_of_grants_is_followed_by_one_plan() {
        begin(true, free(), new LivingPod(OTHER, new Capacity(1, 1)));
        host.looks = 0;
        for (int taken = 0; taken < PARTITIONS; taken++) {
            grant(store.next("acquire"));
        }
        loop.run();
        assertThat(host.mine).hasSize(PARTITIONS);
        assertThat(host.looks).isLessThan(A_FEW_PASSES);
    }

    @Test
    void a_bunch_of_refusals_is_followed_by_one_decision() {
        begin(false, free(), new LivingPod(OTHER, new Capacity(1, 1)));
        host.looks = 0;
        for (int refused = 0; refused < PARTITIONS; refused++) {
            store.next("acquire").answer(new Acquisition.Owned(owned()));
        }
        loop.run();
        assertThat(store.waiting()).filteredOn("requestHandOver"::equals).hasSize(Balancer.MOST_REQUESTS);
        assertThat(host.looks).isLessThan(A_FEW_PASSES);
    }

    @Test
    void announcements_of_one_moment_are_followed_by_one_look() {
        begin(false, owned(), new LivingPod(OTHER, new Capacity(PARTITIONS, PARTITIONS)));
        AnnouncementListener announcements = store.next("announcements").argument(1, AnnouncementListener.class);
        for (int index = 0; index < 16; index++) {
            announcements.announced(new PartitionId(QUEUE, index));
            loop.tick(Duration.ofNanos(100_000));
        }
        assertThat(store.waiting()).doesNotContain("peek");
        loop.tick(Duration.ofMillis(10));
        assertThat(looked()).hasSize(16);
        assertThat(store.waiting()).doesNotContain("peek");
    }

    @Test
    void leases_that_their_owners_renew_at_different_times_are_looked_at_together() {
        LeaseFinder finder = finder(new LeaseSettings(PARTITIONS, PARTITIONS, false, TTL, TTL));
        finder.start();
        finder.pods(List.of(
                new LivingPod(ME, new Capacity(PARTITIONS, PARTITIONS)),
                new LivingPod(OTHER, new Capacity(PARTITIONS, PARTITIONS))));
        Call first = store.next("peek");
        Map<PartitionId, LeaseView> seen = new HashMap<>();
        for (Object partition : first.argument(0, List.class)) {
            // What is left of a lease lies between the TTL and the time of two renewals.
            Duration left = TTL.minus(TTL.dividedBy(3).multipliedBy(seen.size()).dividedBy(PARTITIONS + 50));
            seen.put(
                    (PartitionId) partition,
                    new LeaseView(new LeaseOwner(OTHER, "n"), new Epoch(1), left, false, null));
        }
        first.answer(seen);
        loop.tick(TTL.minusSeconds(4));
        assertThat(looked()).hasSize(PARTITIONS);
    }

    @Test
    void a_pod_at_its_maximum_does_not_look_until_it_gives_a_lease_up() {
        host.mine.addAll(List.of(0, 1));
        LeaseFinder finder = finder(new LeaseSettings(1, 2, true, TTL, TTL));
        finder.start();
        finder.pods(List.of(new LivingPod(ME, new Capacity(1, 1)), new LivingPod(OTHER, new Capacity(1, 1))));
        loop.tick(TTL.multipliedBy(3));
        assertThat(store.waiting()).doesNotContain("peek");
        host.mine.remove(0);
        finder.unblock(0);
        loop.run();
        assertThat(store.waiting()).contains("peek");
    }

    @Test
    void no_lease_goes_unseen_for_longer_than_three_ttls_however_late_it_seems_to_expire() {
        LeaseView late = new LeaseView(new LeaseOwner(OTHER, "n"), new Epoch(1), Duration.ofDays(1), false, null);
        begin(false, late, new LivingPod(OTHER, new Capacity(PARTITIONS, PARTITIONS)));
        loop.tick(TTL.multipliedBy(3).minusMillis(1));
        assertThat(store.waiting()).doesNotContain("peek");
        loop.tick(Duration.ofMillis(1));
        assertThat(store.waiting()).contains("peek");
    }

    @Test
    void a_partition_that_is_lost_as_soon_as_it_is_taken_is_taken_less_and_less_often() {
        host.mine.addAll(IntStream.range(1, PARTITIONS).boxed().toList());
        LeaseFinder finder = finder(new LeaseSettings(PARTITIONS, PARTITIONS, true, TTL, TTL));
        finder.start();
        finder.pods(List.of(new LivingPod(ME, new Capacity(PARTITIONS, PARTITIONS))));
        AnnouncementListener announcements = store.next("announcements").argument(1, AnnouncementListener.class);
        int taken = 0;
        for (int step = 0; step < 600; step++) {
            if (store.waiting().contains("peek")) {
                seen(free());
            }
            if (store.waiting().contains("acquire")) {
                grant(store.next("acquire"));
                loop.run();
                taken++;
                host.mine.remove(0);
                finder.lost(0, Duration.ofMillis(5));
                finder.unblock(0);
                // Its own release, as the pod hears it.
                announcements.announced(new PartitionId(QUEUE, 0));
            }
            loop.tick(Duration.ofMillis(100));
        }
        assertThat(taken).as("in a minute").isBetween(8, 12);
    }

    @Test
    void orphans_left_by_a_round_of_adoption_are_taken_soon() {
        host.mine.add(0);
        Duration grace = Duration.ofSeconds(3);
        LeaseFinder finder = finder(new LeaseSettings(1, PARTITIONS, true, grace, TTL));
        finder.start();
        finder.pods(List.of(
                new LivingPod(ME, new Capacity(1, 1)), new LivingPod(OTHER, new Capacity(PARTITIONS - 1, PARTITIONS))));
        seen(free());
        loop.tick(grace.plusMillis(300));
        seen(free());
        int round = PARTITIONS / 2;
        assertThat(store.waiting()).filteredOn("acquire"::equals).hasSize(round);
        for (int taken = 0; taken < round; taken++) {
            grant(store.next("acquire"));
        }
        loop.run();
        assertThat(store.waiting()).as("the others have their turn first").doesNotContain("acquire", "peek");
        loop.tick(Duration.ofMillis(300));
        seen(free());
        assertThat(store.waiting()).filteredOn("acquire"::equals).hasSize(round / 2);
    }

    private void begin(boolean adoptOrphans, LeaseView each, LivingPod other) {
        LeaseFinder finder = finder(new LeaseSettings(PARTITIONS, PARTITIONS, adoptOrphans, TTL, TTL));
        finder.start();
        finder.pods(List.of(new LivingPod(ME, new Capacity(PARTITIONS, PARTITIONS)), other));
        seen(each);
    }

    private LeaseFinder finder(LeaseSettings settings) {
        LeaseContext context = new LeaseContext(
                store, loop, new AllAnswered(subject -> subject.partition() < PARTITIONS), new Random(1));
        return new LeaseFinder(new LeaseDomain(QUEUE, Competition.of(PARTITIONS), ME, 257), settings, context, host);
    }

    private void seen(LeaseView each) {
        Call peek = store.next("peek");
        Map<PartitionId, LeaseView> sights = new HashMap<>();
        for (Object partition : peek.argument(0, List.class)) {
            sights.put((PartitionId) partition, each);
        }
        peek.answer(sights);
        loop.run();
    }

    private List<?> looked() {
        return store.next("peek").argument(0, List.class);
    }

    private static void grant(Call acquire) {
        LeaseOwner owner = acquire.argument(1, LeaseOwner.class);
        Lease lease = new Lease(acquire.argument(0, PartitionId.class), owner, new Epoch(5), "primary");
        acquire.answer(new Acquisition.Granted(lease, Predecessor.NONE, 0));
    }

    private static LeaseView free() {
        return new LeaseView(null, null, Duration.ZERO, false, null);
    }

    private static LeaseView owned() {
        return new LeaseView(new LeaseOwner(OTHER, "n"), new Epoch(1), TTL, false, null);
    }

    private static final class CountingHost implements LeaseFinder.Host {
        final Set<Integer> mine = new HashSet<>();
        int asked;
        long looks;

        @Override
        public int ownedCount() {
            asked++;
            return mine.size();
        }

        @Override
        public boolean owns(int index) {
            looks++;
            return mine.contains(index);
        }

        @Override
        public void granted(Granted granted, long sent) {
            mine.add(granted.lease().partition().index());
        }

        @Override
        public void ownedAnnounced() {
            throw new AssertionError("nothing is announced");
        }

        @Override
        public void otherAnnounced() {
            looks++;
        }
    }
}
