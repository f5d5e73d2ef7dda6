package io.qbull.engine;

import static io.qbull.engine.TestPod.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Failure;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.resize.Headroom;
import io.qbull.resize.Resizer;
import io.qbull.store.HeldKeyTable.OwnerRequest;
import io.qbull.store.Store;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Retries;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A person asks for a retry of a held key when a resize has begun that moves the key. */
@Tag("redis")
class PassedRequestTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Duration LONG = Duration.ofHours(1);

    private final Store store = REDIS.store();
    private final Resp resp = REDIS.resp();

    @Test
    void the_request_follows_the_job_to_its_new_partition() {
        String key = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "key" + i)
                .filter(each -> new Layout(2, 3).indexOf(KeyHash.XXH64, each) == 2)
                .findFirst()
                .orElseThrow();
        PartitionId before = new PartitionId(QUEUE, 0);
        TestPod first = new TestPod("a", 1, REDIS.store(REDIS.settings()))
                .consume(16, LONG, Retries.of(3, LONG), (delivery, outcome) -> outcome.failed(Failure.of("no")));
        get(first.enqueue(key, "1"));
        await().until(() -> !get(store.heldKeys().find(before, key)).keys().isEmpty());
        first.close();
        Resizer resizer = new Resizer(store.resize(), new Headroom(store.examiner()));
        get(resizer.begin(QUEUE, 3));
        get(store.heldKeys()
                .ask(
                        before,
                        OwnerRequest.RETRY,
                        get(store.heldKeys().find(before, key)).keys()));
        try (TestPod second = new TestPod("b", 1, REDIS.store(REDIS.settings()))
                .consume(16, LONG, Retries.of(3, LONG), (delivery, outcome) -> outcome.completed())) {
            await().until(() -> second.started.size() == 1);
            assertThat(second.started.get(0).lease().partition()).isEqualTo(new PartitionId(QUEUE, 2));
            await().until(() -> resp.number("XLEN", "{" + before + "}:inbox") == 0);
        }
    }
}
