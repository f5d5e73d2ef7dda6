package io.qbull.store.redis.client;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.LeaseTable;
import io.qbull.store.redis.Seed;
import io.qbull.store.redis.schema.Keys;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("redis")
class AnnouncementsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private final List<PartitionId> heard = new CopyOnWriteArrayList<>();
    private LeaseTable leases;
    private Resp resp;

    @BeforeEach
    void open() {
        leases = REDIS.store().leases();
        resp = REDIS.resp();
    }

    @Test
    void a_request_a_hand_over_and_a_release_are_announced() {
        get(leases.announcements(QUEUE, heard::add));
        Seed seed = new Seed(resp);
        Lease lease = seed.held();
        get(leases.requestHandOver(P, Seed.OTHER));
        await().untilAsserted(() -> assertThat(heard).containsExactly(P));
        get(leases.handOver(lease, Seed.OTHER, Duration.ofSeconds(5), 0));
        await().untilAsserted(() -> assertThat(heard).containsExactly(P, P));
        get(leases.release(seed.lease(Seed.OTHER, resp.text("HGET", Seed.LEASE, "epoch")), 0));
        await().untilAsserted(() -> assertThat(heard).containsExactly(P, P, P));
    }

    @Test
    void a_listener_hears_its_own_queue_only_until_it_is_closed_and_survives_nonsense() throws Exception {
        AutoCloseable ended = get(leases.announcements(new QueueName("Z"), heard::add));
        get(leases.announcements(QUEUE, heard::add));
        ended.close();
        resp.call("PUBLISH", Keys.announcements(new QueueName("Z")), "1");
        resp.call("PUBLISH", Keys.announcements(QUEUE), "nonsense");
        resp.call("PUBLISH", Keys.announcements(QUEUE), "-4");
        resp.call("PUBLISH", Keys.announcements(QUEUE), "2");
        await().untilAsserted(() -> assertThat(heard).containsExactly(new PartitionId(QUEUE, 2)));
    }

    @Test
    void a_listener_survives_a_restart_and_a_killed_connection() {
        get(leases.announcements(QUEUE, heard::add));
        REDIS.server().restart();
        Resp after = REDIS.resp();
        await().untilAsserted(() -> assertThat(after.number("PUBLISH", Keys.announcements(QUEUE), "5"))
                .isEqualTo(1));
        after.call("CLIENT", "KILL", "TYPE", "pubsub");
        await().untilAsserted(() -> assertThat(after.number("PUBLISH", Keys.announcements(QUEUE), "6"))
                .isEqualTo(1));
        await().untilAsserted(() -> assertThat(heard).contains(new PartitionId(QUEUE, 6)));
    }

    @Test
    void a_listener_may_start_while_the_server_is_unreachable() {
        REDIS.server().kill();
        get(leases.announcements(QUEUE, heard::add));
        REDIS.server().restart();
        Resp after = REDIS.resp();
        await().untilAsserted(() -> assertThat(after.number("PUBLISH", Keys.announcements(QUEUE), "5"))
                .isEqualTo(1));
    }
}
