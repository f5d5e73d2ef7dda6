package io.qbull.resize;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.resize.Resizer.Beginning;
import io.qbull.store.JobLog;
import io.qbull.store.Store;
import io.qbull.testing.RedisClusterExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.StubMover;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Resizes of a queue whose partitions lie on three masters. */
@Tag("redis")
class ResizerClusterTest {
    @RegisterExtension
    static final RedisClusterExtension REDIS = new RedisClusterExtension();

    private static final QueueName QUEUE = new QueueName("Q");

    @Test
    void a_queue_grows_and_shrinks_over_all_masters() {
        Store store = REDIS.store();
        Resizer resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
        StubMover mover = new StubMover(store, QUEUE);
        get(store.layouts().createIfAbsent(QUEUE, 5, KeyHash.XXH64));
        for (Resize resize : List.of(new Resize(2, 5, 16), new Resize(3, 16, 3))) {
            assertThat(get(resizer.begin(QUEUE, resize.to()))).isInstanceOf(Beginning.UnderWay.class);
            mover.moveAll(resize);
            ResizeStatus done = get(resizer.advance(QUEUE));
            assertThat(done.progress()).isNull();
            assertThat(done.current()).isEqualTo(resize.after());
        }
    }

    @Test
    void each_master_must_have_the_memory_for_what_arrives_there() {
        Store store = REDIS.store();
        Resizer resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
        get(store.layouts().createIfAbsent(QUEUE, 1, KeyHash.XXH64));
        PartitionId only = new PartitionId(QUEUE, 0);
        for (int i = 0; i < 20; i++) {
            NewJob job = new NewJob(new JobId("job" + i), false, "key" + i, new byte[200_000], null, Map.of());
            get(store.jobs().enqueue(new JobLog.Call(only, 1, "p#1", i + 1, List.of(job), Duration.ZERO)));
        }
        List<Resp> masters = REDIS.ports().stream().map(Resp::new).toList();
        try {
            masters.get(1).call("CONFIG", "SET", "maxmemory", "2500000");
            assertThat(get(resizer.begin(QUEUE, 64))).isInstanceOf(Beginning.NoMemory.class);
            assertThat(get(store.resize().state(QUEUE)).current()).isEqualTo(new Layout(1, 1));
            masters.get(1).call("CONFIG", "SET", "maxmemory", "20000000");
            assertThat(get(resizer.begin(QUEUE, 64))).isInstanceOf(Beginning.UnderWay.class);
        } finally {
            masters.get(1).call("CONFIG", "SET", "maxmemory", "0");
            masters.forEach(Resp::close);
        }
    }
}
