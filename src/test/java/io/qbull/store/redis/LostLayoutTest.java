package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.Resize;
import io.qbull.store.ResizeTable;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of a queue that has been resized when Redis loses its layout, by the whole state before and after. */
@Tag("redis")
class LostLayoutTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String LAYOUT = "{Q}:layout";
    private static final Resize GROW = new Resize(2, 2, 3);
    private static final Resize NEXT = new Resize(3, 3, 5);

    private Resp resp;
    /** Knows the layout before the resize, and nothing since. */
    private RedisStore stale;

    private RedisStore store;

    @BeforeEach
    void resize() {
        resp = REDIS.resp();
        stale = REDIS.store();
        store = REDIS.store();
        create(stale, 2);
        ResizeTable resize = store.resize();
        get(resize.intend(QUEUE, GROW.before(), GROW.to()));
        seal(GROW);
        for (int index = 0; index < GROW.to(); index++) {
            get(resize.open(new PartitionId(QUEUE, index), GROW));
        }
        get(resize.makeCurrent(QUEUE, GROW));
        for (int index = 0; index < GROW.to(); index++) {
            get(resize.start(new PartitionId(QUEUE, index), GROW.version()));
        }
        assertThat(create(store, 9)).isEqualTo(GROW.after());
    }

    private static Layout create(RedisStore store, int partitions) {
        return get(store.layouts().createIfAbsent(QUEUE, partitions, KeyHash.XXH64));
    }

    private void seal(Resize resize) {
        for (int index = 0; index < resize.from(); index++) {
            get(store.resize().seal(new PartitionId(QUEUE, index), resize));
        }
    }

    @Test
    void it_is_put_back_with_the_earlier_ones() {
        Map<String, Object> before = RedisState.read(resp);
        resp.call("DEL", LAYOUT);
        try (CapturedLog log = new CapturedLog()) {
            assertThat(create(store, 9)).isEqualTo(GROW.after());
            assertThat(RedisState.read(resp)).isEqualTo(before);
            create(store, 9);
            assertThat(log.warnings())
                    .containsExactly(
                            "queue=Q had lost its layout in Redis; it has 3 partitions again (layout version 2)");
        }
    }

    @Test
    void a_resize_that_was_under_way_goes_on() {
        get(store.resize().intend(QUEUE, GROW.after(), NEXT.to()));
        get(store.resize().state(QUEUE));
        seal(NEXT);
        Map<String, Object> before = RedisState.read(resp);
        resp.call("HDEL", LAYOUT, "next_version", "next_partitions");
        create(store, 9);
        assertThat(RedisState.read(resp)).as("that alone was lost").isEqualTo(before);
        resp.call("DEL", LAYOUT);
        create(store, 9);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void whoever_knows_a_later_one_puts_that_back_in_its_place() {
        Map<String, Object> before = RedisState.read(resp);
        resp.call("DEL", LAYOUT);
        assertThat(create(stale, 2))
                .as("its partitions are open for a later one")
                .isEqualTo(GROW.before());
        assertThat(get(store.resize().state(QUEUE)).current()).isEqualTo(GROW.before());
        assertThat(create(store, 9)).isEqualTo(GROW.after());
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(create(stale, 2)).isEqualTo(GROW.after());
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void whoever_does_not_know_it_touches_no_partition_and_says_what_is_to_be_done() {
        Map<String, Object> whole = RedisState.read(resp);
        resp.call("DEL", LAYOUT);
        Map<String, Object> before = RedisState.read(resp);
        RedisStore fresh = REDIS.store();
        assertThat(failure(fresh.layouts().createIfAbsent(QUEUE, 9, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessage("the layout of queue Q was lost: its partitions have version 2. A pod that knows it puts it"
                        + " back; if there is none, set fields version=2 and partitions of {Q}:layout as they were");
        Map<String, Object> after = RedisState.read(resp);
        after.remove(LAYOUT);
        assertThat(after).isEqualTo(before);
        create(store, 9);
        assertThat(create(fresh, 9)).isEqualTo(GROW.after());
        assertThat(RedisState.read(resp)).isEqualTo(whole);
    }

    @Test
    void a_person_puts_it_back_as_the_message_says_and_the_queue_can_be_resized_again() {
        resp.call("DEL", LAYOUT);
        RedisStore fresh = REDIS.store();
        failure(fresh.layouts().createIfAbsent(QUEUE, 9, KeyHash.XXH64));
        resp.call("HSET", LAYOUT, "version", "2", "partitions", "3");
        assertThat(create(fresh, 9)).isEqualTo(GROW.after());
        assertThat(get(fresh.resize().state(QUEUE)).resize()).isNull();
        assertThat(get(fresh.resize().intend(QUEUE, GROW.after(), NEXT.to())))
                .isEqualTo(new ResizeTable.Intent.Begun(NEXT));
    }

    @Test
    void a_queue_of_which_nothing_is_left_begins_anew_with_the_version_that_all_know() {
        resp.call("FLUSHALL");
        assertThat(create(store, 9)).isEqualTo(GROW.after());
        assertThat(RedisState.read(resp))
                .isEqualTo(Map.of(
                        "qbull:queues",
                        List.of("Q"),
                        LAYOUT,
                        Map.of("version", "2", "partitions", "3", "key_hash", "xxh64"),
                        "{Q:0}:seal",
                        "2 open",
                        "{Q:0}:started",
                        "2",
                        "{Q:1}:seal",
                        "2 open",
                        "{Q:1}:started",
                        "2",
                        "{Q:2}:seal",
                        "2 open",
                        "{Q:2}:started",
                        "2"));
    }

    @Test
    void of_a_queue_that_others_created_anew_nothing_is_changed() {
        resp.call("FLUSHALL");
        create(REDIS.store(), 5);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(failure(store.layouts().createIfAbsent(QUEUE, 9, KeyHash.XXH64)))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessage(
                        "queue Q was created anew with 5 partitions while this process knew it with 3 (layout version"
                                + " 2): restart this process");
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_creation_that_did_not_know_it_gives_way() {
        resp.call("FLUSHALL");
        resp.call("HSET", LAYOUT, "next_version", "1", "next_partitions", "9");
        assertThat(create(store, 9)).isEqualTo(GROW.after());
        assertThat(resp.text("HGET", LAYOUT, "partitions")).isEqualTo("3");
        assertThat(resp.number("HEXISTS", LAYOUT, "next_version")).isZero();
    }

    @Test
    void a_late_one_changes_nothing() {
        List<String> stages = List.of("deleting", "later", "other", "resized");
        for (String stage : stages) {
            resp.call("DEL", LAYOUT);
            switch (stage) {
                case "deleting" -> resp.call("HSET", LAYOUT, "deleting", "1");
                case "later" -> resp.call("HSET", LAYOUT, "version", "3", "partitions", "5");
                case "other" -> resp.call("HSET", LAYOUT, "version", "2", "partitions", "4");
                default ->
                    resp.call(
                            "HSET",
                            LAYOUT,
                            "version",
                            "2",
                            "partitions",
                            "3",
                            "next_version",
                            "3",
                            "next_partitions",
                            "4");
            }
            Map<String, Object> before = RedisState.read(resp);
            resp.call(
                    "EVAL",
                    Script.RESTORE.source(),
                    "1",
                    LAYOUT,
                    "2",
                    "3",
                    "3",
                    "version",
                    "2",
                    "partitions",
                    "3",
                    "next_version",
                    "3",
                    "next_partitions",
                    "5");
            assertThat(RedisState.read(resp)).as(stage).isEqualTo(before);
        }
        // What is left breaks the rules of the keys on purpose.
        resp.call("FLUSHALL");
    }
}
