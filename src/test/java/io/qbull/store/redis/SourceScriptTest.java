package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.SEAL;
import static io.qbull.store.redis.Seed.SEEN;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.NewJob;
import io.qbull.model.SourceId;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Answer;
import io.qbull.store.JobLog.Answer.Place;
import io.qbull.store.JobLog.Records;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Adding the records of a source, compared by the whole state before and after. */
@Tag("redis")
class SourceScriptTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final SourceId FILE = new SourceId("f1");
    private static final String SOURCE = "{Q:3}:source:f1";
    private static final String CALL = "{Q:3}:call:pod#1";

    private Resp resp;
    private JobLog jobs;
    private long number;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        resp.call("SET", SEAL, "1 open");
        jobs = REDIS.store().jobs();
    }

    @Test
    void records_leave_only_the_last_offset_behind() {
        assertThat(duplicates(add(1, Duration.ZERO, 0, 7, 19))).containsExactly(false, false, false);
        assertThat(RedisState.read(resp))
                .containsOnlyKeys(STREAM, CALL, SEAL, SOURCE)
                .containsEntry(SOURCE, Map.of("1", "19"));
        assertThat(resp.number("TTL", SOURCE)).as("no expiry").isEqualTo(-1);
    }

    @Test
    void without_the_right_to_write_the_progress_nothing_is_added() {
        JobLog limited = REDIS.storeWithout("hset").jobs();
        assertThat(failure(limited.enqueue(records(1, Duration.ZERO, 0, 7))))
                .isInstanceOf(StoreException.Misconfigured.class);
        assertThat(resp.number("XLEN", STREAM)).isZero();
        assertThat(duplicates(add(1, Duration.ZERO, 0, 7))).containsExactly(false, false);
    }

    @Test
    void records_that_are_not_above_the_last_offset_are_skipped() {
        add(1, Duration.ZERO, 0, 7);
        assertThat(duplicates(add(1, Duration.ZERO, 0, 7, 8))).containsExactly(true, true, false);
        assertThat(duplicates(add(1, Duration.ZERO, 3, 4))).containsExactly(true, true);
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(3);
        assertThat(resp.text("HGET", SOURCE, "1")).as("never goes back").isEqualTo("8");
    }

    @Test
    void offsets_of_another_layout_version_are_ignored() {
        add(1, Duration.ZERO, 90);
        resp.call("SET", SEAL, "2 open");
        assertThat(duplicates(add(2, Duration.ZERO, 50, 90))).containsExactly(false, false);
        assertThat(RedisState.read(resp)).containsEntry(SOURCE, Map.of("1", "90", "2", "90"));
    }

    @Test
    void large_offsets_are_compared_as_numbers() {
        add(1, Duration.ZERO, 9_007_199_254_740_990L);
        assertThat(duplicates(add(1, Duration.ZERO, 9_007_199_254_740_990L, 9_007_199_254_740_991L)))
                .containsExactly(true, false);
        assertThat(resp.text("HGET", SOURCE, "1")).isEqualTo("9007199254740991");
    }

    @Test
    void a_sealed_partition_takes_no_new_records_and_still_knows_the_old_ones() {
        add(1, Duration.ZERO, 5);
        resp.call("SET", SEAL, "2 closed");
        assertThat(add(1, Duration.ZERO, 5, 6)).isEqualTo(new Answer.OtherLayout());
        assertThat(resp.text("HGET", SOURCE, "1")).isEqualTo("5");
        assertThat(duplicates(add(1, Duration.ZERO, 4, 5))).containsExactly(true, true);
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
    }

    @Test
    void a_record_whose_callers_id_was_seen_counts_as_read() {
        get(jobs.enqueue(call(1, List.of(newJob("a")), null)));
        JobLog.Call twice = call(1, List.of(newJob("a")), new Records(FILE, List.of(3L), Duration.ZERO));
        assertThat(duplicates(get(jobs.enqueue(twice)))).containsExactly(true);
        assertThat(resp.text("HGET", SOURCE, "1")).isEqualTo("3");
        assertThat(RedisState.read(resp)).containsKey(SEEN);
    }

    @Test
    void a_lifetime_counts_from_the_last_use() {
        add(1, Duration.ofSeconds(30), 5);
        assertThat(resp.number("PTTL", SOURCE)).isBetween(29_000L, 30_000L);
        resp.call("PEXPIRE", SOURCE, "5000");
        add(1, Duration.ofSeconds(30), 5);
        assertThat(resp.number("PTTL", SOURCE)).isBetween(29_000L, 30_000L);
        resp.call("PEXPIRE", SOURCE, "5000");
        assertThat(get(jobs.progress(P, FILE, Duration.ofSeconds(30)))).isEqualTo(Map.of(1, 5L));
        assertThat(resp.number("PTTL", SOURCE)).isBetween(29_000L, 30_000L);
    }

    @Test
    void progress_is_read_and_forgotten() {
        assertThat(get(jobs.progress(P, FILE, Duration.ZERO))).isEmpty();
        add(1, Duration.ZERO, 5);
        assertThat(get(jobs.progress(P, FILE, Duration.ZERO))).isEqualTo(Map.of(1, 5L));
        get(jobs.forget(P, FILE));
        assertThat(RedisState.read(resp)).containsOnlyKeys(STREAM, CALL, SEAL);
    }

    @Test
    void a_full_redis_takes_no_record_and_moves_no_offset() {
        add(1, Duration.ZERO, 5);
        Map<String, Object> before = RedisState.read(resp);
        resp.call("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(failure(jobs.enqueue(records(1, Duration.ZERO, 6)))).hasMessageContaining("OOM");
        } finally {
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    private Answer add(int version, Duration lifetime, long... offsets) {
        return get(jobs.enqueue(records(version, lifetime, offsets)));
    }

    private JobLog.Call records(int version, Duration lifetime, long... offsets) {
        List<NewJob> added = Arrays.stream(offsets)
                .mapToObj(offset -> newJob("o" + offset, false, ""))
                .toList();
        return call(
                version, added, new Records(FILE, Arrays.stream(offsets).boxed().toList(), lifetime));
    }

    private JobLog.Call call(int version, List<NewJob> added, @Nullable Records records) {
        return new JobLog.Call(P, version, "pod#1", ++number, added, Duration.ofMinutes(10), 0, records);
    }

    private static Stream<Boolean> duplicates(Answer answer) {
        return ((Answer.Accepted) answer).places().stream().map(Place::duplicate);
    }
}
