package io.qbull.store.redis.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.WakeUps.Known;
import io.qbull.store.redis.client.WatchSet.Need;
import io.qbull.store.redis.client.WatchSet.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WatchSetTest {
    private static final PartitionId P = new PartitionId(new QueueName("Q"), 3);
    private static final String INBOX = "{Q:3}:inbox";

    private final WatchSet set = new WatchSet();
    private final List<String> woken = new ArrayList<>();

    @Test
    void a_partition_whose_owner_knows_all_that_was_heard_needs_no_other_read() {
        watch(1, 0);
        set.begin();
        hear("Q:3", 2);
        assertThat(woken).containsExactly("1");
        assertThat(set.begin()).contains(new Place("Q:3", id(2)));
        assertThat(watch(2, 0)).isEqualTo(Need.NOTHING);
        hear("Q:3", 3);
        assertThat(woken).containsExactly("1", "2");
    }

    @Test
    void a_partition_whose_owner_is_busy_is_read_once_more_and_then_left_out() {
        watch(1, 0);
        set.begin();
        hear("Q:3", 2);
        set.begin();
        hear("Q:3", 3);
        assertThat(woken).containsExactly("1");
        assertThat(set.begin()).extracting(Place::key).containsExactly(INBOX);
        assertThat(watch(5, 0)).isEqualTo(Need.READ);
    }

    @Test
    void what_was_heard_meanwhile_wakes_an_owner_that_does_not_know_it_once() {
        watch(1, 0);
        set.begin();
        hear("Q:3", 2);
        set.begin();
        hear("Q:3", 3);
        assertThat(watch(2, 0)).isEqualTo(Need.WAKE);
        requireNonNull(set.wake(P)).run();
        assertThat(woken).containsExactly("1", "2");
        // The entry is gone by then: the owner does not find it, and must not be woken for it again and again.
        assertThat(watch(2, 0)).isEqualTo(Need.READ);
    }

    @Test
    void an_owner_that_waits_for_requests_alone_is_not_woken_by_jobs() {
        watch(1, 0);
        set.begin();
        hear("Q:3", 2);
        set.begin();
        assertThat(set.watch(P, new Known(null, id(0)), () -> woken.add("inbox")))
                .isEqualTo(Need.NOTHING);
        hear("Q:3", 3);
        assertThat(woken).containsExactly("1");
        set.begin();
        hear(INBOX, 1);
        assertThat(woken).containsExactly("1", "inbox");
        assertThat(watch(2, 1)).isEqualTo(Need.READ);
        assertThat(set.begin()).contains(new Place("Q:3", id(3)));
    }

    @Test
    void jobs_that_were_heard_while_only_requests_were_waited_for_wake_the_next_watch_of_the_stream() {
        watch(1, 0);
        set.begin();
        hear("Q:3", 2);
        set.begin();
        set.watch(P, new Known(null, id(0)), () -> woken.add("inbox"));
        hear("Q:3", 3);
        assertThat(watch(2, 0)).isEqualTo(Need.WAKE);
    }

    @Test
    void an_entry_that_the_owner_has_fetched_meanwhile_does_not_wake_it() {
        watch(1, 0);
        set.begin();
        assertThat(watch(2, 0)).isEqualTo(Need.NOTHING);
        hear("Q:3", 2);
        assertThat(woken).isEmpty();
        assertThat(set.begin()).contains(new Place("Q:3", id(2)));
    }

    @Test
    void a_partition_that_was_forgotten_and_watched_anew_needs_a_read_of_its_own() {
        watch(1, 0);
        set.begin();
        set.forget(P);
        assertThat(set.isEmpty()).isTrue();
        assertThat(watch(4, 0)).isEqualTo(Need.READ);
        hear("Q:3", 2);
        assertThat(woken).isEmpty();
        assertThat(set.begin()).contains(new Place("Q:3", id(4)));
    }

    @Test
    void an_outage_wakes_every_owner_that_waits() {
        watch(1, 0);
        set.begin();
        set.clear().forEach(Runnable::run);
        assertThat(woken).containsExactly("1");
        assertThat(set.isEmpty()).isTrue();
        assertThat(set.clear()).isEmpty();
    }

    private Need watch(long stream, long inbox) {
        return set.watch(P, new Known(id(stream), id(inbox)), () -> woken.add(Long.toString(stream)));
    }

    private void hear(String key, long entry) {
        set.end(Map.of(key, id(entry))).forEach(Runnable::run);
    }

    private static StreamId id(long millis) {
        return new StreamId(millis, 0);
    }
}
