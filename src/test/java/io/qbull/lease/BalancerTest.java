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
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LeaseTable.LeaseView;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BalancerTest {
    private static final Duration GRACE = Duration.ofSeconds(15);
    private static final PodId ME = new PodId("me");
    private static final PodId OTHER = new PodId("other");
    private static final PodId THIRD = new PodId("third");

    /** As many as the pods have room for, unless a test says otherwise. */
    private int partitions = 8;

    private Set<Integer> urgent = Set.of();

    private final List<Candidate> candidates = new ArrayList<>();
    private final List<LivingPod> pods = new ArrayList<>(List.of(pod(ME, 4)));

    @Test
    void a_pod_with_room_takes_free_partitions_up_to_its_capacity() {
        pods.add(pod(OTHER, 4));
        free(Duration.ZERO, 0, 1, 2, 3, 4, 5);
        assertThat(moves(4, 1)).isEqualTo(new Moves(List.of(0, 1, 2), List.of()));
    }

    @Test
    void a_full_pod_takes_nothing_while_others_live() {
        pods.add(pod(OTHER, 4));
        free(Duration.ZERO, 0, 1);
        assertThat(moves(4, 4)).isEqualTo(new Moves(List.of(), List.of()));
    }

    @Test
    void a_pod_alone_takes_everything_at_once() {
        partitions = 16;
        free(Duration.ZERO, IntStream.range(0, 16).toArray());
        assertThat(moves(4, 0).acquire()).hasSize(16);
    }

    @Test
    void a_pod_alone_keeps_to_its_maximum() {
        partitions = 16;
        free(Duration.ZERO, IntStream.range(0, 16).toArray());
        LeaseSettings settings = new LeaseSettings(4, 6, true, GRACE, GRACE);
        assertThat(Balancer.moves(new View(ME, settings, Competition.of(partitions), 0, 0, 0, candidates, pods))
                        .acquire())
                .hasSize(6);
    }

    @Test
    void orphans_are_adopted_after_the_grace_and_shared() {
        pods.add(pod(OTHER, 4));
        free(GRACE.minusMillis(1), 7);
        free(GRACE, 0, 1, 2);
        assertThat(moves(4, 4).acquire()).containsExactly(0, 1);
    }

    @Test
    void a_pod_that_adopts_no_orphans_takes_none() {
        partitions = 16;
        free(GRACE, 0, 1, 2);
        LeaseSettings settings = new LeaseSettings(1, 16, false, GRACE, GRACE);
        assertThat(Balancer.moves(new View(ME, settings, Competition.of(partitions), 1, 0, 0, candidates, pods))
                        .acquire())
                .isEmpty();
    }

    @Test
    void a_pod_with_room_requests_surplus_from_the_most_overloaded_pods() {
        partitions = 12;
        pods.add(pod(OTHER, 4));
        pods.add(pod(THIRD, 4));
        owned(OTHER, null, 0, 1, 2, 3, 4, 5);
        owned(THIRD, null, 6, 7, 8, 9, 10);
        assertThat(moves(4, 0)).isEqualTo(new Moves(List.of(), List.of(0, 6, 1)));
    }

    @Test
    void a_pod_is_not_asked_for_partitions_within_its_capacity() {
        pods.add(pod(OTHER, 4));
        owned(OTHER, null, 0, 1, 2, 3);
        assertThat(moves(4, 0).request()).isEmpty();
    }

    @Test
    void a_partition_requested_by_a_third_pod_is_neither_requested_nor_counted() {
        pods.add(pod(OTHER, 4));
        owned(OTHER, new LeaseOwner(THIRD, "n"), 0);
        owned(OTHER, null, 1, 2, 3, 4);
        assertThat(moves(4, 0).request()).isEmpty();
    }

    @Test
    void free_partitions_come_before_requests() {
        partitions = 5;
        pods.add(pod(OTHER, 1));
        free(Duration.ZERO, 0, 1, 2);
        owned(OTHER, null, 3, 4, 5, 6);
        assertThat(moves(4, 0)).isEqualTo(new Moves(List.of(0, 1, 2), List.of(3)));
    }

    @Test
    void open_requests_take_no_room_from_free_partitions() {
        pods.add(pod(OTHER, 4));
        free(Duration.ZERO, 0, 1, 2, 3);
        assertThat(moves(4, 1, 0, 3)).isEqualTo(new Moves(List.of(0, 1, 2), List.of()));
    }

    @Test
    void pending_acquisitions_take_room_from_free_partitions() {
        pods.add(pod(OTHER, 4));
        free(Duration.ZERO, 0, 1, 2, 3);
        assertThat(moves(4, 1, 2, 0)).isEqualTo(new Moves(List.of(0), List.of()));
    }

    @Test
    void pending_acquisitions_and_requests_take_room_from_further_requests() {
        partitions = 5;
        pods.add(pod(OTHER, 1));
        owned(OTHER, null, 0, 1, 2, 3, 4);
        assertThat(moves(4, 1, 1, 1)).isEqualTo(new Moves(List.of(), List.of(0)));
        assertThat(moves(4, 1, 1, 2)).isEqualTo(new Moves(List.of(), List.of()));
    }

    @Test
    void more_open_requests_than_room_block_no_acquisition() {
        partitions = 5;
        pods.add(pod(OTHER, 1));
        free(Duration.ZERO, 0);
        owned(OTHER, null, 1, 2, 3);
        assertThat(moves(4, 3, 0, 2)).isEqualTo(new Moves(List.of(0), List.of()));
    }

    @Test
    void the_partitions_of_an_unregistered_owner_are_left_to_expire() {
        owned(OTHER, null, 0, 1, 2, 3, 4, 5);
        assertThat(moves(4, 0)).isEqualTo(new Moves(List.of(), List.of()));
    }

    @Test
    void a_pod_with_expired_leases_does_not_keep_the_last_living_pod_from_adopting() {
        partitions = 16;
        pods.add(pod(OTHER, 4));
        for (int index = 0; index < 16; index++) {
            LeaseView expired = new LeaseView(new LeaseOwner(OTHER, "n"), new Epoch(1), Duration.ZERO, false, null);
            candidates.add(new Candidate(index, expired, Duration.ZERO));
        }
        assertThat(moves(4, 0).acquire()).hasSize(16);
    }

    @Test
    void a_pod_that_released_its_leases_still_counts_as_living() {
        pods.add(pod(OTHER, 4));
        candidates.add(new Candidate(
                0, new LeaseView(new LeaseOwner(OTHER, "n"), new Epoch(1), Duration.ZERO, true, null), Duration.ZERO));
        assertThat(moves(4, 4).acquire()).isEmpty();
    }

    @Test
    void a_few_requests_are_decided_in_a_few_passes_over_a_thousand_partitions() {
        partitions = 1024;
        pods.add(pod(OTHER, 1));
        pods.add(pod(THIRD, 1));
        owned(OTHER, null, IntStream.range(0, partitions / 2).toArray());
        owned(THIRD, null, IntStream.range(partitions / 2, partitions).toArray());
        Counted<Candidate> counted = new Counted<>(candidates);
        LeaseSettings settings = new LeaseSettings(partitions, partitions, true, GRACE, GRACE);
        assertThat(Balancer.moves(new View(ME, settings, Competition.of(partitions), 0, 0, 0, counted, pods))
                        .request())
                .hasSize(Balancer.MOST_REQUESTS)
                .doesNotHaveDuplicates();
        assertThat(counted.reads).isLessThan(10L * partitions);
    }

    @Test
    void the_preference_of_a_pod_contains_every_partition() {
        assertThat(IntStream.range(0, 16)
                        .boxed()
                        .sorted(Balancer.preference(ME, 16))
                        .toList())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 16).boxed().toList());
    }

    @Test
    void an_urgent_partition_is_taken_before_all_others() {
        urgent = Set.of(2);
        free(Duration.ZERO, 0, 1, 2);
        pods.add(pod(OTHER, 4));
        assertThat(moves(4, 3).acquire()).containsExactly(2);
    }

    @Test
    void an_urgent_partition_that_stays_free_is_taken_by_a_full_pod() {
        urgent = Set.of(1, 2);
        free(Balancer.URGENT_GRACE, 0, 1);
        free(Balancer.URGENT_GRACE.minusMillis(1), 2);
        pods.add(pod(OTHER, 4));
        LeaseSettings settings = new LeaseSettings(4, 4, false, GRACE, GRACE);
        assertThat(Balancer.moves(view(settings, 4)).acquire()).containsExactly(1);
    }

    @Test
    void full_pods_share_the_urgent_partitions() {
        urgent = Set.of(0, 1, 2);
        free(Balancer.URGENT_GRACE, 0, 1, 2);
        pods.add(pod(OTHER, 4));
        LeaseSettings settings = new LeaseSettings(4, 4, false, GRACE, GRACE);
        assertThat(Balancer.moves(view(settings, 4)).acquire()).hasSize(2);
    }

    @Test
    void an_urgent_partition_that_has_an_owner_is_not_requested_and_counts_as_one_that_it_keeps() {
        pods.add(pod(OTHER, 4));
        urgent = Set.of(0, 1, 2);
        owned(OTHER, null, 0, 1, 2, 3, 4, 5);
        assertThat(moves(4, 0).request()).as("four of six stay").containsExactly(3, 4);
        urgent = Set.of(0, 1, 2, 3, 4, 5);
        assertThat(moves(4, 0).request()).isEmpty();
    }

    private View view(LeaseSettings settings, int owned) {
        return new View(ME, settings, new Competition(partitions, urgent), owned, 0, 0, candidates, pods);
    }

    private Moves moves(int capacity, int owned) {
        return moves(capacity, owned, 0, 0);
    }

    private Moves moves(int capacity, int owned, int acquiring, int requests) {
        LeaseSettings settings = new LeaseSettings(capacity, 16, true, GRACE, GRACE);
        return Balancer.moves(new View(
                ME, settings, new Competition(partitions, urgent), owned, acquiring, requests, candidates, pods));
    }

    private void free(Duration since, int... indexes) {
        for (int index : indexes) {
            candidates.add(new Candidate(index, new LeaseView(null, null, Duration.ZERO, true, null), since));
        }
    }

    private void owned(PodId pod, @Nullable LeaseOwner requester, int... indexes) {
        for (int index : indexes) {
            LeaseView lease = new LeaseView(
                    new LeaseOwner(pod, "n" + index), new Epoch(1), Duration.ofSeconds(9), false, requester);
            candidates.add(new Candidate(index, lease, Duration.ZERO));
        }
    }

    private static LivingPod pod(PodId id, int capacity) {
        return new LivingPod(id, new Capacity(capacity, 16));
    }

    /** A list that counts reads of its elements. */
    private static final class Counted<T> extends AbstractList<T> {
        private final List<T> elements;
        private long reads;

        Counted(List<T> elements) {
            this.elements = elements;
        }

        @Override
        public T get(int index) {
            reads++;
            return elements.get(index);
        }

        @Override
        public int size() {
            return elements.size();
        }
    }
}
