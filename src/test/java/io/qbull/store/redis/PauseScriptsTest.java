package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.KeyHash;
import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Pauses;
import io.qbull.store.PauseTable;
import io.qbull.store.PauseTable.Change;
import io.qbull.store.PauseTable.End;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people pause, in the layout of a queue. */
@Tag("redis")
class PauseScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String LAYOUT = "{" + QUEUE + "}:layout";
    private static final Scope ALL = new Scope.Queue();
    private static final Scope ONE = new Scope.Partition(1);
    private static final Scope KEY = new Scope.Key("k: 1 2\nx");

    private Resp resp;
    private PauseTable table;

    @BeforeEach
    void create() {
        resp = REDIS.resp();
        get(REDIS.store().layouts().createIfAbsent(QUEUE, 2, KeyHash.XXH64));
        table = REDIS.store().pauses();
    }

    @Test
    void what_is_paused_is_read_with_who_and_why_and_until_when() {
        assertThat(read()).isEqualTo(new Pauses("0", List.of()));
        assertThat(pause(KEY, new End(Duration.ofHours(1), null))).isEqualTo(Change.DONE);
        Pause pause = read().all().get(0);
        assertThat(pause.scope()).isEqualTo(KEY);
        assertThat(pause.by()).isEqualTo("ann");
        assertThat(pause.reason()).isEqualTo("\"why\"");
        assertThat(pause.untilMillis()).isEqualTo(pause.sinceMillis() + 3_600_000);
        assertThat(pause.left()).isBetween(Duration.ofMinutes(59), Duration.ofHours(1));
        assertThat(read().cover(0)).isFalse();
        assertThat(read().keys()).containsExactly("k: 1 2\nx");
    }

    @Test
    void each_scope_is_paused_and_resumed_by_itself() {
        Map<String, Object> before = RedisState.read(resp);
        List.of(ALL, ONE, KEY)
                .forEach(scope -> assertThat(pause(scope, End.OPEN)).isEqualTo(Change.DONE));
        assertThat(read().all()).extracting(Pause::scope).containsExactlyInAnyOrder(ALL, ONE, KEY);
        assertThat(resume(ALL)).isEqualTo(Change.DONE);
        assertThat(read().cover(0)).isFalse();
        assertThat(read().cover(1)).isTrue();
        assertThat(resume(ONE, KEY)).isEqualTo(Change.DONE);
        assertThat(read().all()).isEmpty();
        assertThat(resume(ONE, KEY)).isEqualTo(Change.NOTHING);
        resp.call("HDEL", LAYOUT, "pauses");
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void what_is_known_is_read_again_only_after_a_change() {
        Pauses none = read();
        assertThat(get(table.pauses(QUEUE, none))).isSameAs(none);
        pause(ALL, End.OPEN);
        Pauses one = get(table.pauses(QUEUE, none));
        assertThat(one.cover(0)).isTrue();
        assertThat(get(table.pauses(QUEUE, one))).isSameAs(one);
        resume(ALL);
        assertThat(get(table.pauses(QUEUE, one)).all()).isEmpty();
    }

    @Test
    void a_pause_ends_by_redis_clock_and_is_forgotten_with_the_next_one() {
        pause(ALL, new End(Duration.ofMillis(50), null));
        await().until(() -> read().all().isEmpty());
        assertThat(pause(ALL, new End(null, 1L))).as("in the past").isEqualTo(Change.NOTHING);
        assertThat(resp.text("HEXISTS", LAYOUT, "paused")).isEqualTo("1");
        pause(ONE, End.OPEN);
        assertThat(resp.text("HEXISTS", LAYOUT, "paused")).isEqualTo("0");
    }

    @Test
    void a_queue_or_partition_that_does_not_exist_is_not_paused() {
        assertThat(pause(new Scope.Partition(2), End.OPEN)).isEqualTo(Change.NO_PARTITION);
        resp.call("DEL", LAYOUT);
        assertThat(pause(ALL, End.OPEN)).isEqualTo(Change.ABSENT);
        assertThat(resume(ALL)).isEqualTo(Change.ABSENT);
        assertThat(resp.text("EXISTS", LAYOUT)).isEqualTo("0");
        create();
    }

    @Test
    void so_many_keys_are_paused_at_most() {
        for (int i = 0; i < PauseTable.MOST_KEYS; i++) {
            assertThat(pause(new Scope.Key("k" + i), End.OPEN)).isEqualTo(Change.DONE);
        }
        assertThat(pause(new Scope.Key("one more"), End.OPEN)).isEqualTo(Change.TOO_MANY_KEYS);
        assertThat(pause(new Scope.Key("k0"), End.OPEN)).as("again").isEqualTo(Change.DONE);
        resume(new Scope.Key("k1"));
        assertThat(pause(new Scope.Key("one more"), End.OPEN)).isEqualTo(Change.DONE);
    }

    @Test
    void what_another_program_wrote_pauses_if_it_can_be_read_at_all() {
        resp.call("HSET", LAYOUT, "paused", "5 0 no JSON", "paused:p:0", "nonsense", "paused:x", "5 0 {}");
        assertThat(read().all()).hasSize(1);
        assertThat(read().all().get(0).by()).isEqualTo("somebody");
        resp.call("HDEL", LAYOUT, "paused:p:0", "paused:x");
    }

    private Pauses read() {
        return get(table.pauses(QUEUE, Pauses.UNKNOWN));
    }

    private Change pause(Scope scope, End end) {
        return get(table.pause(QUEUE, scope, "ann", "\"why\"", end));
    }

    private Change resume(Scope... scopes) {
        return get(table.resume(QUEUE, Set.of(scopes)));
    }
}
