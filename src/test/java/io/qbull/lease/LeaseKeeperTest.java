package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.Pod;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Acquisition.Granted;
import io.qbull.store.LeaseTable.AnnouncementListener;
import io.qbull.store.LeaseTable.LeaseView;
import io.qbull.store.LeaseTable.Predecessor;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.Reachability;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LeaseKeeperTest {
    private static final QueueName QUEUE = new QueueName("WHATSAPP");
    private static final PodId ME = new PodId("me");
    private static final PodId OTHER = new PodId("other");
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration EVERY = TTL.dividedBy(3);
    private static final Duration TRUST = TTL.minus(TTL.dividedBy(10));

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final List<String> told = new ArrayList<>();
    private final List<Lease> leases = new ArrayList<>();
    private @Nullable AnnouncementListener announcements;
    private final LeaseKeeper keeper = new LeaseKeeper(
            new LeaseDomain(QUEUE, 2, ME, 257),
            new LeaseSettings(1, 2, true, TTL, TTL),
            new LeaseContext(store, loop, new Answers(), new Random(1)),
            new Recorder());

    @Test
    void a_lease_is_trusted_from_the_start_of_the_call_that_got_it() {
        Call acquire = beginAcquiring();
        loop.tick(Duration.ofSeconds(2));
        grant(acquire);
        loop.tick(TRUST.minusSeconds(2).minusMillis(1));
        assertThat(keeper.trusted(leases.get(0))).isTrue();
        loop.tick(Duration.ofMillis(1));
        assertThat(keeper.trusted(leases.get(0))).isFalse();
    }

    @Test
    void a_renewal_extends_trust_from_its_own_start_however_late_its_answer() {
        Lease lease = own();
        loop.tick(EVERY);
        Call renew = store.next("renew");
        loop.tick(Duration.ofSeconds(3));
        answer(renew, new Renewal.Renewed(null));
        assertThat(told).contains("renewed 0");
        loop.tick(TRUST.minusSeconds(3).minusMillis(1));
        assertThat(keeper.trusted(lease)).isTrue();
        loop.tick(Duration.ofMillis(1));
        assertThat(keeper.trusted(lease)).isFalse();
    }

    @Test
    void a_renewal_without_answer_is_repeated_before_trust_ends() {
        Lease lease = own();
        loop.tick(EVERY);
        store.next("renew").loseReply();
        loop.tick(Duration.ofMillis(500));
        answer(store.next("renew"), new Renewal.Renewed(null));
        assertThat(keeper.trusted(lease)).isTrue();
        assertThat(told).contains("unanswered 0").endsWith("renewed 0");
    }

    @Test
    void one_renewal_is_under_way_at_a_time() {
        own();
        loop.tick(EVERY);
        Call renew = store.next("renew");
        loop.tick(EVERY);
        assertThat(store.waiting()).doesNotContain("renew");
        answer(renew, new Renewal.Renewed(null));
        loop.tick(Duration.ofMillis(1));
        assertThat(store.waiting()).contains("renew");
    }

    @Test
    void a_pod_that_was_paused_trusts_nothing_when_it_wakes() {
        Lease lease = own();
        loop.pause(TTL.multipliedBy(3));
        assertThat(keeper.trusted(lease)).isFalse();
        loop.run();
        answer(store.next("renew"), new Renewal.Lost());
        assertThat(told).endsWith("lost 0");
        assertThat(keeper.owned()).isEmpty();
    }

    @Test
    void a_refused_command_ends_trust_and_asks_about_all_leases_at_once() {
        Lease lease = own();
        keeper.fenced(lease);
        assertThat(keeper.trusted(lease)).isFalse();
        answer(store.next("renew"), new Renewal.Renewed(null));
        assertThat(told).endsWith("lost 0");
    }

    @Test
    void an_acquisition_without_answer_is_repeated_with_the_same_nonce() {
        Call first = beginAcquiring();
        LeaseOwner owner = first.argument(1, LeaseOwner.class);
        first.loseReply();
        loop.tick(Duration.ofMillis(100));
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(owner);
    }

    @Test
    void a_release_without_answer_is_repeated_and_the_lease_is_not_used_meanwhile() {
        Lease lease = own();
        keeper.release(lease);
        assertThat(keeper.trusted(lease)).isFalse();
        store.next("release").loseReply();
        loop.tick(Duration.ofMillis(500));
        store.next("release").answer(Verdict.DONE);
        loop.tick(EVERY);
        assertThat(store.waiting()).doesNotContain("renew", "release");
    }

    @Test
    void a_release_is_told_when_redis_has_carried_it_out() {
        Lease lease = own();
        try (CapturedLog log = new CapturedLog()) {
            keeper.release(lease);
            loop.run();
            assertThat(log.lines(lease.toString())).isEmpty();
            store.next("release").answer(Verdict.DONE);
            loop.run();
            assertThat(log.lines(lease.toString())).containsExactly(lease + " released");
        }
    }

    @Test
    void a_release_that_comes_too_late_is_not_told_as_one() {
        Lease lease = own();
        try (CapturedLog log = new CapturedLog()) {
            keeper.release(lease);
            store.next("release").answer(Verdict.FENCED);
            loop.run();
            assertThat(log.lines(lease.toString()))
                    .containsExactly(lease + " was not this pod's any more when Redis answered to its release");
        }
    }

    @Test
    void a_release_without_any_answer_is_not_told_as_one() {
        Lease lease = own();
        try (CapturedLog log = new CapturedLog()) {
            keeper.release(lease);
            loop.tick(TTL);
            store.next("release").loseReply();
            loop.run();
            assertThat(log.lines(lease.toString()))
                    .containsExactly(lease + " has ended, Redis did not answer to its release");
        }
    }

    @Test
    void a_hand_over_is_told_by_what_became_of_it() {
        Lease lease = own();
        try (CapturedLog log = new CapturedLog()) {
            keeper.handOver(lease, new LeaseOwner(OTHER, "w1"));
            store.next("handOver").answer(Verdict.DONE);
            loop.run();
            assertThat(log.lines(lease.toString())).containsExactly(lease + " handed over to other");
        }
    }

    @Test
    void a_hand_over_to_a_pod_that_waits_no_longer_is_told_as_a_release() {
        Lease lease = own();
        try (CapturedLog log = new CapturedLog()) {
            keeper.handOver(lease, new LeaseOwner(OTHER, "w1"));
            store.next("handOver").answer(Verdict.FENCED);
            loop.run();
            store.next("release").answer(Verdict.DONE);
            loop.run();
            assertThat(log.lines(lease.toString())).containsExactly(lease + " released, other asks no more");
        }
    }

    @Test
    void of_a_lost_lease_is_told_what_is_known() {
        try (CapturedLog log = new CapturedLog()) {
            Lease lease = own();
            keeper.fenced(lease);
            answer(store.next("renew"), new Renewal.Lost());
            assertThat(log.warnings())
                    .containsExactly(
                            "queue=WHATSAPP lost the leases of partitions [0]: a command under them was refused;"
                                    + " late work of this pod is refused");
        }
    }

    @Test
    void a_lease_that_redis_has_forgotten_was_not_lost_by_silence() {
        try (CapturedLog log = new CapturedLog()) {
            own();
            loop.tick(EVERY);
            answer(store.next("renew"), new Renewal.Lost());
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains("[0]: Redis does not know this pod as their owner any more;");
        }
    }

    @Test
    void a_lease_that_ran_out_in_a_pause_was_lost_by_silence() {
        try (CapturedLog log = new CapturedLog()) {
            Lease lease = own();
            loop.pause(TTL);
            keeper.fenced(lease);
            answer(store.next("renew"), new Renewal.Lost());
            assertThat(log.warnings()).singleElement().asString().contains("[0]: no renewal was answered in time;");
        }
    }

    @Test
    void a_lease_granted_after_the_stop_is_given_back() {
        Call acquire = beginAcquiring();
        keeper.drain();
        grant(acquire);
        assertThat(told).noneMatch(line -> line.startsWith("acquired"));
        assertThat(store.waiting()).contains("release");
    }

    @Test
    void a_stop_waits_until_what_is_being_acquired_is_answered_and_given_back() {
        Call first = beginAcquiring();
        CompletableFuture<Void> stopped = keeper.stop().toCompletableFuture();
        store.next("unregister").answer(null);
        first.loseReply();
        loop.tick(Duration.ofMillis(100));
        Call repeat = store.next("acquire");
        assertThat(repeat.argument(1, LeaseOwner.class)).isEqualTo(first.argument(1, LeaseOwner.class));
        assertThat(stopped).isNotDone();
        grant(repeat);
        assertThat(stopped).isNotDone();
        store.next("release").answer(Verdict.DONE);
        loop.run();
        assertThat(stopped).isCompleted();
    }

    @Test
    void a_stop_waits_no_longer_than_a_lease_lives_for_an_acquisition_that_is_never_answered() {
        Call acquire = beginAcquiring();
        CompletableFuture<Void> stopped = keeper.stop().toCompletableFuture();
        store.next("unregister").answer(null);
        loop.tick(TTL.minusMillis(50));
        acquire.loseReply();
        loop.tick(Duration.ofMillis(100));
        assertThat(stopped).isNotDone();
        store.next("acquire").loseReply();
        loop.tick(Duration.ofMillis(100));
        assertThat(store.waiting()).doesNotContain("acquire");
        assertThat(stopped).isCompleted();
    }

    @Test
    void after_a_stop_a_hand_over_is_not_confirmed_any_more() {
        Call want = beginWanting();
        LeaseOwner wish = want.argument(1, LeaseOwner.class);
        PartitionId wanted = want.argument(0, PartitionId.class);
        want.answer(true);
        announce(wanted);
        keeper.drain();
        store.next("peek")
                .answer(Map.of(wanted, new LeaseView(wish, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.waiting()).doesNotContain("acquire");
    }

    @Test
    void a_wish_is_told_to_the_owner_and_a_decline_travels_with_the_next_renewal() {
        Lease lease = own();
        LeaseOwner by = new LeaseOwner(OTHER, "w1");
        loop.tick(EVERY);
        answer(store.next("renew"), new Renewal.Renewed(by));
        assertThat(told).endsWith("requested 0 by other");
        keeper.reject(lease, by);
        loop.tick(EVERY);
        RenewalRequest request =
                (RenewalRequest) store.next("renew").argument(0, List.class).get(0);
        assertThat(request.rejected()).isEqualTo(by);
    }

    @Test
    void a_handed_over_lease_is_confirmed_with_the_nonce_of_the_wish() {
        Call want = beginWanting();
        LeaseOwner wish = want.argument(1, LeaseOwner.class);
        PartitionId wanted = want.argument(0, PartitionId.class);
        want.answer(true);
        announce(wanted);
        store.next("peek")
                .answer(Map.of(wanted, new LeaseView(wish, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(wish);
    }

    @Test
    void a_hand_over_whose_announcement_was_not_heard_is_found_before_it_lapses() {
        Call want = beginWanting();
        LeaseOwner wish = want.argument(1, LeaseOwner.class);
        PartitionId wanted = want.argument(0, PartitionId.class);
        want.answer(true);
        loop.tick(EVERY.dividedBy(2));
        LeaseOwner owner = new LeaseOwner(OTHER, "n");
        store.next("peek")
                .answer(Map.of(wanted, new LeaseView(owner, new Epoch(1), Duration.ofSeconds(9), false, wish)));
        loop.tick(EVERY.dividedBy(2));
        store.next("peek")
                .answer(Map.of(wanted, new LeaseView(wish, new Epoch(9), Duration.ofSeconds(2), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(wish);
    }

    @Test
    void a_wish_whose_answer_was_lost_still_takes_what_is_handed_over_to_it() {
        Call want = beginWanting();
        LeaseOwner wish = want.argument(1, LeaseOwner.class);
        PartitionId wanted = want.argument(0, PartitionId.class);
        want.loseReply();
        loop.tick(Duration.ofMillis(100));
        store.next("peek")
                .answer(Map.of(wanted, new LeaseView(wish, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(wish);
    }

    @Test
    void a_refused_wish_is_followed_by_a_look_for_what_has_expired_meanwhile() {
        Call want = beginWanting();
        PartitionId wanted = want.argument(0, PartitionId.class);
        loop.tick(Duration.ofMillis(8_950));
        want.answer(false);
        loop.tick(Duration.ofMillis(100));
        assertThat(store.next("peek").argument(0, List.class).contains(wanted)).isTrue();
    }

    @Test
    void a_look_that_overtakes_the_wish_does_not_end_it() {
        Call want = beginWanting();
        LeaseOwner wish = want.argument(1, LeaseOwner.class);
        PartitionId wanted = want.argument(0, PartitionId.class);
        announce(wanted);
        store.next("peek").answer(Map.of(wanted, held(OTHER)));
        loop.run();
        want.answer(true);
        announce(wanted);
        store.next("peek")
                .answer(Map.of(wanted, new LeaseView(wish, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(wish);
    }

    @Test
    void an_announcement_during_an_acquisition_makes_its_refusal_out_of_date() {
        Call acquire = beginAcquiring();
        PartitionId partition = acquire.argument(0, PartitionId.class);
        announce(partition);
        assertThat(store.waiting()).as("the answer comes first").doesNotContain("peek");
        acquire.answer(new Acquisition.Owned(held(OTHER)));
        loop.run();
        assertThat(store.next("peek").argument(0, List.class).contains(partition))
                .isTrue();
    }

    @Test
    void a_refused_acquisition_without_an_announcement_waits_for_the_expiry() {
        Call acquire = beginAcquiring();
        acquire.answer(new Acquisition.Owned(held(OTHER)));
        loop.run();
        assertThat(store.waiting()).doesNotContain("peek");
    }

    @Test
    void a_partition_that_is_released_is_taken_while_another_one_is_asked_for() {
        Call want = beginWanting();
        want.answer(true);
        PartitionId other =
                new PartitionId(QUEUE, 1 - want.argument(0, PartitionId.class).index());
        announce(other);
        store.next("peek").answer(Map.of(other, free()));
        loop.run();
        assertThat(store.next("acquire").argument(0, PartitionId.class)).isEqualTo(other);
    }

    @Test
    void a_registration_without_answer_is_repeated_soon_and_once_for_all_that_were_lost() {
        beginAcquiring();
        loop.tick(EVERY.minusMillis(50));
        announce(new PartitionId(QUEUE, 1));
        loop.tick(Duration.ofMillis(50));
        store.next("register").loseReply();
        store.next("register").loseReply();
        loop.tick(Duration.ofMillis(500));
        register(new Pod(ME, 1, List.of(), 0, 0));
        loop.tick(Duration.ofMillis(500));
        assertThat(store.waiting()).doesNotContain("register");
    }

    @Test
    void a_lease_seen_is_looked_at_again_when_it_has_expired_and_not_before() {
        keeper.start();
        register(new Pod(ME, 1, List.of(), 0, 0), new Pod(OTHER, 2, List.of(0, 1), 0, 0));
        peeked(held(OTHER), held(OTHER));
        loop.tick(Duration.ofSeconds(9).minusMillis(1));
        assertThat(store.waiting()).doesNotContain("peek");
        loop.tick(Duration.ofMillis(300));
        assertThat(store.waiting()).contains("peek");
    }

    @Test
    void no_partition_is_taken_before_the_other_pods_are_known() {
        keeper.start();
        peeked(free(), free());
        assertThat(store.waiting()).doesNotContain("acquire");
        register(new Pod(ME, 1, List.of(), 0, 0));
        assertThat(store.waiting()).filteredOn("acquire"::equals).hasSize(2);
    }

    private Call beginWanting() {
        keeper.start();
        register(new Pod(ME, 1, List.of(), 0, 0), new Pod(OTHER, 1, List.of(0, 1), 0, 0));
        peeked(held(OTHER), held(OTHER));
        return store.next("requestHandOver");
    }

    private Call beginAcquiring() {
        keeper.start();
        register(new Pod(ME, 1, List.of(), 0, 0), new Pod(OTHER, 1, List.of(1), 0, 0));
        peeked(free(), held(OTHER));
        return store.next("acquire");
    }

    private void announce(PartitionId partition) {
        if (announcements == null) {
            announcements = store.next("announcements").argument(1, AnnouncementListener.class);
        }
        announcements.announced(partition);
        loop.run();
    }

    private Lease own() {
        grant(beginAcquiring());
        return leases.get(0);
    }

    private void grant(Call acquire) {
        Lease lease = new Lease(
                acquire.argument(0, PartitionId.class), acquire.argument(1, LeaseOwner.class), new Epoch(5), "primary");
        acquire.answer(new Acquisition.Granted(lease, Predecessor.NONE, 0));
        loop.run();
    }

    private void register(Pod... pods) {
        store.next("register").answer(List.of(pods));
        loop.run();
    }

    private void peeked(LeaseView zero, LeaseView one) {
        store.next("peek").answer(Map.of(new PartitionId(QUEUE, 0), zero, new PartitionId(QUEUE, 1), one));
        loop.run();
    }

    private static LeaseView free() {
        return new LeaseView(null, null, Duration.ZERO, false, null);
    }

    private static LeaseView held(PodId by) {
        return new LeaseView(new LeaseOwner(by, "n"), new Epoch(1), Duration.ofSeconds(9), false, null);
    }

    private void answer(Call renew, Renewal answer) {
        Map<Lease, Renewal> answers = new HashMap<>();
        for (Object request : renew.argument(0, List.class)) {
            answers.put(((RenewalRequest) request).lease(), answer);
        }
        renew.answer(answers);
        loop.run();
    }

    private final class Recorder implements LeaseListener {
        @Override
        public void acquired(Granted granted) {
            leases.add(granted.lease());
            told.add("acquired " + granted.lease().partition().index());
        }

        @Override
        public void renewed(Lease lease) {
            told.add("renewed " + lease.partition().index());
        }

        @Override
        public void lost(Lease lease) {
            told.add("lost " + lease.partition().index());
        }

        @Override
        public void handOverRequested(Lease lease, LeaseOwner by) {
            told.add("requested " + lease.partition().index() + " by " + by.pod());
        }

        @Override
        public int inFlight(Lease lease) {
            return 0;
        }
    }

    private final class Answers implements Reachability {
        @Override
        public void answered(Subject subject) {
            assertThat(subject).isIn(Subject.QUEUE, Subject.lease(0), Subject.lease(1));
        }

        @Override
        public void unanswered(Subject subject, @Nullable Throwable failure) {
            told.add(subject.equals(Subject.QUEUE) ? "unanswered" : "unanswered " + subject.partition());
        }

        @Override
        public String problem() {
            return "";
        }
    }
}
