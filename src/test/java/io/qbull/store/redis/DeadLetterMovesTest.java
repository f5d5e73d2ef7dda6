package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.DeadLetter;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import io.qbull.store.DeadLetters.Requeued;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.BuriedJobs;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dead letters of a queue that was resized from four partitions to two. */
@Tag("redis")
class DeadLetterMovesTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int MANY = 130;

    private Resp resp;
    private BuriedJobs jobs;
    private DeadLetters letters;
    private final Map<Integer, List<String>> expected = new TreeMap<>();

    @BeforeEach
    void bury() {
        resp = REDIS.resp();
        letters = REDIS.store().deadLetters();
        jobs = new BuriedJobs(resp, "Q", 4);
        expected.clear();
        for (int i = 0; i < MANY; i++) {
            String key = "k" + i;
            jobs.add(new Layout(1, 4).indexOf(KeyHash.XXH64, key), "j" + i, key, "b".repeat(i), "r");
            expected.computeIfAbsent(new Layout(2, 2).indexOf(KeyHash.XXH64, key), index -> new ArrayList<>())
                    .add("j" + i);
        }
        layout(2, 2, "v1", "4");
    }

    @Test
    void each_is_moved_whole_to_the_partition_of_its_key_and_once() {
        List<?> one = (List<?>) resp.list("XRANGE", "{Q:3}:dead", "-", "+").get(0);
        assertThat(get(letters.settle(QUEUE))).isPositive();
        assertSettled();
        assertThat(String.valueOf(RedisState.read(resp).get("{Q:1}:dead")))
                .contains(one.get(1).toString().replaceAll("[\\[\\]]", ""));
        Map<String, Object> settled = RedisState.read(resp);
        assertThat(get(letters.settle(QUEUE))).isZero();
        assertThat(RedisState.read(resp)).isEqualTo(settled);
    }

    @Test
    void whoever_stops_between_copy_and_deletion_leaves_what_the_next_one_finishes() {
        settleWithoutDeletion();
        assertThat(get(letters.settle(QUEUE))).isPositive();
        assertSettled();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4})
    void what_the_next_resize_finds_copied_and_not_deleted_is_not_sent_elsewhere_too(int partitions) {
        settleWithoutDeletion();
        layout(3, partitions, "v2", "2");
        get(letters.settle(QUEUE));
        List<String> all = new ArrayList<>();
        for (int index = 0; index < 4; index++) {
            for (String id : jobs.dead(index)) {
                all.add(id);
                assertThat(new Layout(3, partitions).indexOf(KeyHash.XXH64, "k" + id.substring(1)))
                        .as(id)
                        .isEqualTo(index);
            }
        }
        assertThat(all).hasSize(MANY).doesNotHaveDuplicates();
    }

    @Test
    void what_is_noted_late_changes_nothing() {
        resp.call("HSET", "{Q:3}:letters", "3", "5");
        Map<String, Object> before = RedisState.read(resp);
        resp.call("EVAL", Script.DEPART.source(), "1", "{Q:3}:letters", "3", "4");
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    /** As if whoever does it had died before it deleted the first letter. */
    private void settleWithoutDeletion() {
        Map<String, Object> before = RedisState.read(resp);
        get(letters.settle(QUEUE));
        for (String retired : List.of("{Q:2}:dead", "{Q:3}:dead")) {
            resp.call("DEL", retired);
            for (Object each : (List<?>) before.getOrDefault(retired, List.of())) {
                List<String> entry = new ArrayList<>(List.of("XADD", retired));
                ((List<?>) each).forEach(text -> entry.add((String) text));
                resp.call(entry.toArray(String[]::new));
            }
        }
    }

    @Test
    void several_at_once_move_each_letter_once() {
        List<CompletionStage<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(letters.settle(QUEUE));
        }
        all.forEach(each -> get(each));
        assertSettled();
    }

    @Test
    void what_came_before_by_an_older_layout_skips_nothing_of_a_newer_one() {
        get(letters.settle(QUEUE));
        layout(3, 4, "v2", "2");
        assertThat(get(letters.settle(QUEUE))).isPositive();
        layout(4, 2, "v3", "4");
        assertThat(get(letters.settle(QUEUE))).isPositive();
        List<String> back = new ArrayList<>();
        IntStream.range(0, 4).forEach(index -> back.addAll(jobs.dead(index)));
        assertThat(back).hasSize(MANY).doesNotHaveDuplicates();
        assertThat(jobs.dead(2)).isEmpty();
        assertThat(jobs.dead(3)).isEmpty();
    }

    @Test
    void one_that_leaves_later_is_moved_although_it_lies_before_those_that_left_earlier() {
        resp.call("DEL", "{Q:0}:dead", "{Q:1}:dead", "{Q:2}:dead", "{Q:3}:dead");
        jobs.add(0, "later", key(0, 0, 2), "b", "r");
        jobs.add(0, "earlier", key(0, 2, 2), "b", "r");
        layout(3, 3, "v2", "2");
        assertThat(get(letters.settle(QUEUE))).isEqualTo(1);
        assertThat(jobs.dead(2)).containsExactly("earlier");
        layout(4, 4, "v3", "3");
        assertThat(get(letters.settle(QUEUE))).isEqualTo(1);
        assertThat(jobs.dead(2)).containsExactly("earlier", "later");
        assertThat(jobs.dead(0)).isEmpty();
    }

    @Test
    void one_that_was_to_leave_and_was_not_copied_stays_although_it_lies_before_those_that_left_earlier() {
        resp.call("DEL", "{Q:0}:dead", "{Q:1}:dead", "{Q:2}:dead", "{Q:3}:dead");
        jobs.add(0, "later", key(0, 0, 2), "b", "r");
        jobs.add(0, "earlier", key(0, 2, 2), "b", "r");
        layout(3, 3, "v2", "2");
        get(letters.settle(QUEUE));
        layout(4, 4, "v3", "3");
        // Whoever noted that letters leave has died before it copied the first.
        resp.call("HSET", "{Q:0}:letters", "0", "4");
        layout(5, 3, "v4", "4");
        get(letters.settle(QUEUE));
        assertThat(jobs.dead(0)).containsExactly("later");
        assertThat(jobs.dead(2)).containsExactly("earlier");
    }

    /** A key of these partitions by layouts of two, three and four. */
    private static String key(int ofTwo, int ofThree, int ofFour) {
        return IntStream.range(0, 1000)
                .mapToObj(i -> "key" + i)
                .filter(key -> new Layout(2, 2).indexOf(KeyHash.XXH64, key) == ofTwo
                        && new Layout(3, 3).indexOf(KeyHash.XXH64, key) == ofThree
                        && new Layout(4, 4).indexOf(KeyHash.XXH64, key) == ofFour)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_call_that_runs_after_the_next_resize_adds_nothing() {
        resp.call("SET", "{Q:1}:seal", "3 open");
        Map<String, Object> before = RedisState.read(resp);
        assertThat(resp.list(
                        "EVAL",
                        Script.FORWARD.source(),
                        "3",
                        "{Q:1}:seal",
                        "{Q:1}:dead",
                        "{Q:1}:letters",
                        "2",
                        "3",
                        "1-1",
                        "2",
                        "reason",
                        "late"))
                .isEqualTo(List.of("layout"));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(failure(letters.settle(QUEUE))).isInstanceOf(StoreException.Unavailable.class);
    }

    @Test
    void one_that_belongs_elsewhere_is_not_retried_before_it_is_there() {
        PartitionId retired = new PartitionId(QUEUE, 3);
        resp.call("SET", "{Q:3}:seal", "2 open");
        List<String> there = jobs.dead(3);
        assertThat(get(letters.requeue(retired, read(retired)))).isEqualTo(new Requeued(0, 0));
        assertThat(jobs.dead(3)).isEqualTo(there);
        get(letters.settle(QUEUE));
        PartitionId home = new PartitionId(QUEUE, 1);
        assertThat(get(letters.requeue(home, read(home))))
                .isEqualTo(new Requeued(jobs.waiting(1).size(), 0));
        assertThat(jobs.waiting(1)).isNotEmpty().containsAll(there);
    }

    @Test
    void one_without_a_key_stays_unless_its_partition_is_gone() {
        for (int index : new int[] {1, 3}) {
            resp.call(("XADD {Q:" + index + "}:dead * n " + index
                            + " reason r exception e attempts 1 failed_at 1700000060000 epoch 1")
                    .split(" ", -1));
        }
        get(letters.settle(QUEUE));
        assertThat(jobs.dead(1)).contains("1", "3");
        assertThat(jobs.dead(3)).isEmpty();
        layout(3, 3, "v2", "2");
        get(letters.settle(QUEUE));
        assertThat(jobs.dead(1)).contains("1", "3");
    }

    @Test
    void those_of_a_queue_that_was_never_resized_are_retried_where_they_are() {
        resp.call("DEL", "{Q}:layout");
        resp.call("HSET", "{Q}:layout", "version", "2", "partitions", "4", "key_hash", "xxh64");
        PartitionId wrong = new PartitionId(QUEUE, 0);
        jobs.add(0, "misplaced", "k1", "b", "r");
        assertThat(new Layout(2, 4).indexOf(KeyHash.XXH64, "k1")).isNotZero();
        assertThat(get(letters.settle(QUEUE))).isZero();
        get(letters.requeue(wrong, read(wrong)));
        assertThat(jobs.waiting(0)).contains("misplaced");
    }

    @Test
    void a_full_redis_moves_none_and_a_resize_under_way_leaves_them_where_they_are() {
        Map<String, Object> before = RedisState.read(resp);
        resp.call("CONFIG", "SET", "maxmemory", "1");
        assertThat(failure(letters.settle(QUEUE))).isInstanceOf(StoreException.Full.class);
        resp.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(RedisState.read(resp)).isEqualTo(before);
        resp.call("HSET", "{Q}:layout", "next_version", "3", "next_partitions", "4");
        assertThat(get(letters.settle(QUEUE))).isZero();
    }

    private void assertSettled() {
        expected.forEach((index, ids) ->
                assertThat(jobs.dead(index)).as("partition %s", index).containsExactlyInAnyOrderElementsOf(ids));
        assertThat(jobs.dead(2)).isEmpty();
        assertThat(jobs.dead(3)).isEmpty();
    }

    private List<DeadLetter> read(PartitionId partition) {
        return get(letters.read(partition, StreamId.START, new StreamId(-1, -1), 10))
                .letters();
    }

    private void layout(int version, int partitions, String... earlier) {
        resp.call(
                "HSET",
                "{Q}:layout",
                "version",
                Integer.toString(version),
                "partitions",
                Integer.toString(partitions),
                "key_hash",
                "xxh64");
        resp.call("HSET", "{Q}:layout", earlier[0], earlier[1]);
        for (int index = 0; index < 4; index++) {
            resp.call("SET", "{Q:" + index + "}:seal", version + (index < partitions ? " open" : " closed"));
        }
    }
}
