package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where a stream begins, as an owner is asked that overlooks it. */
@Tag("redis")
class StreamHeadTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final PartitionId PARTITION = new PartitionId(QUEUE, 1);

    private Resp resp;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        get(REDIS.store().layouts().open(PARTITION, 2));
        resp.call("SET", "{" + PARTITION + "}:started", "2");
    }

    @Test
    void an_empty_stream_has_no_head() {
        assertThat(head()).isNull();
    }

    @Test
    void the_head_is_the_first_entry_whoever_added_it() {
        resp.call("XADD", PARTITION.toString(), "5-1", "any", "thing");
        resp.call("XADD", PARTITION.toString(), "6-0", "any", "thing");
        assertThat(head()).isEqualTo(new StreamId(5, 1));
    }

    @Test
    void entries_that_may_wait_for_a_resize_are_no_head() {
        resp.call("XADD", PARTITION.toString(), "5-1", "any", "thing");
        resp.call("SET", "{" + PARTITION + "}:seal", "3 open");
        assertThat(head()).isNull();
        resp.call("SET", "{" + PARTITION + "}:started", "3");
        assertThat(head()).isEqualTo(new StreamId(5, 1));
        resp.call("DEL", "{" + PARTITION + "}:seal");
        assertThat(head()).as("the seal is lost").isNull();
    }

    @Test
    void a_partition_that_no_producer_has_opened_may_have_entries_of_others() {
        resp.call("DEL", "{" + PARTITION + "}:seal", "{" + PARTITION + "}:started");
        resp.call("XADD", PARTITION.toString(), "5-1", "any", "thing");
        assertThat(head()).isEqualTo(new StreamId(5, 1));
    }

    private @Nullable StreamId head() {
        return get(REDIS.store().jobs().head(PARTITION));
    }
}
