package io.qbull.lease;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.LeaseSettings;
import io.qbull.model.Capacity;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.store.LayoutTable.LivingPod;
import io.qbull.store.LayoutTable.PodsView;
import io.qbull.store.Reachability.Subject;
import io.qbull.testing.ManualEventLoop;
import io.qbull.testing.ScriptedStore;
import io.qbull.testing.ScriptedStore.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What registrations cost, counted in calls and in readings of the whole list. */
class PodRegistrationTest {
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration EVERY = TTL.dividedBy(3);

    private final ManualEventLoop loop = new ManualEventLoop();
    private final ScriptedStore store = new ScriptedStore();
    private final List<Integer> told = new ArrayList<>();
    private final PodRegistration registration = new PodRegistration(
            new LeaseDomain(new QueueName("Q"), Competition.of(16), new PodId("me"), 257),
            new LeaseSettings(1, 2, true, TTL, TTL),
            new LeaseContext(store, loop, new AllAnswered(Subject.QUEUE::equals), new Random(1)),
            new OwnedLeases(),
            pods -> told.add(pods.size()));

    @Test
    void a_few_pods_refresh_three_times_in_a_ttl_and_read_the_list_each_time() {
        begin(view(2));
        for (int round = 0; round < 10; round++) {
            tick();
            Call refresh = store.next("register");
            assertThat(refresh.argument(4, Duration.class)).isEqualTo(TTL);
            assertThat(refresh.argument(5, PodsView.class)).isEqualTo(PodsView.NONE);
            refresh.answer(view(2));
            loop.run();
        }
        assertThat(told).hasSize(11);
    }

    @Test
    void many_pods_refresh_less_often_and_are_believed_for_longer() {
        PodsView fleet = view(100);
        begin(fleet);
        int calls = 0;
        int lists = 0;
        for (int round = 0; round < 360; round++) {
            tick();
            if (store.waiting().contains("register")) {
                Call refresh = store.next("register");
                assertThat(refresh.argument(4, Duration.class)).isEqualTo(TTL.multipliedBy(4));
                calls++;
                PodsView known = refresh.argument(5, PodsView.class);
                lists += known.equals(PodsView.NONE) ? 1 : 0;
                refresh.answer(fleet);
                loop.run();
            }
        }
        assertThat(calls).as("in half an hour").isEqualTo(90);
        assertThat(lists).isBetween(8, 30);
    }

    @Test
    void an_entry_is_refreshed_before_it_goes_stale_also_when_the_fleet_grows() {
        begin(view(2));
        tick();
        Call small = store.next("register");
        assertThat(small.argument(4, Duration.class)).isEqualTo(TTL);
        small.answer(view(100));
        tick();
        assertThat(store.next("register").argument(4, Duration.class)).isEqualTo(TTL.multipliedBy(4));
    }

    @Test
    void a_list_that_was_not_asked_for_is_not_asked_for_again_at_once() {
        begin(view(100));
        PodsView grown = view(101);
        tick(4);
        store.next("register").answer(grown);
        loop.run();
        assertThat(told).containsExactly(100, 101);
        tick(4);
        assertThat(store.next("register").argument(5, PodsView.class)).isSameAs(grown);
    }

    @Test
    void announcements_are_followed_by_one_refresh_and_many_pods_do_not_send_it_at_the_same_time() {
        begin(view(100));
        for (int announcement = 0; announcement < 16; announcement++) {
            registration.refreshSoon();
        }
        loop.tick(Duration.ofMillis(50));
        assertThat(store.waiting()).doesNotContain("register");
        loop.tick(Duration.ofMillis(500));
        store.next("register").answer(view(100));
        assertThat(store.waiting()).doesNotContain("register");
    }

    private void begin(PodsView first) {
        registration.start();
        registration.tick();
        Call call = store.next("register");
        assertThat(call.argument(5, PodsView.class)).isEqualTo(PodsView.NONE);
        call.answer(first);
        loop.run();
    }

    private void tick() {
        tick(1);
    }

    private void tick(int times) {
        for (int time = 0; time < times; time++) {
            loop.tick(EVERY);
            registration.tick();
        }
    }

    private static PodsView view(int pods) {
        return new PodsView(
                Integer.toString(pods),
                IntStream.range(0, pods)
                        .mapToObj(pod -> new LivingPod(new PodId("pod-" + pod), new Capacity(1, 1)))
                        .toList(),
                "",
                "");
    }
}
