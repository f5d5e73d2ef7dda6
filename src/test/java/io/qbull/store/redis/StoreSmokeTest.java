package io.qbull.store.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Entry;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogCursor;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.testing.RedisExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("redis")
class StoreSmokeTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @Test
    void a_job_goes_in_and_comes_out() throws Exception {
        RedisStore store = REDIS.store();
        QueueName queue = new QueueName("WHATSAPP");
        PartitionId p = new PartitionId(queue, 3);
        assertThat(get(store.layouts().createIfAbsent(queue, 16, KeyHash.XXH64)).partitions())
                .isEqualTo(16);
        NewJob job = new NewJob(new JobId("j1"), true, "573", "hello".getBytes(StandardCharsets.UTF_8), null, Map.of());
        JobLog.Answer answer =
                get(store.jobs().enqueue(new JobLog.Call(p, 1, "pod#1", 1, List.of(job, job), Duration.ofMinutes(10))));
        assertThat(answer).isInstanceOf(JobLog.Answer.Accepted.class);
        Acquisition.Granted granted = (Acquisition.Granted)
                get(store.leases().acquire(p, new LeaseOwner(new PodId("pod"), "1"), Duration.ofSeconds(15), 1));
        JobLog.Fetch.Entries entries = (JobLog.Fetch.Entries)
                get(store.jobs().fetch(granted.lease(), LogCursor.START, StreamId.START, 128, 1 << 20));
        assertThat(entries.entries()).hasSize(1);
        Entry.Decoded decoded = (Entry.Decoded) entries.entries().get(0);
        assertThat(decoded.job().id().value()).isEqualTo("j1");
        assertThat(get(store.jobs().commit(granted.lease(), List.of(decoded.id()))))
                .isEqualTo(JobLog.Verdict.DONE);
        System.out.println(get(store.inspector().queue(queue)));
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
    }
}
