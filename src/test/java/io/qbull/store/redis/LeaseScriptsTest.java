package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.LEASE;
import static io.qbull.store.redis.Seed.ME;
import static io.qbull.store.redis.Seed.OTHER;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.THIRD;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.LeaseTable;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.LeaseTable.Predecessor;
import io.qbull.store.LeaseTable.Renewal;
import io.qbull.store.LeaseTable.RenewalRequest;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each script of the leases, by the whole state before and after. */
@Tag("redis")
class LeaseScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Duration TTL = Duration.ofSeconds(30);
    private static final String LATER = "about 30 s from now";

    private Resp resp;
    private Seed seed;
    private LeaseTable leases;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        leases = REDIS.store().leases();
    }

    @Test
    void a_lease_that_never_was_is_granted_with_an_epoch_of_now() {
        long before = seed.now();
        Acquisition.Granted granted = granted(leases.acquire(P, ME, TTL, 7));
        assertThat(granted.predecessor()).isEqualTo(Predecessor.NONE);
        assertThat(granted.window()).isZero();
        assertThat(granted.lease().primary()).isEqualTo(seed.primary());
        assertThat(granted.lease().epoch().value()).isBetween(before * 1000, (seed.now() + 1) * 1000);
        assertThat(lease()).isEqualTo(state("me#1", granted.lease().epoch().toString(), LATER, "", "7", "0"));
    }

    @Test
    void a_released_lease_is_granted_under_a_higher_epoch() {
        seed.held(OTHER, 0);
        seed.lease("wanted", "third#1");
        Acquisition.Granted granted = granted(leases.acquire(P, ME, TTL, 7));
        assertThat(granted.predecessor()).isEqualTo(Predecessor.RELEASED);
        assertThat(granted.window()).isEqualTo(5);
        assertThat(granted.lease().epoch()).isGreaterThan(Epoch.parse(Seed.EPOCH));
        assertThat(lease()).isEqualTo(state("me#1", granted.lease().epoch().toString(), LATER, "", "7", "0"));
    }

    @Test
    void an_expired_lease_is_granted_and_its_window_is_told_and_kept_until_the_first_renewal() {
        seed.held(OTHER, -1);
        seed.lease("window", "9");
        Acquisition.Granted granted = granted(leases.acquire(P, ME, TTL, 7));
        assertThat(granted.predecessor()).isEqualTo(Predecessor.EXPIRED);
        assertThat(granted.window()).isEqualTo(9);
        assertThat(lease()).containsEntry("window", "9").containsEntry("owner", "me#1");
    }

    @Test
    void an_epoch_grows_even_when_the_clock_of_the_server_went_back() {
        seed.lease("owner", "other#1", "epoch", "3000000000000000", "expires", "0");
        assertThat(granted(leases.acquire(P, ME, TTL, 1)).lease().epoch()).isEqualTo(new Epoch(3000000000000001L));
    }

    @Test
    void a_held_lease_is_shown_and_not_touched() {
        seed.held(OTHER, 20_000);
        seed.lease("wanted", "third#1");
        Map<String, Object> before = RedisState.read(resp);
        Acquisition.Owned owned = (Acquisition.Owned) get(leases.acquire(P, ME, TTL, 7));
        assertThat(owned.view().owner()).isEqualTo(OTHER);
        assertThat(owned.view().epoch()).isEqualTo(Epoch.parse(Seed.EPOCH));
        assertThat(owned.view().requester()).isEqualTo(THIRD);
        assertThat(owned.view().released()).isFalse();
        assertThat(owned.view().remaining()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(20));
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_lease_that_was_written_before_the_clock_went_back_lives_as_long_as_its_ttl_from_the_first_look_on() {
        for (boolean byPeek : List.of(true, false)) {
            seed.held(OTHER, 3_600_000);
            seed.lease("ttl", "20000");
            LeaseTable.LeaseView view = byPeek
                    ? requireNonNull(get(leases.peek(List.of(P))).get(P))
                    : ((Acquisition.Owned) get(leases.acquire(P, ME, TTL, 7))).view();
            assertThat(view.remaining()).isEqualTo(Duration.ofSeconds(20));
            assertThat(view.owner()).isEqualTo(OTHER);
            long left = Long.parseLong(resp.text("HGET", LEASE, "expires")) - seed.now();
            assertThat(left).isBetween(15_000L, 20_000L);
            Map<String, Object> cut = RedisState.read(resp);
            get(leases.peek(List.of(P)));
            get(leases.acquire(P, ME, TTL, 7));
            assertThat(RedisState.read(resp)).as("cut once").isEqualTo(cut);
        }
    }

    @Test
    void the_owner_of_a_lease_that_was_cut_still_renews_it() {
        Lease lease = seed.held(ME, 3_600_000);
        seed.lease("ttl", "20000");
        get(leases.peek(List.of(P)));
        assertThat(renew(lease, 5, 1, null)).isEqualTo(new Renewal.Renewed(null));
        assertThat(lease()).isEqualTo(state("me#1", Seed.EPOCH, LATER, "", "5", "1"));
    }

    @Test
    void a_lease_without_a_ttl_is_believed() {
        seed.held(OTHER, 3_600_000);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(requireNonNull(get(leases.peek(List.of(P))).get(P)).remaining())
                .isGreaterThan(Duration.ofMinutes(59));
        get(leases.acquire(P, ME, TTL, 7));
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_repeated_acquire_gets_the_same_epoch_and_extends_the_lease() {
        seed.held(ME, 1_000);
        Acquisition.Granted granted = granted(leases.acquire(P, ME, TTL, 1));
        assertThat(granted.lease().epoch()).isEqualTo(Epoch.parse(Seed.EPOCH));
        assertThat(granted.predecessor()).isEqualTo(Predecessor.UNKNOWN);
        assertThat(granted.window()).isEqualTo(5);
        assertThat(lease()).isEqualTo(state("me#1", Seed.EPOCH, LATER, "", "5", "1"));
    }

    @Test
    void a_late_acquire_does_not_revive_a_lease_that_its_owner_released() {
        seed.held(ME, 0);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(leases.acquire(P, ME, TTL, 1))).isInstanceOf(Acquisition.Spent.class);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_renewal_extends_and_reports_and_tells_who_waits() {
        Lease lease = seed.held(ME, 1_000);
        seed.lease("wanted", "other#1");
        assertThat(renew(lease, 11, 3, null)).isEqualTo(new Renewal.Renewed(OTHER));
        assertThat(lease()).isEqualTo(state("me#1", Seed.EPOCH, LATER, "other#1", "11", "3"));
    }

    @Test
    void a_renewal_of_a_lease_that_ran_out_and_was_not_taken_still_counts() {
        Lease lease = seed.held(ME, -5_000);
        assertThat(renew(lease, 5, 1, null)).isEqualTo(new Renewal.Renewed(null));
        assertThat(lease()).isEqualTo(state("me#1", Seed.EPOCH, LATER, "", "5", "1"));
    }

    @Test
    void a_rejected_request_is_cleared_only_if_it_still_stands() {
        Lease lease = seed.held();
        seed.lease("wanted", "other#1");
        assertThat(renew(lease, 5, 1, THIRD)).isEqualTo(new Renewal.Renewed(OTHER));
        assertThat(renew(lease, 5, 1, OTHER)).isEqualTo(new Renewal.Renewed(null));
        assertThat(lease()).containsEntry("wanted", "");
    }

    @Test
    void a_renewal_by_a_stale_owner_or_a_stale_epoch_or_after_a_release_changes_nothing() {
        seed.held();
        refusedRenewal(seed.lease(OTHER, Seed.EPOCH));
        refusedRenewal(seed.lease(ME, "1699999999999999"));
        refusedRenewal(seed.lease(Seed.owner("me#2"), Seed.EPOCH));
        refusedRenewal(seed.held(ME, 0));
    }

    @Test
    void epochs_that_differ_beyond_the_precision_of_lua_numbers_are_told_apart() {
        seed.lease("owner", "me#1", "epoch", "9007199254740993", "expires", Long.toString(seed.now() + 60_000));
        refusedRenewal(seed.lease(ME, "9007199254740992"));
    }

    @Test
    void many_leases_are_judged_each_alone() {
        List<RenewalRequest> requests = new ArrayList<>();
        List<Lease> good = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            PartitionId partition = new PartitionId(Seed.QUEUE, i);
            String owner = i % 2 == 0 ? "me#1" : "other#1";
            resp.call("HSET", "{Q:" + i + "}:lease", "owner", owner, "epoch", "77", "expires", "9999999999999");
            Lease lease = new Lease(partition, ME, new Epoch(77), seed.primary());
            requests.add(new RenewalRequest(lease, i, 0, null));
            if (i % 2 == 0) {
                good.add(lease);
            }
        }
        Map<Lease, Renewal> answers = get(leases.renew(requests, TTL));
        assertThat(answers).hasSize(600);
        assertThat(answers)
                .allSatisfy((lease, renewal) -> assertThat(renewal)
                        .isInstanceOf(good.contains(lease) ? Renewal.Renewed.class : Renewal.Lost.class));
        assertThat(resp.text("HGET", "{Q:598}:lease", "window")).isEqualTo("598");
        assertThat(resp.call("HGET", "{Q:599}:lease", "window")).isNull();
    }

    @Test
    void a_release_frees_the_lease_and_keeps_its_owner_on_record() {
        Lease lease = seed.held();
        assertThat(get(leases.release(lease, 0))).isEqualTo(Verdict.DONE);
        assertThat(lease()).isEqualTo(state("me#1", Seed.EPOCH, "0", "", "0", "0"));
        assertThat(get(leases.release(lease, 0))).as("repeat").isEqualTo(Verdict.DONE);
        assertThat(lease()).isEqualTo(state("me#1", Seed.EPOCH, "0", "", "0", "0"));
    }

    @Test
    void suspects_that_are_left_pass_to_the_next_owner_with_a_release_and_with_a_hand_over() {
        Lease lease = seed.held();
        seed.lease("wanted", "other#1");
        assertThat(get(leases.handOver(lease, OTHER, TTL, 3))).isEqualTo(Verdict.DONE);
        Acquisition.Granted confirmed = granted(leases.acquire(P, OTHER, TTL, 7));
        assertThat(confirmed.suspects()).isEqualTo(3);
        assertThat(get(leases.release(confirmed.lease(), 2))).isEqualTo(Verdict.DONE);
        Acquisition.Granted next = granted(leases.acquire(P, THIRD, TTL, 1));
        assertThat(next.predecessor()).isEqualTo(Predecessor.RELEASED);
        assertThat(next.suspects()).isEqualTo(2);
        seed.lease("expires", Long.toString(seed.now() - 1));
        assertThat(granted(leases.acquire(P, ME, TTL, 1)).suspects())
                .as("the next owner died before its first renewal")
                .isEqualTo(2);
    }

    @Test
    void a_release_without_suspects_leaves_none() {
        Lease lease = seed.held();
        assertThat(get(leases.release(lease, 0))).isEqualTo(Verdict.DONE);
        assertThat(granted(leases.acquire(P, OTHER, TTL, 7)).suspects()).isZero();
    }

    @Test
    void a_release_by_a_stale_owner_or_a_stale_epoch_changes_nothing() {
        seed.held();
        for (Lease stale : List.of(seed.lease(OTHER, Seed.EPOCH), seed.lease(ME, "1699999999999999"))) {
            Map<String, Object> before = RedisState.read(resp);
            assertThat(get(leases.release(stale, 0))).isEqualTo(Verdict.FENCED);
            assertThat(RedisState.read(resp)).isEqualTo(before);
        }
    }

    @Test
    void a_hand_over_makes_the_waiting_pod_owner_for_a_short_time() {
        Lease lease = seed.held();
        seed.lease("wanted", "other#1");
        assertThat(get(leases.handOver(lease, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
        Map<String, String> after = lease();
        String epoch = requireNonNull(after.get("epoch"));
        assertThat(Epoch.parse(epoch)).isGreaterThan(lease.epoch());
        assertThat(after).isEqualTo(state("other#1", epoch, LATER, "", "0", "0"));
        // The receiver confirms under the new epoch; the giver is out.
        assertThat(renew(seed.lease(OTHER, epoch), 1, 0, null)).isEqualTo(new Renewal.Renewed(null));
        refusedRenewal(lease);
    }

    @Test
    void a_hand_over_is_told_from_an_expiry_until_its_receiver_has_begun() {
        Lease lease = seed.held();
        seed.lease("wanted", "other#1");
        assertThat(get(leases.handOver(lease, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
        Acquisition.Granted confirmed = granted(leases.acquire(P, OTHER, TTL, 7));
        assertThat(confirmed.predecessor()).isEqualTo(Predecessor.HANDED_OVER);
        assertThat(confirmed.window()).isZero();
        assertThat(lease()).containsEntry("window", "7");
        assertThat(granted(leases.acquire(P, OTHER, TTL, 7)).predecessor())
                .as("repeat")
                .isEqualTo(Predecessor.UNKNOWN);
        seed.lease("expires", Long.toString(seed.now() - 1));
        Acquisition.Granted next = granted(leases.acquire(P, THIRD, TTL, 7));
        assertThat(next.predecessor()).as("the receiver died").isEqualTo(Predecessor.EXPIRED);
        assertThat(next.window()).isEqualTo(7);
    }

    @Test
    void a_hand_over_whose_receiver_never_came_leaves_nothing_half_done() {
        Lease lease = seed.held();
        seed.lease("wanted", "other#1");
        assertThat(get(leases.handOver(lease, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
        seed.lease("expires", Long.toString(seed.now() - 1));
        Acquisition.Granted granted = granted(leases.acquire(P, THIRD, TTL, 7));
        assertThat(granted.predecessor()).isEqualTo(Predecessor.HANDED_OVER);
        assertThat(granted.window()).isZero();
    }

    @Test
    void a_hand_over_by_a_stale_owner_or_to_one_who_asks_no_more_or_after_a_release_or_repeated_changes_nothing() {
        Lease lease = seed.held();
        seed.lease("wanted", "other#1");
        refusedHandOver(seed.lease(THIRD, Seed.EPOCH), OTHER);
        refusedHandOver(seed.lease(ME, "1699999999999999"), OTHER);
        refusedHandOver(lease, THIRD);
        assertThat(get(leases.handOver(lease, OTHER, TTL, 0))).isEqualTo(Verdict.DONE);
        refusedHandOver(lease, OTHER);
        seed.held(ME, 0);
        seed.lease("wanted", "other#1");
        refusedHandOver(lease, OTHER);
    }

    @Test
    void a_wish_is_recorded_once_and_only_against_a_living_foreign_owner() {
        assertThat(get(leases.requestHandOver(P, OTHER))).as("never leased").isFalse();
        assertThat(RedisState.read(resp)).isEmpty();
        seed.held(ME, 0);
        assertThat(get(leases.requestHandOver(P, OTHER))).as("released").isFalse();
        seed.held(ME, -1);
        assertThat(get(leases.requestHandOver(P, OTHER))).as("expired").isFalse();
        seed.held();
        assertThat(get(leases.requestHandOver(P, ME))).as("own").isFalse();
        assertThat(lease()).containsEntry("wanted", "");
        assertThat(get(leases.requestHandOver(P, OTHER))).isTrue();
        assertThat(get(leases.requestHandOver(P, OTHER))).as("repeat").isTrue();
        assertThat(get(leases.requestHandOver(P, THIRD)))
                .as("asked for by another")
                .isFalse();
        assertThat(lease()).containsEntry("wanted", "other#1").containsEntry("owner", "me#1");
    }

    @Test
    void peeking_shows_every_kind_of_lease_and_touches_none() {
        seed.held(OTHER, 20_000);
        resp.call("HSET", "{Q:4}:lease", "owner", "me#1", "epoch", "5", "expires", "0");
        resp.call("HSET", "{Q:5}:lease", "owner", "me#1", "epoch", "6", "expires", "1000");
        Map<String, Object> before = RedisState.read(resp);
        PartitionId p4 = new PartitionId(Seed.QUEUE, 4);
        PartitionId p5 = new PartitionId(Seed.QUEUE, 5);
        PartitionId p6 = new PartitionId(Seed.QUEUE, 6);
        Map<PartitionId, LeaseTable.LeaseView> sights = get(leases.peek(List.of(P, p4, p5, p6)));
        assertThat(requireNonNull(sights.get(P)).free()).isFalse();
        assertThat(requireNonNull(sights.get(P)).owner()).isEqualTo(OTHER);
        assertThat(sights.get(p4)).isEqualTo(new LeaseTable.LeaseView(ME, new Epoch(5), Duration.ZERO, true, null));
        assertThat(sights.get(p5)).isEqualTo(new LeaseTable.LeaseView(ME, new Epoch(6), Duration.ZERO, false, null));
        assertThat(sights.get(p6)).isEqualTo(new LeaseTable.LeaseView(null, null, Duration.ZERO, false, null));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(leases.peek(List.of()))).isEmpty();
    }

    @Test
    void a_key_of_a_foreign_type_is_one_lost_lease_and_the_others_of_the_call_are_renewed() {
        List<RenewalRequest> requests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Lease lease = new Lease(new PartitionId(Seed.QUEUE, i), ME, new Epoch(77), seed.primary());
            resp.call(
                    "HSET", "{Q:" + i + "}:lease", "owner", "me#1", "epoch", "77", "expires", "1", "wanted", "garbage");
            requests.add(new RenewalRequest(lease, 5, 0, null));
        }
        resp.call("SET", "{Q:1}:lease", "foreign");
        Map<Lease, Renewal> answers = get(leases.renew(requests, TTL));
        assertThat(requests)
                .extracting(request -> answers.get(request.lease()))
                .containsExactly(new Renewal.Renewed(null), new Renewal.Lost(), new Renewal.Renewed(null));
        assertThat(resp.text("GET", "{Q:1}:lease")).isEqualTo("foreign");
        // What is left breaks the rules of the keys on purpose.
        resp.call("FLUSHALL");
    }

    @Test
    void a_lease_that_cannot_be_read_is_nobodys_to_take_and_the_others_of_the_call_are_seen() {
        String[] expired = {"owner", "me#1", "epoch", "5", "expires", "1000", "wanted", "garbage"};
        hash(0, expired);
        resp.call("SET", "{Q:1}:lease", "foreign");
        hash(2, "owner", "garbage", "epoch", "5", "expires", "1000");
        hash(3, "owner", "me#1", "epoch", "garbage", "expires", "1000");
        hash(4, "owner", "me#1", "epoch", "5", "expires", "garbage");
        hash(5, "owner", "me#1", "epoch", "5", "expires", "99999999999999999999");
        hash(6, "owner", "me#1", "epoch", "5", "expires", "99999999999999999");
        hash(7, expired);
        List<PartitionId> all = IntStream.range(0, 8)
                .mapToObj(index -> new PartitionId(Seed.QUEUE, index))
                .toList();
        Map<PartitionId, LeaseTable.LeaseView> sights = get(leases.peek(all));
        LeaseTable.LeaseView free = new LeaseTable.LeaseView(ME, new Epoch(5), Duration.ZERO, false, null);
        assertThat(sights).hasSize(8).containsEntry(all.get(0), free).containsEntry(all.get(7), free);
        assertThat(all.subList(1, 7)).extracting(sights::get).containsOnly(LeaseTable.LeaseView.unreadable());
        assertThat(LeaseTable.LeaseView.unreadable().free()).isFalse();
        // What is left breaks the rules of the keys on purpose.
        resp.call("FLUSHALL");
    }

    @Test
    void a_right_that_is_missing_is_no_lost_lease() {
        Lease lease = seed.held();
        resp.call("ACL", "SETUSER", "default", "-hmget");
        try {
            assertThat(failure(leases.renew(List.of(new RenewalRequest(lease, 5, 0, null)), TTL)))
                    .isInstanceOf(StoreException.Misconfigured.class);
            assertThat(failure(leases.peek(List.of(P)))).isInstanceOf(StoreException.Misconfigured.class);
        } finally {
            resp.call("ACL", "SETUSER", "default", "+hmget");
            resp.call("ACL", "LOG", "RESET");
        }
    }

    @Test
    void a_lease_without_an_end_of_life_stays_so() {
        granted(leases.acquire(P, ME, TTL, 1));
        assertThat(resp.number("TTL", LEASE)).isEqualTo(-1);
    }

    private void hash(int index, String... fields) {
        List<String> command = new ArrayList<>(List.of("HSET", "{Q:" + index + "}:lease"));
        command.addAll(List.of(fields));
        resp.call(command.toArray(String[]::new));
    }

    private void refusedRenewal(Lease stale) {
        Map<String, Object> before = RedisState.read(resp);
        assertThat(renew(stale, 99, 99, null)).as("%s", stale).isEqualTo(new Renewal.Lost());
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    private void refusedHandOver(Lease lease, LeaseOwner to) {
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(leases.handOver(lease, to, TTL, 0))).isEqualTo(Verdict.FENCED);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    private Renewal renew(Lease lease, int window, int inFlight, @Nullable LeaseOwner rejected) {
        return requireNonNull(get(leases.renew(List.of(new RenewalRequest(lease, window, inFlight, rejected)), TTL))
                .get(lease));
    }

    private static Acquisition.Granted granted(java.util.concurrent.CompletionStage<Acquisition> acquisition) {
        return (Acquisition.Granted) get(acquisition);
    }

    /** The lease as it lies there; an expiry and a ttl that fit {@link #TTL} are shown as {@link #LATER}. */
    private Map<String, String> lease() {
        @SuppressWarnings("unchecked")
        Map<String, String> lease =
                new TreeMap<>((Map<String, String>) RedisState.read(resp).get(LEASE));
        long left = Long.parseLong(lease.get("expires")) - seed.now();
        if (left > TTL.toMillis() - 5_000 && left <= TTL.toMillis()) {
            lease.put("expires", LATER);
            assertThat(lease.remove("ttl")).isEqualTo(Long.toString(TTL.toMillis()));
        }
        return lease;
    }

    private static Map<String, String> state(
            String owner, String epoch, String expires, String wanted, String window, String inFlight) {
        return new TreeMap<>(Map.of(
                "owner",
                owner,
                "epoch",
                epoch,
                "expires",
                expires,
                "wanted",
                wanted,
                "window",
                window,
                "inflight",
                inFlight));
    }
}
