package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.lease.LeaseKeeper.Answer;
import io.qbull.model.Capacity;
import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.PodsView;
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
            new LeaseDomain(QUEUE, Competition.of(2), ME, 257),
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
        // The ticks of a process are aligned, so the first one may come sooner.
        while (!store.waiting().contains("renew")) {
            loop.tick(Duration.ofMillis(1));
        }
        Call renew = store.next("renew");
        loop.tick(Duration.ofSeconds(3));
        answer(renew, new Renewal.Renewed(null));
        assertThat(told).contains("renewed 0");
        loop.tick(TRUST.minusSeconds(3).minusMillis(2));
        assertThat(keeper.trusted(lease)).isTrue();
        loop.tick(Duration.ofMillis(2));
        assertThat(keeper.trusted(lease)).isFalse();
    }

    @Test
    void an_unanswered_renewal_is_repeated_before_trust_ends() {
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
    void a_paused_pod_trusts_nothing_when_it_wakes() {
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
    void an_unanswered_acquisition_is_repeated_with_the_same_nonce() {
        Call first = beginAcquiring();
        LeaseOwner owner = first.argument(1, LeaseOwner.class);
        first.loseReply();
        loop.tick(Duration.ofMillis(100));
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(owner);
    }

    @Test
    void an_unanswered_release_is_repeated_and_the_lease_is_not_used_meanwhile() {
        Lease lease = own();
        keeper.release(lease, 0);
        assertThat(keeper.trusted(lease)).isFalse();
        store.next("release").loseReply();
        loop.tick(Duration.ofMillis(500));
        store.next("release").answer(Verdict.DONE);
        loop.tick(EVERY);
        assertThat(store.waiting()).doesNotContain("renew", "release");
    }

    @Test
    void a_release_is_logged_once_redis_has_carried_it_out() {
        Lease lease = own();
        loop.tick(LeaseLog.MOMENT);
        try (CapturedLog log = new CapturedLog()) {
            keeper.release(lease, 0);
            loop.run();
            assertThat(log.lines(lease.toString())).isEmpty();
            store.next("release").answer(Verdict.DONE);
            loop.tick(LeaseLog.MOMENT);
            assertThat(log.lines(lease.toString())).containsExactly(lease + " released");
        }
    }

    @Test
    void leases_that_are_acquired_together_are_logged_in_one_line() {
        try (CapturedLog log = new CapturedLog()) {
            keeper.start();
            register(new LivingPod(ME, new Capacity(2, 2)));
            peeked(free(), free());
            grant(store.next("acquire"));
            grant(store.next("acquire"));
            assertThat(log.lines("acquired")).isEmpty();
            loop.tick(LeaseLog.MOMENT);
            assertThat(log.lines("acquired"))
                    .containsExactly("queue=WHATSAPP partitions=[0, 1] acquired; the previous lease: none");
        }
    }

    @Test
    void what_was_acquired_is_logged_before_its_loss_and_before_the_end() {
        try (CapturedLog log = new CapturedLog()) {
            Lease lease = own();
            keeper.fenced(lease);
            answer(store.next("renew"), new Renewal.Lost());
            assertThat(log.lines("")).element(0).asString().contains("acquired");
            keeper.release(lease, 0);
            store.next("release").answer(Verdict.DONE);
            keeper.stop();
            store.next("unregister").answer(null);
            loop.run();
            assertThat(log.lines("released")).hasSize(1);
        }
    }

    @Test
    void a_release_that_comes_too_late_is_not_logged_as_a_release() {
        Lease lease = own();
        loop.tick(LeaseLog.MOMENT);
        try (CapturedLog log = new CapturedLog()) {
            keeper.release(lease, 0);
            store.next("release").answer(Verdict.FENCED);
            loop.run();
            assertThat(log.lines(lease.toString()))
                    .containsExactly(lease + " was no longer this pod's when Redis answered its release");
        }
    }

    @Test
    void a_release_that_is_never_answered_is_not_logged_as_a_release() {
        Lease lease = own();
        loop.tick(LeaseLog.MOMENT);
        try (CapturedLog log = new CapturedLog()) {
            keeper.release(lease, 0);
            loop.tick(TTL);
            store.next("release").loseReply();
            loop.run();
            assertThat(log.lines(lease.toString()))
                    .containsExactly(lease + " has expired; Redis did not answer its release");
        }
    }

    @Test
    void a_hand_over_is_logged_with_its_receiver() {
        Lease lease = own();
        loop.tick(LeaseLog.MOMENT);
        try (CapturedLog log = new CapturedLog()) {
            keeper.handOver(lease, new LeaseOwner(OTHER, "w1"), 0);
            store.next("handOver").answer(Verdict.DONE);
            loop.tick(LeaseLog.MOMENT);
            assertThat(log.lines(lease.toString())).containsExactly(lease + " handed over to other");
        }
    }

    @Test
    void a_hand_over_to_a_pod_that_waits_no_longer_is_logged_as_a_release() {
        Lease lease = own();
        loop.tick(LeaseLog.MOMENT);
        try (CapturedLog log = new CapturedLog()) {
            keeper.handOver(lease, new LeaseOwner(OTHER, "w1"), 0);
            store.next("handOver").answer(Verdict.FENCED);
            loop.run();
            store.next("release").answer(Verdict.DONE);
            loop.tick(LeaseLog.MOMENT);
            assertThat(log.lines(lease.toString())).containsExactly(lease + " released; other waits no longer");
        }
    }

    @Test
    void the_log_says_that_a_refused_command_cost_the_lease() {
        try (CapturedLog log = new CapturedLog()) {
            Lease lease = own();
            keeper.fenced(lease);
            answer(store.next("renew"), new Renewal.Lost());
            assertThat(log.warnings())
                    .containsExactly(
                            "queue=WHATSAPP lost the leases of partitions [0]: Redis refused a command under them;"
                                    + " Redis refuses late work of this pod");
        }
    }

    @Test
    void the_log_says_that_redis_no_longer_knows_the_owner() {
        try (CapturedLog log = new CapturedLog()) {
            own();
            loop.tick(EVERY);
            answer(store.next("renew"), new Renewal.Lost());
            assertThat(log.warnings())
                    .singleElement()
                    .asString()
                    .contains("[0]: Redis no longer knows this pod as their owner;");
        }
    }

    @Test
    void the_log_says_that_a_pause_outlasted_the_lease() {
        try (CapturedLog log = new CapturedLog()) {
            Lease lease = own();
            loop.pause(TTL);
            keeper.fenced(lease);
            answer(store.next("renew"), new Renewal.Lost());
            assertThat(log.warnings()).singleElement().asString().contains("[0]: no renewal was answered in time;");
        }
    }

    @Test
    void a_lease_granted_after_the_drain_began_is_given_back() {
        Call acquire = beginAcquiring();
        keeper.drain();
        grant(acquire);
        assertThat(told).noneMatch(line -> line.startsWith("acquired"));
        assertThat(store.waiting()).contains("release");
    }

    @Test
    void a_stop_waits_until_a_pending_acquisition_is_answered_and_given_back() {
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
    void a_stop_waits_at_most_a_ttl_for_an_acquisition_that_is_never_answered() {
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
    void a_draining_pod_does_not_confirm_a_hand_over() {
        Call request = beginRequesting();
        LeaseOwner requester = request.argument(1, LeaseOwner.class);
        PartitionId partition = request.argument(0, PartitionId.class);
        request.answer(true);
        announce(partition);
        keeper.drain();
        store.next("peek")
                .answer(Map.of(partition, new LeaseView(requester, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.waiting()).doesNotContain("acquire");
    }

    @Test
    void a_request_reaches_the_owner_and_its_rejection_travels_at_once_with_a_renewal() {
        Lease lease = own();
        LeaseOwner by = new LeaseOwner(OTHER, "w1");
        loop.tick(EVERY);
        answer(store.next("renew"), new Renewal.Renewed(by));
        assertThat(told).endsWith("requested 0 by other");
        keeper.reject(lease, by);
        loop.run();
        RenewalRequest request =
                (RenewalRequest) store.next("renew").argument(0, List.class).get(0);
        assertThat(request.rejected()).isEqualTo(by);
    }

    @Test
    void a_hand_over_is_confirmed_with_the_nonce_of_the_request() {
        Call request = beginRequesting();
        LeaseOwner requester = request.argument(1, LeaseOwner.class);
        PartitionId partition = request.argument(0, PartitionId.class);
        request.answer(true);
        announce(partition);
        store.next("peek")
                .answer(Map.of(partition, new LeaseView(requester, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(requester);
    }

    @Test
    void a_hand_over_before_the_subscription_stood_is_found_once_it_does() {
        Call request = beginRequesting();
        LeaseOwner requester = request.argument(1, LeaseOwner.class);
        PartitionId partition = request.argument(0, PartitionId.class);
        request.answer(true);
        AutoCloseable subscription = () -> {};
        store.next("announcements").answer(subscription);
        loop.run();
        store.next("peek")
                .answer(Map.of(partition, new LeaseView(requester, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(requester);
    }

    @Test
    void an_unheard_hand_over_is_found_before_it_lapses() {
        Call request = beginRequesting();
        LeaseOwner requester = request.argument(1, LeaseOwner.class);
        PartitionId partition = request.argument(0, PartitionId.class);
        request.answer(true);
        loop.tick(EVERY.dividedBy(2));
        LeaseOwner owner = new LeaseOwner(OTHER, "n");
        store.next("peek")
                .answer(Map.of(partition, new LeaseView(owner, new Epoch(1), Duration.ofSeconds(9), false, requester)));
        loop.tick(EVERY.dividedBy(2));
        store.next("peek")
                .answer(Map.of(partition, new LeaseView(requester, new Epoch(9), Duration.ofSeconds(2), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(requester);
    }

    @Test
    void a_request_whose_answer_was_lost_still_takes_the_hand_over() {
        Call request = beginRequesting();
        LeaseOwner requester = request.argument(1, LeaseOwner.class);
        PartitionId partition = request.argument(0, PartitionId.class);
        request.loseReply();
        loop.tick(Duration.ofMillis(100));
        store.next("peek")
                .answer(Map.of(partition, new LeaseView(requester, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(requester);
    }

    @Test
    void a_refused_request_is_followed_by_a_look_at_the_lease() {
        Call request = beginRequesting();
        PartitionId partition = request.argument(0, PartitionId.class);
        loop.tick(Duration.ofMillis(8_950));
        request.answer(false);
        loop.tick(Duration.ofMillis(100));
        assertThat(store.next("peek").argument(0, List.class).contains(partition))
                .isTrue();
    }

    @Test
    void a_look_that_overtakes_the_request_does_not_end_it() {
        Call request = beginRequesting();
        LeaseOwner requester = request.argument(1, LeaseOwner.class);
        PartitionId partition = request.argument(0, PartitionId.class);
        announce(partition);
        store.next("peek").answer(Map.of(partition, ownedBy(OTHER)));
        loop.run();
        request.answer(true);
        announce(partition);
        store.next("peek")
                .answer(Map.of(partition, new LeaseView(requester, new Epoch(9), Duration.ofSeconds(5), false, null)));
        loop.run();
        assertThat(store.next("acquire").argument(1, LeaseOwner.class)).isEqualTo(requester);
    }

    @Test
    void an_announcement_during_an_acquisition_makes_its_refusal_out_of_date() {
        Call acquire = beginAcquiring();
        PartitionId partition = acquire.argument(0, PartitionId.class);
        announce(partition);
        assertThat(store.waiting()).as("the answer comes first").doesNotContain("peek");
        acquire.answer(new Acquisition.Owned(ownedBy(OTHER)));
        loop.run();
        assertThat(store.next("peek").argument(0, List.class).contains(partition))
                .isTrue();
    }

    @Test
    void a_refused_acquisition_without_an_announcement_waits_for_the_expiry() {
        Call acquire = beginAcquiring();
        acquire.answer(new Acquisition.Owned(ownedBy(OTHER)));
        loop.run();
        assertThat(store.waiting()).doesNotContain("peek");
    }

    @Test
    void a_released_partition_is_taken_while_a_request_for_another_is_open() {
        Call request = beginRequesting();
        request.answer(true);
        PartitionId other = new PartitionId(
                QUEUE, 1 - request.argument(0, PartitionId.class).index());
        announce(other);
        loop.tick(Duration.ofMillis(20));
        store.next("peek").answer(Map.of(other, free()));
        loop.run();
        assertThat(store.next("acquire").argument(0, PartitionId.class)).isEqualTo(other);
    }

    @Test
    void unanswered_registrations_are_repeated_once_for_all_and_soon() {
        beginAcquiring();
        loop.tick(EVERY.minusMillis(50));
        announce(new PartitionId(QUEUE, 1));
        loop.tick(Duration.ofMillis(70));
        store.next("register").loseReply();
        store.next("register").loseReply();
        loop.tick(Duration.ofMillis(500));
        register(new LivingPod(ME, new Capacity(1, 1)));
        loop.tick(Duration.ofMillis(500));
        assertThat(store.waiting()).doesNotContain("register");
    }

    @Test
    void an_owned_lease_is_looked_at_again_after_its_expiry_and_not_before() {
        keeper.start();
        register(new LivingPod(ME, new Capacity(1, 1)), new LivingPod(OTHER, new Capacity(2, 2)));
        peeked(ownedBy(OTHER), ownedBy(OTHER));
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
        register(new LivingPod(ME, new Capacity(1, 1)));
        assertThat(store.waiting()).filteredOn("acquire"::equals).hasSize(2);
    }

    @Test
    void a_lease_that_was_kept_for_long_ends_the_long_pauses_of_its_partition() {
        own();
        for (int loss = 0; loss < 5; loss++) {
            keeper.fenced(last());
            answer(store.next("renew"), new Renewal.Lost());
            keeper.release(last(), 0);
            store.next("release").answer(Verdict.FENCED);
            while (!store.waiting().contains("acquire")) {
                loop.tick(Duration.ofMillis(100));
                if (store.waiting().contains("peek")) {
                    store.next("peek").answer(Map.of(new PartitionId(QUEUE, 0), free()));
                    loop.run();
                }
            }
            grant(store.next("acquire"));
        }
        for (int renewal = 0; renewal < 4; renewal++) {
            loop.tick(EVERY);
            answer(store.next("renew"), new Renewal.Renewed(null));
        }
        while (store.waiting().contains("peek")) {
            store.next("peek").answer(Map.of(new PartitionId(QUEUE, 1), ownedBy(OTHER)));
            loop.run();
        }

        keeper.release(last(), 0);
        store.next("release").answer(Verdict.DONE);
        loop.tick(TakeOverPauses.SHORTEST);

        assertThat(store.waiting()).contains("peek");
        List<?> looked = store.next("peek").argument(0, List.class);
        assertThat(looked.contains(new PartitionId(QUEUE, 0))).isTrue();
    }

    @Test
    void the_request_of_a_pod_that_was_not_heard_of_waits_until_the_pods_are_read() {
        PodId stranger = new PodId("stranger");
        own();
        assertThat(keeper.answer(new LeaseOwner(stranger, "n"), 2)).isEqualTo(Answer.LATER);
        assertThat(keeper.answer(new LeaseOwner(stranger, "o"), 2))
                .as("another request of it")
                .isEqualTo(Answer.LATER);
        loop.tick(Duration.ofSeconds(1));
        Call read = store.next("register");
        assertThat(read.argument(5, PodsView.class)).as("asks for all pods").isEqualTo(PodsView.NONE);
        read.answer(new PodsView(
                "w",
                List.of(new LivingPod(ME, new Capacity(1, 1)), new LivingPod(stranger, new Capacity(1, 1))),
                "",
                ""));
        loop.run();
        assertThat(store.waiting()).as("hears of the request again").contains("renew");
        assertThat(keeper.answer(new LeaseOwner(stranger, "n"), 2)).isEqualTo(Answer.GIVE);
        assertThat(keeper.answer(new LeaseOwner(stranger, "n"), 1)).isEqualTo(Answer.KEEP);
    }

    @Test
    void a_pod_that_is_not_registered_gets_an_answer_all_the_same() {
        own();
        LeaseOwner stranger = new LeaseOwner(new PodId("stranger"), "n");
        assertThat(keeper.answer(stranger, 1)).isEqualTo(Answer.LATER);
        loop.tick(Duration.ofSeconds(1));
        register(new LivingPod(ME, new Capacity(1, 1)));
        assertThat(keeper.answer(stranger, 1)).isEqualTo(Answer.KEEP);
    }

    private Lease last() {
        return leases.get(leases.size() - 1);
    }

    private Call beginRequesting() {
        keeper.start();
        register(new LivingPod(ME, new Capacity(1, 1)), new LivingPod(OTHER, new Capacity(1, 1)));
        peeked(ownedBy(OTHER), ownedBy(OTHER));
        return store.next("requestHandOver");
    }

    private Call beginAcquiring() {
        keeper.start();
        register(new LivingPod(ME, new Capacity(1, 1)), new LivingPod(OTHER, new Capacity(1, 1)));
        peeked(free(), ownedBy(OTHER));
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

    private void register(LivingPod... pods) {
        store.next("register").answer(new PodsView("v", List.of(pods), "", ""));
        loop.run();
    }

    private void peeked(LeaseView zero, LeaseView one) {
        store.next("peek").answer(Map.of(new PartitionId(QUEUE, 0), zero, new PartitionId(QUEUE, 1), one));
        loop.run();
    }

    private static LeaseView free() {
        return new LeaseView(null, null, Duration.ZERO, false, null);
    }

    private static LeaseView ownedBy(PodId by) {
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
