package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Due;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.store.JobLog;
import io.qbull.store.LayoutTable;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.Intent;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The steps of a resize around the move of jobs, each by the whole state before and after. */
@Tag("redis")
class ResizeScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Resize GROW = new Resize(2, 2, 3);
    private static final Resize SHRINK = new Resize(2, 2, 1);

    private Resp resp;
    private RedisStore store;
    private LayoutTable layouts;
    private ResizeTable resize;

    @BeforeEach
    void create() {
        resp = REDIS.resp();
        store = REDIS.store();
        layouts = store.layouts();
        resize = store.resize();
        get(layouts.createIfAbsent(QUEUE, 2, KeyHash.XXH64));
    }

    @Test
    void the_keys_of_a_retired_partition_go_when_it_is_empty_and_nobody_owns_it() {
        PartitionId retired = new PartitionId(QUEUE, 1);
        resp.call("SET", "{Q:1}:seal", "2 closed");
        resp.call("SET", "{Q:1}:started", "2");
        resp.call("SET", "{Q:1}:moved", "1");
        assertThat(get(resize.retire(retired, 2))).as("it has not moved").isFalse();
        resp.call("SET", "{Q:1}:moved", "2");
        assertThat(get(resize.retire(retired, 3))).as("another resize").isFalse();
        resp.call("HSET", "{Q:1}:lease", "owner", "a#1", "epoch", "5", "expires", "9999999999999", "ttl", "1000");
        assertThat(get(resize.retire(retired, 2))).as("it is owned").isFalse();
        resp.call("HSET", "{Q:1}:lease", "expires", "0");
        for (String stream : List.of("Q:1", "{Q:1}:inbox", "{Q:1}:dead")) {
            String id = resp.text("XADD", stream, "*", "a", "b");
            assertThat(get(resize.retire(retired, 2))).as(stream).isFalse();
            resp.call("XDEL", stream, id);
        }
        for (String set : List.of("{Q:1}:held:jobs", "{Q:1}:delayed")) {
            resp.call("ZADD", set, "0", "member");
            assertThat(get(resize.retire(retired, 2))).as(set).isFalse();
            resp.call("DEL", set);
        }
        resp.call("HSET", "{Q:1}:staged", "2:0", "1-1");
        assertThat(get(resize.retire(retired, 2))).as("a segment").isFalse();
        resp.call("DEL", "{Q:1}:staged");

        assertThat(get(resize.retire(retired, 2))).isTrue();
        assertThat(resp.call("EXISTS", "Q:1", "{Q:1}:inbox", "{Q:1}:dead")).isEqualTo(0L);
        for (String key : List.of("lease", "seal", "started", "moved")) {
            assertThat((Long) resp.call("PTTL", "{Q:1}:" + key)).as(key).isBetween(3_500_000L, 3_600_000L);
        }
        resp.call("PEXPIRE", "{Q:1}:seal", "1000000");
        assertThat(get(resize.retire(retired, 2))).as("a repeat").isTrue();
        assertThat((Long) resp.call("PTTL", "{Q:1}:seal")).isLessThanOrEqualTo(1_000_000L);
    }

    @Test
    void the_keys_of_a_retired_partition_stay_as_long_as_ids_are_known_there() {
        resp.call("SET", "{Q:1}:seal", "2 closed");
        resp.call("SET", "{Q:1}:moved", "2");
        long day = Duration.ofDays(1).toMillis();
        resp.call("ZADD", "{Q:1}:seen", Long.toString(System.currentTimeMillis() + day), "id");
        resp.call("PEXPIRE", "{Q:1}:seen", Long.toString(2 * day));
        assertThat(get(resize.retire(new PartitionId(QUEUE, 1), 2))).isTrue();
        for (String key : List.of("seal", "moved")) {
            assertThat((Long) resp.call("PTTL", "{Q:1}:" + key)).as(key).isBetween(day - 60_000, day + 60_000);
        }
    }

    @Test
    void the_beginning_of_a_resize_and_the_new_layout_are_announced() {
        AtomicInteger heard = new AtomicInteger();
        get(REDIS.store().resize().announcements(QUEUE, heard::incrementAndGet));
        get(resize.intend(QUEUE, GROW.before(), 3));
        await().until(() -> heard.get() == 1);
        get(resize.makeCurrent(QUEUE, GROW));
        await().until(() -> heard.get() == 2);
    }

    @Test
    void a_resize_that_is_begun_changes_the_layout_when_all_is_sealed_and_open() {
        assertThat(get(resize.state(QUEUE))).isEqualTo(new LayoutState(new Layout(1, 2), null, List.of()));
        assertThat(intend(3)).isEqualTo(new Intent.Begun(GROW));
        assertThat(get(resize.state(QUEUE))).isEqualTo(new LayoutState(new Layout(1, 2), GROW, List.of()));
        assertThat(get(layouts.createIfAbsent(QUEUE, 9, KeyHash.XXH64)))
                .as("a pod that starts meanwhile")
                .isEqualTo(new Layout(1, 2));
        assertThat(get(layouts.history(QUEUE))).containsExactly(new Layout(1, 2));
        assertThat(get(resize.makeCurrent(QUEUE, GROW))).isEqualTo(new Layout(2, 3));
        LayoutState after = get(resize.state(QUEUE));
        assertThat(after.current()).isEqualTo(new Layout(2, 3));
        assertThat(after.resize()).isNull();
        assertThat(after.earlier()).extracting(Earlier::layout).containsExactly(new Layout(1, 2));
        assertThat(after.earlier().get(0).age()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        assertThat(get(layouts.createIfAbsent(QUEUE, 9, KeyHash.XXH64))).isEqualTo(new Layout(2, 3));
        assertThat(get(layouts.history(QUEUE))).containsExactly(new Layout(1, 2), new Layout(2, 3));
    }

    @Test
    void a_layout_that_is_replaced_says_how_long_ids_of_its_jobs_are_remembered() {
        add(0, 1, 1);
        NewJob later = newJob("later").due(new Due.In(Duration.ofDays(1)));
        get(store.jobs().enqueue(new JobLog.Call(at(1), 1, "pod#1", 2, List.of(later), Duration.ofMinutes(10))));
        intend(3);
        get(resize.makeCurrent(QUEUE, GROW));
        assertThat(get(resize.state(QUEUE)).earlier().get(0).memory())
                .isBetween(Duration.ofDays(1), Duration.ofDays(1).plusMinutes(10));
        get(resize.intend(QUEUE, new Layout(2, 3), 1));
        resp.call("DEL", "{Q:1}:seen");
        get(resize.makeCurrent(QUEUE, new Resize(3, 3, 1)));
        assertThat(get(resize.state(QUEUE)).earlier().get(1).memory())
                .as("of the other partition")
                .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
        get(resize.intend(QUEUE, new Layout(3, 1), 2));
        resp.call("DEL", "{Q:0}:seen");
        get(resize.makeCurrent(QUEUE, new Resize(4, 1, 2)));
        assertThat(get(resize.state(QUEUE)).earlier().get(2).memory())
                .as("of no id")
                .isZero();
    }

    @Test
    void only_one_resize_is_under_way_and_a_late_call_begins_none() {
        intend(3);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(intend(3)).as("a repeat").isEqualTo(new Intent.Begun(GROW));
        assertThat(intend(4)).isEqualTo(new Intent.Other(GROW));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        get(resize.makeCurrent(QUEUE, GROW));
        Map<String, Object> current = RedisState.read(resp);
        assertThat(intend(3)).as("late").isEqualTo(new Intent.Outdated(new Layout(2, 3)));
        assertThat(get(resize.makeCurrent(QUEUE, GROW))).as("a repeat").isEqualTo(new Layout(2, 3));
        assertThat(RedisState.read(resp)).isEqualTo(current);
        get(resize.intend(QUEUE, new Layout(2, 3), 5));
        get(resize.makeCurrent(QUEUE, new Resize(3, 3, 5)));
        assertThat(get(resize.makeCurrent(QUEUE, GROW))).as("late").isEqualTo(new Layout(3, 5));
        assertThat(get(layouts.history(QUEUE))).containsExactly(new Layout(1, 2), new Layout(2, 3), new Layout(3, 5));
    }

    @Test
    void what_was_not_intended_does_not_become_current() {
        assertThat(failure(resize.makeCurrent(QUEUE, GROW))).isInstanceOf(StoreException.Unavailable.class);
        intend(4);
        assertThat(failure(resize.makeCurrent(QUEUE, GROW))).isInstanceOf(StoreException.Unavailable.class);
        assertThat(get(layouts.history(QUEUE))).containsExactly(new Layout(1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> intend(2));
        assertThatIllegalArgumentException().isThrownBy(() -> intend(0));
    }

    @Test
    void a_sealed_partition_takes_no_jobs_of_the_old_layout_and_has_one_marker() {
        assertThat(add(0, 1, 1)).isInstanceOf(JobLog.Answer.Accepted.class);
        get(resize.seal(at(0), GROW));
        Map<String, Object> sealed = RedisState.read(resp);
        assertThat(resp.text("GET", "{Q:0}:seal")).isEqualTo("2 closed");
        assertThat(fields("Q:0")).last().isEqualTo(List.of("@marker", "2 2 3"));
        get(resize.seal(at(0), GROW));
        assertThat(RedisState.read(resp)).as("a repeat").isEqualTo(sealed);
        assertThat(add(0, 1, 2)).isInstanceOf(JobLog.Answer.OtherLayout.class);
        assertThat(add(0, 2, 3)).isInstanceOf(JobLog.Answer.OtherLayout.class);
        get(resize.open(at(0), GROW));
        assertThat(add(0, 2, 4)).isInstanceOf(JobLog.Answer.Accepted.class);
        get(resize.seal(at(0), GROW));
        get(resize.open(at(0), GROW));
        assertThat(resp.text("GET", "{Q:0}:seal")).as("late and repeated").isEqualTo("2 open");
        assertThat(fields("Q:0")).hasSize(3);
    }

    @Test
    void a_new_partition_has_its_marker_first_and_starts_when_it_is_told_to() {
        get(resize.open(at(2), GROW));
        get(resize.open(at(2), GROW));
        assertThat(fields("Q:2")).containsExactly(List.of("@marker", "2 2 3"));
        assertThat(resp.call("GET", "{Q:2}:started")).isNull();
        assertThat(get(resize.start(at(2), 2))).isTrue();
        assertThat(get(resize.start(at(2), 2))).as("a repeat").isTrue();
        assertThat(resp.text("GET", "{Q:2}:started")).isEqualTo("2");
        assertThat(fields("{Q:2}:inbox")).containsExactly(List.of("verb", "started", "key", ""));
    }

    @Test
    void opening_a_partition_that_stays_starts_nothing_and_starting_one_that_is_not_open_does_nothing() {
        get(resize.seal(at(0), GROW));
        Map<String, Object> sealed = RedisState.read(resp);
        assertThat(get(resize.start(at(0), 2))).isFalse();
        assertThat(RedisState.read(resp)).isEqualTo(sealed);
        get(resize.open(at(0), GROW));
        assertThat(resp.text("GET", "{Q:0}:started")).isEqualTo("1");
        assertThat(get(resize.start(at(0), 3))).isFalse();
        assertThat(get(resize.start(at(0), 2))).isTrue();
        get(resize.seal(at(0), new Resize(3, 3, 4)));
        Map<String, Object> next = RedisState.read(resp);
        assertThat(get(resize.start(at(0), 2))).as("late").isTrue();
        get(resize.open(at(0), GROW));
        get(layouts.open(at(0), 2));
        assertThat(RedisState.read(resp)).as("late").isEqualTo(next);
    }

    @Test
    void the_states_show_what_a_resize_waits_for() {
        add(1, 1, 1);
        get(resize.seal(at(1), SHRINK));
        resp.call("SET", "{Q:0}:moved", "2");
        resp.call("HSET", "{Q:0}:staged", "2:1", "3 5", "2:10", "", "1:7", "");
        resp.call("XADD", "{Q:0}:staged:2:1", "*", "key", "k");
        assertThat(get(resize.states(QUEUE, 0, 3)))
                .isEqualTo(List.of(
                        new PartitionState(
                                0,
                                new PartitionStage(new SealState(1, true), 1, 2),
                                0,
                                Map.of(new Segment(2, 1), 1L, new Segment(2, 10), 0L, new Segment(1, 7), 0L),
                                0,
                                0),
                        new PartitionState(1, new PartitionStage(new SealState(2, false), 1, 0), 2, Map.of(), 0, 0),
                        new PartitionState(2, PartitionStage.ABSENT, 0, Map.of(), 0, 0)));
        assertThat(get(resize.states(QUEUE, 1, 2)).get(0).jobs()).isEqualTo(2);
        assertThat(get(resize.states(QUEUE, 0, 200))).as("in several calls").hasSize(200);
    }

    @Test
    void the_bytes_of_a_partition_are_those_of_all_that_moves_from_it() {
        resp.call("HSET", "{Q:1}:staged", "2:0", "3 5", "1:7", "");
        List<PartitionState> states = get(resize.states(QUEUE, 0, 3));
        assertThat(get(resize.bytes(QUEUE, states))).containsExactly(0L, 0L, 0L);
        String value = "x".repeat(10_000);
        long before = 0;
        for (List<String> addition : List.of(
                List.of("XADD", "Q:1", "*", "body", value),
                List.of("XADD", "{Q:1}:staged:2:0", "*", "body", value),
                List.of("ZADD", "{Q:1}:held:jobs", "0", value),
                List.of("HSET", "{Q:1}:delayed:jobs", "1", value))) {
            resp.call(addition.toArray(String[]::new));
            List<Long> bytes = get(resize.bytes(QUEUE, states.subList(0, 2)));
            assertThat(bytes).as(addition.get(1)).hasSize(2).element(0).isEqualTo(0L);
            assertThat(bytes.get(1) - before).as(addition.get(1)).isGreaterThan(9_999);
            before = bytes.get(1);
        }
        // What was written here is no job.
        resp.call("FLUSHALL");
    }

    @Test
    void a_resize_is_not_begun_when_redis_is_full_but_one_under_way_goes_on() {
        Map<String, Object> before = RedisState.read(resp);
        resp.call("CONFIG", "SET", "maxmemory", "1");
        assertThat(failure(resize.intend(QUEUE, new Layout(1, 2), 3))).isInstanceOf(StoreException.Full.class);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        resp.call("CONFIG", "SET", "maxmemory", "0");
        intend(3);
        resp.call("CONFIG", "SET", "maxmemory", "1");
        for (int index = 0; index < 2; index++) {
            get(resize.seal(at(index), GROW));
        }
        for (int index = 0; index < 3; index++) {
            get(resize.open(at(index), GROW));
        }
        assertThat(get(resize.makeCurrent(QUEUE, GROW))).isEqualTo(new Layout(2, 3));
        for (int index = 0; index < 3; index++) {
            assertThat(get(resize.start(at(index), 2))).isTrue();
        }
        assertThat(get(resize.states(QUEUE, 0, 3)))
                .allMatch(state -> state.stage().equals(new PartitionStage(new SealState(2, true), 2, 0)));
    }

    private Intent intend(int partitions) {
        return get(resize.intend(QUEUE, new Layout(1, 2), partitions));
    }

    private JobLog.Answer add(int index, int version, long number) {
        return get(store.jobs()
                .enqueue(new JobLog.Call(
                        at(index), version, "pod#1", number, List.of(newJob("j" + number)), Duration.ofMinutes(10))));
    }

    private static PartitionId at(int index) {
        return new PartitionId(QUEUE, index);
    }

    private List<List<String>> fields(String stream) {
        List<?> entries = (List<?>) RedisState.read(resp).getOrDefault(stream, List.of());
        return entries.stream()
                .map(entry ->
                        ((List<?>) entry).stream().skip(1).map(String::valueOf).toList())
                .toList();
    }
}
