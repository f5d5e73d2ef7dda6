package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ATTEMPTS;
import static io.qbull.store.redis.Seed.DEAD;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.SEAL;
import static io.qbull.store.redis.Seed.SEEN;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.config.RedisSettings;
import io.qbull.model.Attempts;
import io.qbull.model.DeadLetter;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.DeadLetters;
import io.qbull.store.DeadLetters.Page;
import io.qbull.store.DeadLetters.Requeued;
import io.qbull.store.JobLog;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.FaultyProxy;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people do with dead letters, compared by the whole state before and after. */
@Tag("redis")
class DeadLettersTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final StreamId END = new StreamId(-1, -1);
    /** As the test connection writes it: each character is a byte. */
    private static final String BINARY = "\u0000\r\n\u00ff\u0080";

    private Resp resp;
    private Seed seed;
    private RedisStore store;
    private DeadLetters letters;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        resp.call("SET", SEAL, "1 open");
        resp.call("HSET", "{Q}:layout", "version", "1", "partitions", "4");
        store = REDIS.store();
        letters = store.deadLetters();
        lease = seed.held();
    }

    @Test
    void a_dead_letter_is_read_with_its_job_and_its_burial() {
        long before = seed.now();
        StreamId place = bury(seed.job("a", BINARY), "told to fail");

        DeadLetter letter = all().get(0);

        Job job = requireNonNull(letter.job());
        assertThat(job.id()).hasToString("a");
        assertThat(job.key()).isEqualTo("k-a");
        assertThat(job.enqueuedAtMillis()).isEqualTo(1_700_000_000_001L);
        assertThat((byte[]) job.body()).isEqualTo(BINARY.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(letter.place()).hasToString("3@" + place);
        assertThat(letter.fields()).containsOnlyKeys("id", "key", "ts", "body");
        assertThat(letter.burial().reason()).isEqualTo("told to fail");
        assertThat(letter.burial().attempts()).isEqualTo(5);
        assertThat(letter.burial().failedAtMillis()).isBetween(before, seed.now());
        assertThat(letter.burial().epoch()).isEqualTo(Seed.EPOCH);
    }

    @Test
    void an_unreadable_dead_letter_is_still_shown() {
        bury(StreamId.parse(resp.text("XADD", STREAM, "*", "id", "x", "key", "k", "reason", "mine")), "undecodable");
        resp.call("XADD", "test:other", "*", "what", "ever");
        resp.call("RENAME", "test:other", "{Q:4}:dead");

        DeadLetter undecodable = all().get(0);
        assertThat(undecodable.entry()).isInstanceOf(Entry.Decoded.class);
        assertThat(undecodable.fields()).containsOnlyKeys("id", "key", "reason");
        assertThat(undecodable.burial().reason()).isEqualTo("undecodable");
        DeadLetter foreign = get(letters.read(new PartitionId(QUEUE, 4), StreamId.START, END, 10))
                .letters()
                .get(0);
        assertThat(foreign.burial().reason()).isNull();
        assertThat(foreign.burial().attempts()).isNull();
        resp.call("DEL", "{Q:4}:dead");
    }

    @Test
    void pages_are_bounded_by_count_and_bytes_and_bodies_are_cut() {
        IntStream.range(0, 150).forEach(i -> bury(seed.job("j" + i, "0123456789"), "r"));
        IntStream.range(0, 3).forEach(i -> bury(seed.job("large" + i, "x".repeat(700_000)), "r"));

        List<Integer> sizes = new ArrayList<>();
        List<DeadLetter> found = new ArrayList<>();
        Page page;
        StreamId after = StreamId.START;
        do {
            page = get(letters.read(P, after, END, 4));
            sizes.add(page.letters().size());
            found.addAll(page.letters());
            after = found.get(found.size() - 1).entry().streamId();
        } while (page.more());

        assertThat(sizes).containsExactly(100, 51, 1, 1);
        assertThat(found)
                .extracting(letter -> id(letter))
                .doesNotHaveDuplicates()
                .hasSize(153);
        assertThat((byte[]) requireNonNull(found.get(0).job()).body()).isEqualTo(new byte[] {'0', '1', '2', '3'});
        assertThat(found.get(0).bodyLength()).isEqualTo(10);
        assertThat(found.get(152).bodyLength()).isEqualTo(700_000);
    }

    @Test
    void a_read_stops_at_the_last_id_requested() {
        bury(seed.job("a", "1"), "r");
        StreamId newest = get(letters.newest(P));
        bury(seed.job("b", "1"), "r");

        assertThat(get(letters.read(P, StreamId.START, newest, 10)).letters())
                .extracting(DeadLettersTest::id)
                .containsExactly("a");
        assertThat(get(letters.newest(new PartitionId(QUEUE, 0)))).isEqualTo(StreamId.START);
    }

    @Test
    void the_stock_uses_the_clock_of_the_server() {
        long before = seed.now();
        assertThat(get(letters.stock(P)))
                .extracting(DeadLetters.Stock::length, DeadLetters.Stock::oldest, DeadLetters.Stock::newest)
                .containsExactly(0L, StreamId.START, StreamId.START);
        StreamId a = bury(seed.job("a", "1"), "r");
        bury(seed.job("b", "1"), "r");
        StreamId c = bury(seed.job("c", "1"), "r");
        DeadLetters.Stock stock = get(letters.stock(P));
        assertThat(stock).isEqualTo(new DeadLetters.Stock(3, a, c, stock.nowMillis()));
        assertThat(stock.nowMillis()).isBetween(before, seed.now());
    }

    @Test
    void partitions_of_earlier_layouts_count() {
        resp.call("DEL", "{Q}:layout");
        assertThat(get(letters.partitions(QUEUE))).isZero();
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        assertThat(get(letters.partitions(QUEUE))).isEqualTo(4);
        resp.call("HSET", "{Q}:layout", "version", "3", "partitions", "2", "v1", "4", "v2", "8");
        assertThat(get(letters.partitions(QUEUE))).isEqualTo(8);
    }

    @Test
    void a_requeued_job_is_the_last_of_its_stream_unchanged_and_with_no_attempts() {
        resp.call("HSET", ATTEMPTS, seed.job("waiting", "0 1 0 0").toString(), "0 2 0 0");
        StreamId a = bury(seed.job("a", BINARY), "r");
        StreamId b = bury(seed.job("b", "2"), "r");
        StreamId kept = bury(seed.job("c", "3"), "r");
        Map<String, Object> before = RedisState.read(resp);

        assertThat(get(letters.requeue(P, letters(b, a)))).isEqualTo(new Requeued(2, 0));

        Map<String, Object> after = RedisState.read(resp);
        List<?> stream = (List<?>) requireNonNull(after.remove(STREAM));
        assertThat(stream)
                .extracting(entry -> String.valueOf(((List<?>) entry).get(2)))
                .containsExactly("waiting", "b", "a");
        assertThat(fields(stream.get(2)))
                .isEqualTo(List.of("id", "a", "key", "k-a", "ts", "1700000000001", "body", BINARY));
        assertThat((List<?>) requireNonNull(after.remove(DEAD)))
                .hasSize(1)
                .allSatisfy(letter -> assertThat(((List<?>) letter).get(0)).isEqualTo(kept.toString()));
        before.keySet().removeAll(List.of(STREAM, DEAD));
        assertThat(after).isEqualTo(before);
        JobLog.Fetch.Entries fetched =
                (JobLog.Fetch.Entries) get(store.jobs().fetch(lease, LogCursor.START, StreamId.START, 10, 1000));
        assertThat(((Entry.Decoded) fetched.entries().get(2)).job().attempts()).isEqualTo(Attempts.NONE);
    }

    @Test
    void a_requeue_skips_deduplication_and_needs_no_lease() {
        enqueue(1, "a");
        StreamId letter = bury(first(), "r");
        resp.call("HSET", Seed.LEASE, "expires", "0");
        assertThat(get(letters.requeue(P, letters(letter)))).isEqualTo(new Requeued(1, 0));
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
    }

    @Test
    void fields_of_a_foreign_entry_survive_even_if_they_have_our_names() {
        StreamId letter = bury(
                StreamId.parse(resp.text("XADD", STREAM, "*", "n", "1", "reason", "theirs", "epoch", "e", "n", "2")),
                "r");
        get(letters.requeue(P, letters(letter)));
        assertThat(fields(resp.list("XRANGE", STREAM, "-", "+").get(0)))
                .isEqualTo(List.of("n", "1", "reason", "theirs", "epoch", "e", "n", "2"));
    }

    @Test
    void a_packed_entry_is_requeued_whole_and_one_too_wide_for_a_command_stays() {
        List<String> wide = wide(3500);
        StreamId packed = bury(StreamId.parse(resp.text(wide.toArray(String[]::new))), "r");
        StreamId tooWide = bury(StreamId.parse(resp.text(wide(4200).toArray(String[]::new))), "r");
        StreamId alien = StreamId.parse(resp.text("XADD", DEAD, "*", "what", "ever"));
        Map<String, Object> before = RedisState.read(resp);

        assertThat(get(letters.requeue(P, letters(tooWide, alien)))).isEqualTo(new Requeued(0, 2));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(letters.requeue(P, letters(packed)))).isEqualTo(new Requeued(1, 0));
        assertThat(fields(resp.list("XRANGE", STREAM, "-", "+").get(0))).isEqualTo(wide.subList(3, wide.size()));
        resp.call("DEL", DEAD);
    }

    @Test
    void a_full_redis_refuses_a_requeue_and_moves_nothing() {
        StreamId a = bury(seed.job("a", "1"), "r");
        StreamId b = bury(seed.job("b", "2"), "r");
        Map<String, Object> before = RedisState.read(resp);
        resp.call("CONFIG", "SET", "maxmemory", "1");
        assertThat(failure(letters.requeue(P, letters(a, b)))).isInstanceOf(StoreException.Full.class);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        resp.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(get(letters.requeue(P, letters(a, b)))).isEqualTo(new Requeued(2, 0));
    }

    @Test
    void a_requeue_whose_reply_is_lost_may_be_repeated() throws Exception {
        StreamId a = bury(seed.job("a", "1"), "r");
        resp.call("SCRIPT", "LOAD", Script.REQUEUE.source());
        try (FaultyProxy proxy = new FaultyProxy(REDIS.server().port())) {
            RedisStore cutOff = REDIS.store(new RedisSettings(proxy.uri(), Duration.ofMillis(500)));
            get(cutOff.check());
            CountDownLatch lost = proxy.loseReplyTo(a.toString());
            assertThat(failure(cutOff.deadLetters().requeue(P, letters(a))))
                    .isInstanceOfSatisfying(
                            StoreException.Unavailable.class,
                            e -> assertThat(e.sent()).isTrue());
            assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(get(letters.requeue(P, letters(a)))).isEqualTo(new Requeued(0, 0));
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
        assertThat(resp.number("XLEN", DEAD)).isZero();
    }

    @Test
    void a_discarded_job_is_gone_and_its_id_is_free_even_when_redis_is_full() {
        enqueue(1, "a", "b");
        StreamId a = bury(first(), "r");
        bury(first(), "r");
        List<DeadLetter> dropped = all().subList(0, 1);
        resp.call("CONFIG", "SET", "maxmemory", "1");

        assertThat(get(letters.discard(P, dropped))).isEqualTo(1);
        assertThat(get(letters.discard(P, dropped))).as("again").isZero();

        resp.call("CONFIG", "SET", "maxmemory", "0");
        assertThat(all()).extracting(DeadLettersTest::id).containsExactly("b");
        assertThat(all().get(0).entry().streamId()).isGreaterThan(a);
        assertThat(resp.list("ZRANGE", SEEN, "0", "-1")).isEqualTo(List.of("b"));
        JobLog.Answer.Accepted answer = (JobLog.Answer.Accepted) enqueue(2, "a", "b");
        assertThat(answer.places()).extracting(JobLog.Answer.Place::duplicate).containsExactly(false, true);
    }

    @Test
    void a_discarded_id_is_free_also_where_it_was_added_by_an_earlier_layout() {
        enqueue(1, "a", "b");
        bury(first(), "r");
        List<DeadLetter> dropped = all();
        bury(first(), "r");
        resp.call("HSET", "{Q}:layout", "version", "2", "partitions", "4", "v1", "70", "key_hash", "xxh64");
        String later = Long.toString(new Seed(resp).now() + 600_000);
        for (String id : List.of("a", "b")) {
            resp.call("ZADD", seenBefore(id), later, id);
            resp.call("PEXPIRE", seenBefore(id), "600000");
        }
        assertThat(get(letters.discard(P, dropped))).isEqualTo(1);
        assertThat(resp.call("ZSCORE", seenBefore("a"), "a")).isNull();
        resp.call("ZADD", seenBefore("a"), later, "a");
        resp.call("PEXPIRE", seenBefore("a"), "600000");
        assertThat(get(letters.discard(P, dropped))).isZero();
        assertThat(resp.call("ZSCORE", seenBefore("a"), "a")).as("added again").isNotNull();
        StreamId b = all().get(0).entry().streamId();
        assertThat(get(letters.expire(P, List.of(b)))).isEqualTo(1);
        assertThat(resp.call("ZSCORE", seenBefore("b"), "b")).as("expired").isNotNull();
    }

    /** Where the id was remembered when there were 70 partitions. */
    private static String seenBefore(String id) {
        return "{Q:" + new Layout(1, 70).indexOf(KeyHash.XXH64, "key of " + id) + "}:seen";
    }

    @Test
    void an_expired_dead_letter_is_gone_and_its_id_stays_known() {
        enqueue(1, "a");
        StreamId a = bury(first(), "r");
        Map<String, Object> before = new TreeMap<>(RedisState.read(resp));

        assertThat(get(letters.expire(P, List.of(a)))).isEqualTo(1);
        assertThat(get(letters.expire(P, List.of(a)))).as("again").isZero();

        before.put(DEAD, List.of());
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_repeated_discard_does_not_free_an_id_that_was_added_again() {
        enqueue(1, "a");
        bury(first(), "r");
        List<DeadLetter> dropped = all();
        get(letters.discard(P, dropped));
        enqueue(2, "a");
        get(letters.discard(P, dropped));
        assertThat(resp.call("ZSCORE", SEEN, "a")).isNotNull();
    }

    @Test
    void a_key_of_another_type_stops_requeue_and_discard_before_they_change_anything() {
        StreamId a = bury(seed.job("a", "1"), "r");
        resp.call("SADD", "test:set", "x");
        resp.call("RENAME", "test:set", SEEN);
        resp.call("SADD", "test:set", "x");
        resp.call("RENAME", "test:set", STREAM);
        assertThat(failure(letters.discard(P, all()))).isInstanceOf(StoreException.Misconfigured.class);
        assertThat(failure(letters.requeue(P, letters(a)))).isInstanceOf(StoreException.Misconfigured.class);
        assertThat(resp.number("XLEN", DEAD)).isEqualTo(1);
        resp.call("DEL", SEEN);
        resp.call("DEL", STREAM);
    }

    @Test
    void a_call_takes_1_to_100_dead_letters() {
        assertThatIllegalArgumentException().isThrownBy(() -> letters.requeue(P, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> letters.requeue(
                        P, Collections.nCopies(101, letters(StreamId.START).get(0))));
    }

    @Test
    void a_partition_that_takes_no_jobs_of_the_layout_takes_no_dead_letters_either() {
        StreamId a = bury(seed.job("a", "1"), "r");
        for (String seal : List.of("1 closed", "2 open", "2 closed")) {
            resp.call("SET", SEAL, seal);
            Map<String, Object> before = RedisState.read(resp);
            assertThat(failure(letters.requeue(P, letters(a)))).isInstanceOf(StoreException.Unavailable.class);
            assertThat(RedisState.read(resp)).as(seal).isEqualTo(before);
        }
    }

    /** As they are after a scan, whether they are still there or not. */
    private static List<DeadLetter> letters(StreamId... ids) {
        return Stream.of(ids)
                .map(id -> new DeadLetter(
                        P,
                        new Entry.Undecodable(EntryId.own(id), "not read", 0),
                        0,
                        Map.of(),
                        new DeadLetter.Burial("r", null, null, null, null)))
                .toList();
    }

    private StreamId bury(StreamId entry, String reason) {
        assertThat(get(store.jobs().bury(lease, JobPlace.inStream(entry), "key", Seed.burial(reason, 5))))
                .isEqualTo(JobLog.Verdict.DONE);
        return get(letters.newest(P));
    }

    private StreamId first() {
        return StreamId.parse(
                (String) ((List<?>) resp.list("XRANGE", STREAM, "-", "+").get(0)).get(0));
    }

    private JobLog.Answer enqueue(long number, String... ids) {
        return get(store.jobs()
                .enqueue(new JobLog.Call(
                        P,
                        1,
                        "pod#1",
                        number,
                        List.of(ids).stream().map(Seed::newJob).toList(),
                        Duration.ofMinutes(1))));
    }

    private List<DeadLetter> all() {
        return get(letters.read(P, StreamId.START, END, 1000)).letters();
    }

    private static List<String> wide(int fields) {
        List<String> command = new ArrayList<>(List.of("XADD", STREAM, "*"));
        IntStream.range(0, fields).forEach(i -> command.addAll(List.of("f" + i, "v")));
        return command;
    }

    private static String id(DeadLetter letter) {
        return requireNonNull(letter.job()).id().value();
    }

    private static Object fields(Object entry) {
        List<?> parts = (List<?>) entry;
        return parts.get(1) instanceof List<?> nested ? nested : parts.subList(1, parts.size());
    }
}
