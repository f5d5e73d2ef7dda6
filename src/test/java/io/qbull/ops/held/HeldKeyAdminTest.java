package io.qbull.ops.held;

import static io.qbull.testing.Waiting.get;
import static io.qbull.testing.WaitingJobs.failed;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.Listing;
import io.qbull.ops.Summary;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.OwnerRequest;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.WaitingJobs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people ask of held keys, and what they are told. */
@Tag("redis")
class HeldKeyAdminTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final QueueName QUEUE = new QueueName("Q");

    private Resp resp;
    private Store store;
    private WaitingJobs jobs;
    private int looks;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        store = REDIS.store();
        jobs = new WaitingJobs(resp, store, "Q", 3);
    }

    @Test
    void each_key_shows_its_first_job_and_why_and_how_long_it_waits() {
        jobs.hold(1, "blocked", failed(null), "a", "b", "c");
        jobs.hold(2, "waiting", failed(Duration.ofMinutes(1)), "d");

        List<HeldKey> keys = list(null, HeldPlace.START, 10).items();

        assertThat(keys).extracting(each -> each.first().key()).containsExactly("blocked", "waiting");
        HeldKey blocked = keys.get(0);
        assertThat(blocked.partition().index()).isEqualTo(1);
        assertThat(blocked.first().id().value()).isEqualTo("a");
        assertThat(blocked.jobs()).isEqualTo(3);
        assertThat(blocked.pause().attempts()).isEqualTo(1);
        assertThat(blocked.pause().dueIn()).isNull();
        assertThat(blocked.pause().reason()).isEqualTo("it broke");
        assertThat(keys.get(1).jobs()).isEqualTo(1);
        assertThat(keys.get(1).pause().dueIn()).isBetween(Duration.ofSeconds(50), Duration.ofMinutes(1));
    }

    @Test
    void pages_list_each_of_many_keys_once() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            keys.add("key " + i);
            jobs.hold(i % 2 * 2, "key " + i, failed(null), "j" + i);
        }
        List<String> listed = new ArrayList<>();
        HeldPlace next = HeldPlace.START;
        while (next != null) {
            Listing<HeldKey, HeldPlace> page = list(null, HeldPlace.parse(next.toString()), 70);
            assertThat(page.items()).hasSizeLessThanOrEqualTo(70);
            page.items().forEach(each -> listed.add(each.first().key()));
            next = page.next();
        }
        assertThat(listed).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(list("key 7", HeldPlace.START, 10).items())
                .extracting(each -> each.first().key())
                .containsExactly("key 7");
    }

    @Test
    void a_large_first_job_ends_a_page_and_comes_without_its_body() {
        for (int i = 0; i < 3; i++) {
            jobs.hold(0, "large " + i, failed(null), "x".repeat(700_000), List.of("j" + i));
        }
        List<HeldKey> first =
                get(store.heldKeys().read(new PartitionId(QUEUE, 0), "")).keys();
        assertThat(first).hasSize(1);
        assertThat((byte[]) first.get(0).first().body()).isEmpty();
        assertThat(list(null, HeldPlace.START, 10).items()).hasSize(3);
    }

    @Test
    void a_change_requests_each_key_with_a_failed_first_job_once_and_waits_for_the_owner() {
        jobs.hold(0, "a", failed(null), "a1", "a2");
        jobs.hold(2, "b", failed(null), "b1");
        jobs.hold(2, "going on", failed(null), "c1", "c2");
        get(store.heldKeys()
                .ask(
                        new PartitionId(QUEUE, 2),
                        OwnerRequest.RETRY,
                        list("going on", HeldPlace.START, 1).items()));
        jobs.attend(2);

        Summary summary = request(null, Change.RETRY, () -> {
            looks++;
            jobs.attend(looks == 1 ? 2 : 0);
        });

        assertThat(summary).isEqualTo(new Summary(2, 2, 0, 0, 0, null));
        assertThat(looks).isEqualTo(2);
        assertThat(list(null, HeldPlace.START, 10).items())
                .allSatisfy(each -> assertThat(each.pause().dueIn()).isZero());
    }

    @Test
    void requests_that_no_owner_carries_out_in_time_count_as_pending_and_stay() {
        jobs.hold(0, "a", failed(null), "a1");
        jobs.hold(0, "b", failed(null), "b1");

        Summary summary = request(null, Change.DROP, () -> {
            if (looks++ == 0) {
                jobs.attend(0);
            }
        });

        assertThat(summary).isEqualTo(new Summary(2, 1, 1, 0, 0, null));
        assertThat(looks).isBetween(20, 100);
        assertThat(HeldTable.sentence(Change.DROP, summary))
                .startsWith("1 dropped or no longer held, 1 not dropped yet: ");
        jobs.attend(0);
        assertThat(list(null, HeldPlace.START, 10).items()).isEmpty();
    }

    @Test
    void requests_carried_out_in_another_order_leave_only_the_open_ones_pending() {
        jobs.hold(0, "a", failed(null), "a1");
        jobs.hold(0, "b", failed(null), "b1");

        Summary summary = request(null, Change.DROP, () -> {
            if (looks++ == 0) {
                jobs.attendLast(0);
            }
        });

        assertThat(summary).isEqualTo(new Summary(2, 1, 1, 0, 0, null));
        jobs.attend(0);
    }

    @Test
    void none_of_very_many_open_requests_counts_as_done() {
        for (int i = 0; i < 150; i++) {
            jobs.hold(0, "key " + i, failed(null), "j" + i);
        }

        assertThat(request(null, Change.RETRY, () -> {})).isEqualTo(new Summary(150, 0, 150, 0, 0, null));
        for (int i = 0; i < 150; i++) {
            jobs.attend(0);
        }
    }

    @Test
    void a_drop_takes_only_the_job_that_was_first_at_the_request() {
        jobs.hold(0, "a", failed(null), "a1", "a2");
        request("a", Change.DROP, () -> {});
        request("a", Change.DROP, () -> {});
        assertThat(jobs.requests(0)).hasSize(2);
        jobs.attend(0);
        jobs.attend(0);
        assertThat(list("a", HeldPlace.START, 1).items())
                .extracting(each -> each.first().id().value())
                .containsExactly("a2");
    }

    @Test
    void a_request_whose_job_is_gone_is_not_reported_as_certainly_carried_out() {
        jobs.hold(0, "a", failed(null), "a1", "a2");
        request("a", Change.DROP, () -> {});

        Summary late = request("a", Change.DROP, () -> {
            jobs.attend(0);
            jobs.attend(0);
        });

        assertThat(late).isEqualTo(new Summary(1, 1, 0, 0, 0, null));
        assertThat(HeldTable.sentence(Change.DROP, late)).isEqualTo("1 dropped or no longer held");
        assertThat(HeldTable.sentence(Change.RETRY, late)).isEqualTo("1 retried or no longer held");
        assertThat(list("a", HeldPlace.START, 1).items())
                .extracting(each -> each.first().id().value())
                .containsExactly("a2");
    }

    @Test
    void a_job_that_is_no_longer_held_gets_no_request() {
        jobs.hold(0, "a", failed(null), "a1", "a2");
        List<HeldKey> before = list("a", HeldPlace.START, 1).items();
        request("a", Change.DROP, () -> jobs.attend(0));
        assertThat(get(store.heldKeys().ask(before.get(0).partition(), OwnerRequest.DROP, before)))
                .isEmpty();
        assertThat(request("a", Change.DROP, () -> {})).isEqualTo(new Summary(0, 0, 0, 0, 0, null));
        assertThat(jobs.requests(0)).isEmpty();
    }

    @Test
    void counting_requests_nothing_and_a_missing_queue_differs_from_an_empty_one() {
        jobs.hold(0, "a", failed(null), "a1");
        assertThat(request(null, Change.COUNT, () -> {})).isEqualTo(new Summary(1, 0, 0, 0, 0, null));
        assertThat(jobs.requests(0)).isEmpty();
        assertThat(list("b", HeldPlace.START, 1).items()).isEmpty();
        assertThat(get(admin(() -> {}).list(new QueueName("NOPE"), null, HeldPlace.START, 1)))
                .isEmpty();
        assertThat(get(admin(() -> {}).change(new QueueName("NOPE"), null, Change.RETRY)))
                .isEmpty();
    }

    @Test
    void a_full_redis_refuses_requests_and_the_summary_says_so() {
        jobs.hold(0, "a", failed(null), "a1");
        resp.call("CONFIG", "SET", "maxmemory", "1");
        Summary summary = request("a", Change.RETRY, () -> {});
        resp.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(summary.failure()).isInstanceOf(StoreException.Full.class);
        assertThat(summary.found()).isOne();
        assertThat(summary.done() + summary.left() + summary.unknown()).isZero();
        assertThat(jobs.requests(0)).isEmpty();
    }

    private Listing<HeldKey, HeldPlace> list(@Nullable String key, HeldPlace after, int most) {
        return get(admin(() -> {}).list(QUEUE, key, after, most)).orElseThrow();
    }

    private Summary request(@Nullable String key, Change change, Runnable meanwhile) {
        return get(admin(meanwhile).change(QUEUE, key, change)).orElseThrow();
    }

    private HeldKeyAdmin admin(Runnable meanwhile) {
        return new HeldKeyAdmin(store.heldKeys(), () -> pause(meanwhile));
    }

    /** Not on the client's thread, which would wait for itself. */
    private static CompletionStage<Void> pause(Runnable meanwhile) {
        return CompletableFuture.runAsync(meanwhile);
    }
}
