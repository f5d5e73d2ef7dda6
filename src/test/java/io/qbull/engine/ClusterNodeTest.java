package io.qbull.engine;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.SlotHash;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Pause.Scope;
import io.qbull.store.PauseTable;
import io.qbull.store.PauseTable.End;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisClusterExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A pod whose partitions lie on three masters. */
@Tag("redis")
class ClusterNodeTest {
    @RegisterExtension
    static final RedisClusterExtension REDIS = new RedisClusterExtension();

    private static final int P = 16;

    @Test
    void the_restart_of_one_master_ends_its_leases_and_no_others() {
        try (CapturedLog log = new CapturedLog();
                TestPod pod =
                        new TestPod("a", P, REDIS.store()).consume(P, (delivery, outcome) -> outcome.completed())) {
            await().until(() -> pod.owned().size() == P);
            Map<Integer, Long> first = epochs(0);
            Map<Integer, Long> second = epochs(1);
            Map<Integer, Long> third = epochs(2);
            assertThat(first.size() + second.size() + third.size()).isEqualTo(P);
            REDIS.restart(1);
            await().untilAsserted(() -> assertThat(epochs(1))
                    .hasSameSizeAs(second)
                    .allSatisfy((partition, epoch) -> assertThat(epoch).isGreaterThan(second.get(partition))));
            assertThat(epochs(0)).isEqualTo(first);
            assertThat(epochs(2)).isEqualTo(third);
            await().until(() ->
                    pod.owned().size() == P && pod.node.status().problem().isEmpty());
            assertThat(log.warnings()).as("some ask other masters meanwhile").hasSize(1);
            assertThat(log.lines("Redis answers again")).hasSize(1);
        }
    }

    @Test
    void a_pause_stops_partitions_on_all_masters() {
        try (CapturedLog log = new CapturedLog();
                TestPod pod =
                        new TestPod("a", P, REDIS.store()).consume(P, (delivery, outcome) -> outcome.completed())) {
            await().until(() -> pod.owned().size() == P);
            PauseTable pauses = REDIS.store().pauses();
            get(pauses.pause(TestPod.QUEUE, new Scope.Queue(), "ann", "", End.OPEN));
            await().until(() -> log.lines("the queue is paused by ann").size() == 1);
            for (int i = 0; i < 64; i++) {
                pod.enqueue("key" + i, "body").join();
            }
            await().pollDelay(TestPod.TTL).until(() -> true);
            assertThat(pod.started).isEmpty();
            get(pauses.resume(TestPod.QUEUE, Set.of(new Scope.Queue())));
            await().until(() -> pod.started.size() == 64);
        }
    }

    @Test
    void a_half_moved_slot_stops_its_partition_quietly_and_visibly_until_it_has_moved() {
        try (CapturedLog log = new CapturedLog();
                TestPod pod = new TestPod("a", P, REDIS.store())
                        .consume(P, Duration.ofSeconds(1), (delivery, outcome) -> outcome.completed())) {
            await().until(() -> pod.owned().size() == P);
            String key = Stream.iterate(0, i -> i + 1)
                    .map(i -> "key" + i)
                    .filter(each -> new Layout(1, P).indexOf(KeyHash.XXH64, each) == 0)
                    .findFirst()
                    .orElseThrow();
            pod.enqueue(key, "before").join();
            await().until(() -> pod.bodies(key).contains("before"));
            int slot = SlotHash.getSlot(TestPod.QUEUE + ":0");
            int from = REDIS.owner(slot);
            int to = (from + 1) % 3;
            REDIS.move(slot, from, to, () -> {
                await().until(() -> !pod.node.status().problem().isEmpty());
                await().until(() ->
                        pod.node.status().standstill().startsWith("partition WHATSAPP:0 has not moved for "));
                int before = log.lines("WHATSAPP").size();
                // Long enough for hundreds of leases, if it took any.
                await().pollDelay(TestPod.TTL.multipliedBy(3)).until(() -> true);
                assertThat(log.lines("WHATSAPP").size() - before).isLessThan(10);
            });
            try {
                await().ignoreExceptions().until(() -> pod.enqueue(key, "after").join() != null);
                await().until(() -> pod.bodies(key).contains("after"));
                await().until(() -> pod.owned().size() == P
                        && pod.node.status().problem().isEmpty()
                        && pod.node.status().standstill().isEmpty());
            } finally {
                REDIS.move(slot, to, from, () -> {});
            }
        }
    }

    /** Of the leases on one master. */
    private static Map<Integer, Long> epochs(int node) {
        Map<Integer, Long> epochs = new TreeMap<>();
        try (Resp redis = REDIS.resp(node)) {
            for (int partition = 0; partition < P; partition++) {
                try {
                    String lease = "{" + TestPod.QUEUE + ":" + partition + "}:lease";
                    epochs.put(partition, Long.valueOf(redis.text("HGET", lease, "epoch")));
                } catch (Resp.ErrorReply elsewhere) {
                    assertThat(elsewhere).hasMessageStartingWith("MOVED");
                }
            }
        }
        return epochs;
    }
}
