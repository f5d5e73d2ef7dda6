package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.SEAL;
import static io.qbull.store.redis.Seed.SEEN;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.store.redis.Seed.newJob;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Answer;
import io.qbull.store.JobLog.Answer.Place;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Adding jobs, compared by the whole state before and after. */
@Tag("redis")
class EnqueueScriptTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final String CALL = "{Q:3}:call:pod#1";

    private Resp resp;
    private JobLog jobs;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        resp.call("SET", SEAL, "1 open");
        jobs = REDIS.store().jobs();
    }

    @Test
    void jobs_are_added_in_order_with_the_time_of_the_server() {
        long before = new Seed(resp).now();
        NewJob rich = new NewJob(
                new JobId("r"), false, "köy", new byte[] {0, -1}, "text/plain", Map.of("traceparent", "00-a", "n", 5));
        List<Place> places = accepted(enqueue(7, newJob("a", false, "1"), rich));
        assertThat(places).extracting(Place::duplicate).containsOnly(false);
        assertThat(places.get(0).streamId()).isLessThan(places.get(1).streamId());
        List<?> stream = (List<?>) requireNonNull(RedisState.read(resp).get(STREAM));
        List<?> first = (List<?>) stream.get(0);
        String ts = (String) first.get(6);
        assertThat(Long.parseLong(ts)).isBetween(before, new Seed(resp).now());
        assertThat(first)
                .isEqualTo(List.of(
                        places.get(0).streamId().toString(), "id", "a", "key", "key of a", "ts", ts, "body", "1"));
        List<?> second = (List<?>) stream.get(1);
        assertThat(second.subList(1, 12))
                .isEqualTo(List.of("id", "r", "key", "kÃ¶y", "ts", ts, "body", "\u0000ÿ", "ct", "text/plain", "h"));
        assertThat((String) second.get(12)).contains("\"traceparent\":\"00-a\"").contains("\"n\":5");
        assertThat(RedisState.read(resp)).containsOnlyKeys(STREAM, CALL, SEAL);
        assertThat(resp.text("GET", CALL))
                .startsWith("7 accepted " + places.get(0).streamId());
        // Longer than a call is repeated.
        assertThat(resp.number("TTL", CALL)).isBetween(2090L, 2100L);
    }

    @Test
    void a_job_in_the_format_of_the_original_is_one_field_and_deduplicated_like_any_other() {
        NewJob original = jobs.original(newJob("a", true, "{\"n\":1}"), Instant.EPOCH);

        List<Place> places = accepted(enqueue(7, original, newJob("b"), original));

        assertThat(places).extracting(Place::duplicate).containsExactly(false, false, true);
        List<?> stream = (List<?>) requireNonNull(RedisState.read(resp).get(STREAM));
        assertThat(stream.get(0))
                .isEqualTo(List.of(
                        places.get(0).streamId().toString(),
                        "job",
                        "{\"job_id\": \"a\", \"published_at\": \"1970-01-01T00:00:00.000000+00:00\","
                                + " \"partition_id\": \"key of a\", \"n\":1}"));
        assertThat(resp.call("ZSCORE", SEEN, "a")).isNotNull();
    }

    @Test
    void the_places_of_many_jobs_are_remembered_as_runs_and_answered_one_by_one() {
        accepted(enqueue(1, newJob("known")));
        List<NewJob> many = new ArrayList<>();
        for (int i = 0; i < 497; i++) {
            many.add(newJob("job " + i));
        }
        many.add(200, newJob("known"));
        many.add(201, newJob("known"));
        many.add(newJob("known"));
        NewJob[] call = many.toArray(NewJob[]::new);
        Answer first = enqueue(2, call);
        List<Place> places = accepted(first);
        assertThat(places).hasSize(500);
        assertThat(places).filteredOn(Place::duplicate).hasSize(3);
        assertThat(List.of(places.get(200), places.get(201), places.get(499))).allMatch(Place::duplicate);
        List<?> stream = (List<?>) requireNonNull(RedisState.read(resp).get(STREAM));
        assertThat(places.stream()
                        .filter(place -> !place.duplicate())
                        .map(place -> place.streamId().toString()))
                .containsExactlyElementsOf(stream.stream()
                        .skip(1)
                        .map(entry -> (String) ((List<?>) entry).get(0))
                        .toList());
        assertThat(resp.text("GET", CALL)).contains(" -x2 ").endsWith(" -").hasSizeLessThan(2_000);
        assertThat(enqueue(2, call)).isEqualTo(first);
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(498);
    }

    @Test
    void an_id_of_another_millisecond_or_out_of_the_sequence_begins_a_run_of_its_own() {
        // As after a clock that went back, or in a stream that another program writes to.
        resp.call("XADD", STREAM, "99999999999999-9", "f", "v");
        List<Place> places = accepted(enqueue(1, newJob("a"), newJob("b"), newJob("c")));
        assertThat(places)
                .extracting(Place::streamId)
                .containsExactly(
                        StreamId.parse("99999999999999-10"),
                        StreamId.parse("99999999999999-11"),
                        StreamId.parse("99999999999999-12"));
        assertThat(resp.text("GET", CALL)).isEqualTo("1 accepted 99999999999999-10x3");
        resp.call("XADD", STREAM, "99999999999999-9007199254740993", "f", "v");
        assertThat(accepted(enqueue(2, newJob("d"), newJob("e"))))
                .extracting(Place::streamId)
                .containsExactly(
                        StreamId.parse("99999999999999-9007199254740994"),
                        StreamId.parse("99999999999999-9007199254740995"));
    }

    @Test
    void a_repeated_call_gets_the_same_answer_and_adds_nothing() {
        Answer first = enqueue(7, newJob("a"), newJob("b", false, "2"));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(enqueue(7, newJob("a"), newJob("b", false, "2"))).isEqualTo(first);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_call_that_arrives_after_a_later_call_is_stale() {
        enqueue(9, newJob("a"));
        enqueue(10, newJob("b"));
        Map<String, Object> before = RedisState.read(resp);
        assertThat(enqueue(9, newJob("c"))).isEqualTo(new Answer.Stale());
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void producers_do_not_share_numbers() {
        enqueue(9, newJob("a"));
        JobLog.Call other = new JobLog.Call(P, 1, "pod#2", 1, List.of(newJob("b")), WINDOW);
        assertThat(get(jobs.enqueue(other))).isInstanceOf(Answer.Accepted.class);
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(2);
    }

    @Test
    void a_callers_id_is_added_once_within_the_window_even_if_its_job_is_done() {
        long before = new Seed(resp).now();
        enqueue(1, newJob("a"));
        resp.call("DEL", STREAM);
        assertThat(accepted(enqueue(2, newJob("b"), newJob("a"), newJob("c"), newJob("b"))))
                .satisfiesExactly(
                        place -> assertThat(place.duplicate()).isFalse(),
                        place -> assertThat(place).isEqualTo(new Place(StreamId.START, true)),
                        place -> assertThat(place.duplicate()).isFalse(),
                        place -> assertThat(place.duplicate())
                                .as("twice in one call")
                                .isTrue());
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(2);
        @SuppressWarnings("unchecked")
        Map<String, String> seen =
                (Map<String, String>) requireNonNull(RedisState.read(resp).get(SEEN));
        assertThat(seen).containsOnlyKeys("a", "b", "c");
        assertThat(Long.parseLong(seen.get("a")))
                .isBetween(before + WINDOW.toMillis(), new Seed(resp).now() + WINDOW.toMillis());
        assertThat(resp.number("PTTL", SEEN)).isBetween(WINDOW.toMillis() - 5_000, WINDOW.toMillis());
    }

    @Test
    void an_id_is_known_in_its_partition_whatever_the_key() {
        NewJob one = newJob("a");
        NewJob other = new NewJob(one.id(), true, "another key", new byte[] {1}, null, Map.of());

        assertThat(accepted(enqueue(1, one)).get(0).duplicate()).isFalse();

        assertThat(accepted(enqueue(2, other))).containsExactly(new Place(StreamId.START, true));
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
    }

    @Test
    void an_id_can_be_added_again_after_the_window() {
        resp.call("ZADD", SEEN, Long.toString(new Seed(resp).now() - 1), "a");
        assertThat(accepted(enqueue(1, newJob("a"))).get(0).duplicate()).isFalse();
    }

    @Test
    void a_window_ends_by_itself_and_forgets_its_ids() {
        Duration window = Duration.ofMillis(300);
        assertThat(accepted(enqueue(1, window, "a")).get(0).duplicate()).isFalse();
        AtomicLong number = new AtomicLong(1);
        await().until(() ->
                !accepted(enqueue(number.incrementAndGet(), window, "a")).get(0).duplicate());
        assertThat(number.get()).as("calls until then").isGreaterThan(2);
        await().until(() -> resp.number("EXISTS", SEEN) == 0);
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(2);
    }

    @Test
    void generated_ids_and_a_window_of_zero_are_not_remembered() {
        enqueue(1, newJob("a", false, ""), newJob("a", false, ""));
        get(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", 2, List.of(newJob("b"), newJob("b")), Duration.ZERO)));
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(4);
        assertThat(RedisState.read(resp)).doesNotContainKey(SEEN);
    }

    @Test
    void each_call_forgets_a_few_expired_ids() {
        String past = Long.toString(new Seed(resp).now() - 1);
        IntStream.range(0, 250).forEach(i -> resp.call("ZADD", SEEN, past, "old" + i));
        enqueue(1, newJob("a"));
        assertThat(resp.number("ZCARD", SEEN)).isEqualTo(151);
        enqueue(2, newJob("b"));
        enqueue(3, newJob("c"));
        assertThat(resp.number("ZCARD", SEEN)).isEqualTo(3);
    }

    @Test
    void ids_are_forgotten_faster_than_they_come() {
        String past = Long.toString(new Seed(resp).now() - 1);
        IntStream.range(0, 1000).forEach(i -> resp.call("ZADD", SEEN, past, "old" + i));
        enqueue(1, IntStream.range(0, 500).mapToObj(i -> newJob("j" + i)).toArray(NewJob[]::new));
        assertThat(resp.number("ZCARD", SEEN)).isEqualTo(500);
    }

    @Test
    void a_partition_says_which_ids_it_remembers() {
        enqueue(1, newJob("a"), newJob("b", false, "generated"), newJob("- 1"));
        resp.call("ZADD", SEEN, Long.toString(new Seed(resp).now() - 1), "expired");
        Map<String, Object> before = RedisState.read(resp);

        assertThat(get(jobs.known(P, ids("a", "b", "expired", "never", "- 1"))))
                .containsExactlyInAnyOrderElementsOf(ids("a", "- 1"));
        assertThat(get(jobs.known(new PartitionId(P.queue(), 9), ids("a")))).isEmpty();

        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThatIllegalArgumentException().isThrownBy(() -> jobs.known(P, List.of()));
    }

    @Test
    void a_job_that_an_earlier_layout_knows_is_a_duplicate_and_its_id_is_not_remembered_anew() {
        JobLog.Records records = new JobLog.Records(new SourceId("file"), List.of(1L, 2L, 3L), Duration.ZERO);
        JobLog.Call call = new JobLog.Call(
                P,
                1,
                "pod#1",
                1,
                List.of(newJob("old"), newJob("new"), newJob("old")),
                WINDOW,
                0,
                records,
                Set.copyOf(ids("old")));

        assertThat(accepted(get(jobs.enqueue(call))))
                .extracting(Place::duplicate)
                .containsExactly(true, false, true);

        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
        assertThat(resp.call("ZSCORE", SEEN, "old")).isNull();
        assertThat(resp.text("HGET", "{Q:3}:source:file", "1")).isEqualTo("3");
    }

    @Test
    void a_shorter_window_does_not_shorten_the_life_of_longer_ones() {
        enqueue(1, newJob("a"));
        get(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", 2, List.of(newJob("b")), Duration.ofSeconds(1))));
        assertThat(resp.number("PTTL", SEEN)).isGreaterThan(WINDOW.toMillis() - 5_000);
    }

    @Test
    void a_partition_that_is_not_open_for_the_version_refuses_and_records_the_refusal() {
        for (String seal : new String[] {"", "1 closed", "2 open", "2 closed"}) {
            resp.call("FLUSHALL");
            if (!seal.isEmpty()) {
                resp.call("SET", SEAL, seal);
            }
            Map<String, Object> before = new TreeMap<>(RedisState.read(resp));
            assertThat(enqueue(5, newJob("a"))).as(seal).isEqualTo(new Answer.OtherLayout());
            before.put(CALL, "5 layout");
            assertThat(RedisState.read(resp)).isEqualTo(before);
            resp.call("SET", SEAL, "1 open");
            assertThat(enqueue(5, newJob("a"))).as("repeat").isEqualTo(new Answer.OtherLayout());
            assertThat(enqueue(6, newJob("a"))).isInstanceOf(Answer.Accepted.class);
        }
    }

    @Test
    void a_sealed_partition_still_answers_a_call_that_has_only_known_ids() {
        enqueue(1, newJob("a"));
        resp.call("SET", SEAL, "2 closed");
        assertThat(accepted(enqueue(2, newJob("a")))).containsExactly(new Place(StreamId.START, true));
        assertThat(enqueue(3, newJob("a"), newJob("b"))).isEqualTo(new Answer.OtherLayout());
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
    }

    @Test
    void a_crowded_partition_takes_no_more_jobs_and_records_the_refusal() {
        assertThat(bounded(1, 2, newJob("a"), newJob("b"), newJob("c"))).isInstanceOf(Answer.Accepted.class);
        Map<String, Object> before = new TreeMap<>(RedisState.read(resp));

        assertThat(bounded(2, 2, newJob("d"))).isEqualTo(new Answer.Crowded());

        before.put(CALL, "2 crowded");
        assertThat(RedisState.read(resp)).isEqualTo(before);
        resp.call("XTRIM", STREAM, "MAXLEN", "1");
        assertThat(bounded(2, 2, newJob("d"))).as("repeat").isEqualTo(new Answer.Crowded());
        assertThat(bounded(3, 2, newJob("d"))).isInstanceOf(Answer.Accepted.class);
        assertThat(bounded(4, 2, newJob("d"))).as("known").isInstanceOf(Answer.Accepted.class);
        resp.call("SET", SEAL, "2 closed");
        assertThat(bounded(5, 2, newJob("e"))).as("sealed").isEqualTo(new Answer.OtherLayout());
    }

    @Test
    void ids_with_blanks_and_dashes_do_not_confuse_the_answer() {
        List<Place> places = accepted(enqueue(1, newJob("- -"), newJob("-"), newJob("- -"), newJob("7 accepted 1-1")));
        assertThat(places).extracting(Place::duplicate).containsExactly(false, false, true, false);
        assertThat(accepted(enqueue(1, newJob("- -"), newJob("-"), newJob("- -"), newJob("7 accepted 1-1"))))
                .isEqualTo(places);
    }

    @Test
    void a_call_takes_500_jobs_and_no_more() {
        List<NewJob> all = new ArrayList<>();
        IntStream.range(0, 500).forEach(i -> all.add(newJob("j" + i)));
        List<Place> places = accepted(enqueue(1, all.toArray(NewJob[]::new)));
        assertThat(places)
                .hasSize(500)
                .isSortedAccordingTo((a, b) -> a.streamId().compareTo(b.streamId()));
        all.add(newJob("one more"));
        assertThatIllegalArgumentException().isThrownBy(() -> enqueue(2, all.toArray(NewJob[]::new)));
        assertThatIllegalArgumentException().isThrownBy(() -> enqueue(2));
    }

    @Test
    void a_key_of_another_type_is_misconfigured_and_nothing_is_done() {
        resp.call("DEL", SEAL);
        resp.call("SADD", "test:set", "x");
        resp.call("RENAME", "test:set", STREAM);
        resp.call("SET", SEAL, "1 open");
        Map<String, Object> before = RedisState.read(resp);
        assertThat(failure(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", 1, List.of(newJob("a")), WINDOW))))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessageContaining("Q:3 is of type set instead of stream");
        assertThat(RedisState.read(resp)).isEqualTo(before);
        resp.call("DEL", STREAM);
    }

    @Test
    void a_number_used_for_two_different_calls_is_an_error() {
        enqueue(1, newJob("a"));
        assertThat(failure(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", 1, List.of(newJob("a"), newJob("b")), WINDOW))))
                .isInstanceOf(StoreException.Misconfigured.class);
    }

    private Answer bounded(long number, long most, NewJob... added) {
        return get(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", number, List.of(added), WINDOW, most, null)));
    }

    private Answer enqueue(long number, NewJob... added) {
        return get(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", number, List.of(added), WINDOW)));
    }

    private Answer enqueue(long number, Duration window, String id) {
        return get(jobs.enqueue(new JobLog.Call(P, 1, "pod#1", number, List.of(newJob(id)), window)));
    }

    private static List<JobId> ids(String... ids) {
        return Arrays.stream(ids).map(JobId::new).toList();
    }

    private static List<Place> accepted(Answer answer) {
        return ((Answer.Accepted) answer).places();
    }
}
