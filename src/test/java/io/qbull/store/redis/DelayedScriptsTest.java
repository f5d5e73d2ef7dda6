package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.DELAYED;
import static io.qbull.store.redis.Seed.INBOX;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.SEAL;
import static io.qbull.store.redis.Seed.SEEN;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Due;
import io.qbull.model.Entry;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.NewJob;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.DelayedJobs;
import io.qbull.store.DelayedJobs.Promotion;
import io.qbull.store.DelayedJobs.Promotion.Promoted;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Answer;
import io.qbull.store.JobLog.Answer.Place;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Records;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Delayed jobs that are added, promoted and cancelled, compared by what is in Redis before and after. */
@Tag("redis")
class DelayedScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String JOBS = "{Q:3}:delayed:jobs";
    private static final String IDS = "{Q:3}:delayed:ids";
    /** Length of a member of the delayed jobs. */
    private static final int MEMBER = "1700000000000-0000000000".length();

    private static final String CALL = "{Q:3}:call:pod#1";
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Place WAITING = new Place(StreamId.START, false);

    private Resp resp;
    private Seed seed;
    private RedisStore store;
    private JobLog jobs;
    private DelayedJobs delayed;
    private Lease lease;
    private long number;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        resp.call("SET", SEAL, "1 open");
        store = REDIS.store();
        jobs = store.jobs();
        delayed = store.delayed();
        lease = seed.held();
    }

    @Test
    void a_promotion_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        add(at("a", now() + 3_600_000));
        makeDue();
        seed.refusedToAllButTheOwner(stale -> delayed.promote(stale, 10, 1000), new Promotion.Fenced());
        assertThat(stream()).containsExactly("a");
    }

    @Test
    void a_delayed_job_waits_beside_the_stream_and_wakes_the_owner() {
        long due = now() + 3_600_000;
        assertThat(add(at("a", due))).containsExactly(WAITING);

        Map<String, Object> state = RedisState.read(resp);
        assertThat(state).containsOnlyKeys(Seed.LEASE, SEAL, CALL, SEEN, DELAYED, JOBS, IDS, INBOX);
        assertThat(state)
                .containsEntry(DELAYED, Map.of(due + "-0000000000", Long.toString(due)))
                .containsEntry(IDS, Map.of("a\0" + due + "-0000000000", "0"))
                .containsEntry(CALL, "1 accepted +");
        assertThat(instructions()).containsExactly("due");
        assertThat(dueIn()).isBetween(HOUR.minusSeconds(10), HOUR);
    }

    @Test
    void a_delay_counts_from_when_redis_takes_the_job() {
        long before = now();
        add(in("a", HOUR));
        assertThat(score("a")).isBetween(before + HOUR.toMillis(), now() + HOUR.toMillis());
    }

    @Test
    void a_job_with_a_past_time_or_no_delay_runs_at_once() {
        Answer.Accepted answer = (Answer.Accepted)
                enqueue(in("a", Duration.ZERO), at("b", now() - 1), newJob("c").due(new Due.At(Instant.MIN)));
        assertThat(answer.places()).allMatch(place -> place.streamId().compareTo(StreamId.START) > 0);
        assertThat(stream()).containsExactly("a", "b", "c");
        assertThat(RedisState.read(resp)).doesNotContainKeys(DELAYED, JOBS, IDS, INBOX);
    }

    @Test
    void a_promoted_job_is_an_ordinary_entry_with_the_time_at_which_it_was_added() {
        NewJob rich = new NewJob(
                new JobId("r"), false, "köy", new byte[] {0, -1}, "text/plain", Map.of("traceparent", "00-a"));
        NewJob original = jobs.original(newJob("o", false, "{\"n\":1}"), Instant.EPOCH);
        long before = now();
        add(rich.due(new Due.In(HOUR)), original.due(new Due.In(HOUR)), rich);
        long after = now();
        makeDue();
        assertThat(promote(10)).isEqualTo(new Promoted(2, null));
        List<?> entries = (List<?>) requireNonNull(RedisState.read(resp).get(STREAM));
        List<?> atOnce = fields(entries.get(0));
        assertThat(fields(entries.get(1))).isEqualTo(atOnce);
        assertThat(Long.parseLong((String) atOnce.get(5))).isBetween(before, after);
        assertThat(fields(entries.get(2)))
                .isEqualTo(List.of(
                        "job",
                        "{\"job_id\": \"o\", \"published_at\": \"1970-01-01T00:00:00.000000+00:00\","
                                + " \"partition_id\": \"key of o\", \"n\":1}"));
        assertThat(RedisState.read(resp)).doesNotContainKeys(DELAYED, JOBS, IDS);
    }

    @Test
    void jobs_are_promoted_by_due_time_and_in_order_of_arrival_if_due_together() {
        long due = now() + 3_600_000;
        add(at("c", due + 2), at("b1", due + 1), at("b2", due + 1));
        add(at("b3", due + 1), at("a", due), at("b4", due + 1));
        IntStream.range(5, 15).forEach(i -> add(at("b" + i, due + 1)));
        makeDue();
        assertThat(promote(3)).isEqualTo(new Promoted(3, Duration.ZERO));
        assertThat(stream()).containsExactly("a", "b1", "b2");
        assertThat(promote(100)).isEqualTo(new Promoted(13, null));
        List<String> expected = new ArrayList<>(List.of("a"));
        IntStream.range(1, 15).forEach(i -> expected.add("b" + i));
        expected.add("c");
        assertThat(stream()).isEqualTo(expected);
        assertThat(promote(100)).as("a repeat").isEqualTo(new Promoted(0, null));
        assertThat(stream()).hasSize(16);
    }

    @Test
    void a_promotion_is_bounded_by_bytes_and_moves_at_least_one_job() {
        long due = now() + 3_600_000;
        for (String id : List.of("a", "b", "c")) {
            add(new NewJob(new JobId(id), true, "k", new byte[1000], null, Map.of())
                    .due(new Due.At(Instant.ofEpochMilli(due))));
        }
        makeDue();
        assertThat(get(delayed.promote(lease, 10, 1))).isEqualTo(new Promoted(1, Duration.ZERO));
        assertThat(get(delayed.promote(lease, 10, 2500))).isEqualTo(new Promoted(2, null));
    }

    @Test
    void jobs_that_are_not_due_stay_and_the_owner_learns_when_they_will_be() {
        add(in("a", HOUR));
        Map<String, Object> before = RedisState.read(resp);
        Promoted none = promote(10);
        assertThat(none.count()).isZero();
        assertThat(none.dueIn()).isBetween(HOUR.minusSeconds(10), HOUR);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_job_is_promoted_when_its_time_has_come_and_not_before() {
        long due = now() + 300;
        add(at("a", due));
        await().until(() -> promote(10).count() == 1);
        assertThat(now()).isGreaterThanOrEqualTo(due);
        assertThat(entries().get(0).streamId().millis()).isGreaterThanOrEqualTo(due);
    }

    @Test
    void the_owner_is_woken_by_one_note_only_for_a_job_that_is_due_first() {
        long due = now() + 3_600_000;
        add(at("b", due));
        assertThat(instructions()).hasSize(1);
        add(at("a", due - 1));
        assertThat(instructions()).as("a note is there already").hasSize(1);
        get(store.held().attend(lease, instruction(), Action.IGNORE));
        add(at("c", due + 1), at("a2", due - 1));
        assertThat(instructions()).as("neither is before the first").isEmpty();
        add(at("d", due + 2), at("first", due - 2));
        assertThat(instructions()).containsExactly("due");
        get(store.held().attend(lease, instruction(), Action.IGNORE));
        resp.call("XADD", "{" + STREAM + "}:inbox", "*", "verb", "retry", "key", "k", "place", "p");
        add(at("before it", due - 3));
        assertThat(instructions()).containsExactly("retry", "due");
    }

    @Test
    void an_id_is_remembered_from_the_due_time_on() {
        long due = now() + HOUR.toMillis();
        add(at("a", due), newJob("b"));
        assertThat(number(resp.text("ZSCORE", SEEN, "a"))).isEqualTo(due + WINDOW.toMillis());
        assertThat(resp.number("PTTL", SEEN))
                .isBetween(
                        HOUR.plus(WINDOW).toMillis() - 10_000, HOUR.plus(WINDOW).toMillis());
        assertThat(add(newJob("a"), in("a", HOUR), in("c", HOUR), in("c", Duration.ZERO)))
                .extracting(Place::duplicate)
                .containsExactly(true, true, false, true);
        assertThat(stream()).containsExactly("b");
        assertThat(resp.number("ZCARD", DELAYED)).isEqualTo(2);
    }

    @Test
    void a_repeated_call_gets_the_same_answer_and_delays_nothing_twice() {
        JobLog.Call call = call(newJob("a", false, ""), newJob("b", false, "").due(new Due.In(HOUR)));
        Answer first = get(jobs.enqueue(call));
        assertThat(((Answer.Accepted) first).places().get(1)).isEqualTo(WAITING);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(get(jobs.enqueue(call))).isEqualTo(first);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void delayed_records_of_a_source_are_skipped_when_they_are_read_again() {
        Records records = new Records(new SourceId("f1"), List.of(3L, 9L), Duration.ZERO);
        List<NewJob> lines = List.of(newJob("x", false, "").due(new Due.In(HOUR)), newJob("y", false, ""));
        get(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", 1, lines, WINDOW, 0, records)));
        Map<String, Object> before = new TreeMap<>(RedisState.read(resp));
        assertThat(before).containsEntry("{Q:3}:source:f1", Map.of("1", "9"));
        Answer.Accepted again =
                (Answer.Accepted) get(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", 2, lines, WINDOW, 0, records)));
        assertThat(again.places()).extracting(Place::duplicate).containsExactly(true, true);
        before.put(CALL, "2 accepted -x2");
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_sealed_or_crowded_partition_refuses_delayed_jobs_too() {
        add(newJob("a"));
        JobLog.Call crowded = new JobLog.Call(P, 1, "pod#1", ++number, List.of(in("b", HOUR)), WINDOW, 1, null);
        assertThat(get(jobs.enqueue(crowded))).isEqualTo(new Answer.Crowded());
        resp.call("SET", SEAL, "2 open");
        assertThat(enqueue(in("b", HOUR))).isEqualTo(new Answer.OtherLayout());
        assertThat(RedisState.read(resp)).doesNotContainKeys(DELAYED, JOBS, IDS, INBOX);
    }

    @Test
    void a_full_redis_refuses_delayed_jobs_but_promotes_and_cancels_those_it_has() {
        add(in("a", HOUR), in("b", HOUR));
        makeDue();
        Map<String, Object> before = RedisState.read(resp);
        resp.call("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(failure(jobs.enqueue(call(in("c", HOUR))))).isInstanceOf(StoreException.Full.class);
            assertThat(RedisState.read(resp)).isEqualTo(before);
            assertThat(promote(1).count()).isEqualTo(1);
            assertThat(cancel("b")).isEqualTo(1);
        } finally {
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(stream()).containsExactly("a");
    }

    @Test
    void a_key_of_another_type_stops_the_scripts_before_their_first_write() {
        for (String key : List.of(STREAM, DELAYED, JOBS, IDS, INBOX)) {
            resp.call("SET", key, "foreign");
            Map<String, Object> before = RedisState.read(resp);
            assertThat(failure(jobs.enqueue(call(newJob("x"), in("y", HOUR)))))
                    .as(key)
                    .isInstanceOf(StoreException.Misconfigured.class);
            assertThat(failure(jobs.enqueue(call(in("y", HOUR), newJob("x")))))
                    .as(key)
                    .isInstanceOf(StoreException.Misconfigured.class);
            assertThat(RedisState.read(resp)).as(key).isEqualTo(before);
            resp.call("DEL", key);
        }
        add(in("a", HOUR));
        for (String key : List.of(DELAYED, JOBS, SEEN)) {
            resp.call("RENAME", key, "test:kept");
            resp.call("SET", key, "foreign");
            Map<String, Object> before = RedisState.read(resp);
            assertThat(failure(delayed.cancel(P, 1, "key of a", new JobId("a"))))
                    .as(key)
                    .isInstanceOf(StoreException.Misconfigured.class);
            assertThat(RedisState.read(resp)).as(key).isEqualTo(before);
            resp.call("RENAME", "test:kept", key);
        }
    }

    @Test
    void a_cancelled_job_leaves_no_trace_and_its_id_can_be_added_again() {
        Map<String, Object> before = new TreeMap<>(RedisState.read(resp));
        add(in("a", HOUR));
        get(store.held().attend(lease, instruction(), Action.IGNORE));
        assertThat(cancel("a")).isEqualTo(1);
        before.put(CALL, "1 accepted +");
        before.put(INBOX, List.of());
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(cancel("a")).as("a repeat").isZero();
        assertThat(add(in("a", HOUR))).containsExactly(WAITING);
    }

    @Test
    void a_cancelled_id_is_free_also_where_it_was_added_by_an_earlier_layout() {
        int before = new Layout(1, 70).indexOf(KeyHash.XXH64, "key of a");
        String known = "{Q:" + before + "}:seen";
        resp.call("HSET", "{Q}:layout", "version", "2", "partitions", "4", "v1", "70", "key_hash", "xxh64");
        resp.call("SET", SEAL, "2 open");
        resp.call("SET", "{Q:3}:started", "2");
        String later = Long.toString(now() + WINDOW.toMillis());
        resp.call("ZADD", known, later, "a", later, "b");
        resp.call("PEXPIRE", known, "600000");
        assertThat(get(delayed.cancel(P, 2, "key of a", new JobId("a")))).isZero();
        assertThat(resp.number("ZCARD", known)).as("no job was cancelled").isEqualTo(2);
        get(jobs.enqueue(new JobLog.Call(P, 2, "pod#1", ++number, List.of(in("a", HOUR)), WINDOW)));
        assertThat(get(delayed.cancel(P, 2, "key of a", new JobId("a")))).isEqualTo(1);
        assertThat(resp.list("ZRANGE", known, "0", "-1")).isEqualTo(List.of("b"));
    }

    @Test
    void all_jobs_with_an_id_are_cancelled_and_no_others() {
        NewJob generated = newJob("a", false, "").due(new Due.In(HOUR));
        add(generated, in("b", HOUR), generated, newJob("a", false, "").due(new Due.In(HOUR.multipliedBy(2))));
        assertThat(cancel("a")).isEqualTo(3);
        assertThat(resp.list("ZRANGE", IDS, "0", "-1"))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("b\0");
        makeDue();
        assertThat(promote(10)).isEqualTo(new Promoted(1, null));
        assertThat(stream()).containsExactly("b");
    }

    @Test
    void an_id_that_begins_like_another_or_with_one_more_character_is_another_id() {
        add(in("a", HOUR), in("aa", HOUR), in("a!", HOUR), in("aé", HOUR));
        assertThat(cancel("key of a", "a")).isEqualTo(1);
        assertThat(resp.number("ZCARD", IDS)).isEqualTo(3);
    }

    @Test
    void what_is_noted_of_a_job_does_not_grow_with_the_jobs_of_its_id() {
        NewJob job = newJob("a", false, "").due(new Due.In(HOUR));
        NewJob[] many = Stream.generate(() -> job).limit(200).toArray(NewJob[]::new);
        add(many);

        assertThat(resp.list("ZRANGE", IDS, "0", "-1"))
                .hasSize(200)
                .allSatisfy(noted -> assertThat(noted).asString().hasSize("a".length() + 1 + MEMBER));
        assertThat(cancel("a")).isEqualTo(200);
        assertThat(RedisState.read(resp)).doesNotContainKeys(DELAYED, JOBS, IDS);
    }

    @Test
    void a_job_of_another_key_is_not_cancelled_and_nothing_is_changed() {
        add(in("a", HOUR));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(cancel("another", "a")).isZero();
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(cancel("key of a", "a")).isEqualTo(1);
    }

    @Test
    void a_cancellation_leaves_jobs_of_other_keys_with_the_same_id() {
        for (String key : List.of("k1", "k2", "k1")) {
            add(new NewJob(new JobId("a"), false, key, new byte[0], null, Map.of()).due(new Due.In(HOUR)));
        }
        resp.call("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(cancel("k1", "a")).as("also when Redis is full").isEqualTo(2);
        } finally {
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(resp.number("ZCARD", DELAYED)).isEqualTo(1);
        assertThat(cancel("k1", "a")).as("a repeat").isZero();
        assertThat(cancel("k2", "a")).isEqualTo(1);
        assertThat(RedisState.read(resp)).doesNotContainKeys(DELAYED, JOBS, IDS);
    }

    @Test
    void a_cancellation_finds_the_key_in_the_json_of_an_original_job() {
        NewJob number = new NewJob(
                new JobId("n"),
                false,
                "573205104418",
                "{\"partition_id\": 573205104418}".getBytes(StandardCharsets.UTF_8),
                null,
                Map.of());
        NewJob text = newJob("t", false, "{\"to\": \"another\"}");
        for (NewJob each : List.of(number, text)) {
            add(jobs.original(each, Instant.EPOCH).due(new Due.In(HOUR)));
        }
        Map<String, Object> before = RedisState.read(resp);
        assertThat(cancel("573205104419", "n")).isZero();
        assertThat(cancel("another", "t")).isZero();
        assertThat(cancel("", "t")).isZero();
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(cancel("573205104418", "n")).isEqualTo(1);
        assertThat(cancel("t")).isEqualTo(1);
    }

    @Test
    void after_one_job_of_an_id_is_promoted_the_others_can_still_be_cancelled() {
        long due = now() + 3_600_000;
        add(newJob("a", false, "").due(new Due.At(Instant.ofEpochMilli(due))));
        add(newJob("a", false, "").due(new Due.At(Instant.ofEpochMilli(due + 1))));
        makeDue();
        assertThat(promote(1).count()).isEqualTo(1);
        assertThat(cancel("a")).isEqualTo(1);
        assertThat(stream()).containsExactly("a");
        assertThat(RedisState.read(resp)).doesNotContainKeys(DELAYED, JOBS, IDS);
    }

    @Test
    void a_job_that_is_promoted_is_not_cancelled_and_its_id_stays_known() {
        add(in("a", HOUR));
        makeDue();
        promote(10);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(cancel("a")).isZero();
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void the_note_to_the_owner_is_removed_like_an_instruction() {
        add(in("a", HOUR));
        assertThat(get(store.held().attend(lease, instruction(), Action.IGNORE)).fenced())
                .isFalse();
        assertThat(resp.number("XLEN", INBOX)).isZero();
    }

    /** Makes time pass for the delayed jobs but not for the server. */
    private void makeDue() {
        for (Object member : resp.list("ZRANGE", DELAYED, "0", "-1")) {
            resp.call("ZINCRBY", DELAYED, "-360000000", (String) member);
        }
    }

    private static List<?> fields(Object entry) {
        List<?> parts = (List<?>) entry;
        return parts.subList(1, parts.size());
    }

    private long score(String id) {
        Object noted =
                resp.list("ZRANGEBYLEX", IDS, "[" + id + "\0", "(" + id + "\1").get(0);
        return number(resp.text("ZSCORE", DELAYED, ((String) requireNonNull(noted)).substring(id.length() + 1)));
    }

    private static long number(String text) {
        return Long.parseLong(text);
    }

    @Test
    void nothing_is_promoted_or_cancelled_between_a_seal_and_the_start() {
        add(at("a", now() + 3_600_000));
        makeDue();
        for (String seal : List.of("2 closed", "2 open")) {
            resp.call("SET", SEAL, seal);
            Map<String, Object> before = RedisState.read(resp);
            assertThat(promote(10)).as(seal).isEqualTo(new Promoted(0, null));
            for (int version = 1; version <= 2; version++) {
                assertThat(failure(delayed.cancel(P, version, "key of a", new JobId("a"))))
                        .as(seal)
                        .isInstanceOf(StoreException.Unavailable.class);
            }
            assertThat(RedisState.read(resp)).as(seal).isEqualTo(before);
        }
        resp.call("SET", "{Q:3}:started", "2");
        assertThat(failure(delayed.cancel(P, 1, "key of a", new JobId("a"))))
                .as("by the old layout")
                .isInstanceOf(StoreException.Unavailable.class);
        assertThat(get(delayed.cancel(P, 2, "key of b", new JobId("a")))).isZero();
        assertThat(promote(10)).isEqualTo(new Promoted(1, null));
    }

    private Promoted promote(int most) {
        return (Promoted) get(delayed.promote(lease, most, 1 << 20));
    }

    private long cancel(String id) {
        return cancel("key of " + id, id);
    }

    private long cancel(String key, String id) {
        return get(delayed.cancel(P, 1, key, new JobId(id)));
    }

    private Fetch.Entries fetch() {
        return (Fetch.Entries) get(jobs.fetch(lease, LogCursor.START, StreamId.START, 1000, 1 << 20));
    }

    private List<Entry> entries() {
        return fetch().entries();
    }

    private List<String> stream() {
        return entries().stream()
                .map(entry -> ((Entry.Decoded) entry).job().id().value())
                .toList();
    }

    private Duration dueIn() {
        return requireNonNull(fetch().agenda().dueIn());
    }

    private Instruction instruction() {
        return fetch().agenda().instructions().get(0);
    }

    private List<String> instructions() {
        return fetch().agenda().instructions().stream().map(Instruction::verb).toList();
    }

    private long now() {
        return seed.now();
    }

    private static NewJob in(String id, Duration delay) {
        return newJob(id).due(new Due.In(delay));
    }

    private static NewJob at(String id, long millis) {
        return newJob(id).due(new Due.At(Instant.ofEpochMilli(millis)));
    }

    private List<Place> add(NewJob... added) {
        return ((Answer.Accepted) enqueue(added)).places();
    }

    private Answer enqueue(NewJob... added) {
        return get(jobs.enqueue(call(added)));
    }

    private JobLog.Call call(NewJob... added) {
        return new JobLog.Call(P, 1, "pod#1", ++number, Arrays.asList(added), WINDOW);
    }
}
