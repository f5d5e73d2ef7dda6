package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ATTEMPTS;
import static io.qbull.store.redis.Seed.DEAD;
import static io.qbull.store.redis.Seed.INBOX;
import static io.qbull.store.redis.Seed.SEAL;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionStage;
import io.qbull.model.SealState;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.StoreException;
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

/** Each script that works on jobs for an owner, by the whole state before and after. */
@Tag("redis")
class JobScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int MEGABYTE = 1 << 20;

    private Resp resp;
    private Seed seed;
    private JobLog jobs;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        jobs = REDIS.store().jobs();
        lease = seed.held();
    }

    @Test
    void a_fetch_by_a_stale_owner_or_epoch_or_after_a_release_reads_nothing() {
        seed.job("a", "1");
        seed.refusedToAllButTheOwner(
                stale -> jobs.fetch(stale, LogCursor.START, StreamId.START, 10, MEGABYTE), new Fetch.Fenced());
    }

    @Test
    void a_commit_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        StreamId job = seed.job("a", "1");
        seed.refusedToAllButTheOwner(stale -> jobs.commit(stale, List.of(EntryId.own(job))), Verdict.FENCED);
    }

    @Test
    void a_burial_by_a_stale_owner_or_epoch_or_after_a_release_changes_nothing() {
        StreamId job = seed.job("a", "1");
        seed.refusedToAllButTheOwner(
                stale -> jobs.bury(stale, JobPlace.inStream(job), "key", Seed.burial("reason", 3)), Verdict.FENCED);
    }

    @Test
    void a_fetch_reads_what_follows_in_order_and_changes_nothing() {
        List<StreamId> places =
                IntStream.range(0, 50).mapToObj(i -> seed.job("j" + i, "b" + i)).toList();
        resp.call("HSET", ATTEMPTS, places.get(12).toString(), "0 4 0 0");
        Map<String, Object> before = RedisState.read(resp);
        Fetch.Entries fetched = fetched(places.get(9), 20, MEGABYTE);
        assertThat(places(fetched)).isEqualTo(places.subList(10, 30));
        assertThat(fetched.more()).isTrue();
        assertThat(fetched.entries())
                .extracting(entry -> ((Entry.Decoded) entry).job().attempts().crashed())
                .startsWith(0, 0, 4, 0);
        Fetch.Entries rest = fetched(places.get(29), 100, MEGABYTE);
        assertThat(places(rest)).isEqualTo(places.subList(30, 50));
        assertThat(rest.more()).isFalse();
        assertThat(fetched(places.get(49), 100, MEGABYTE)).isEqualTo(new Fetch.Entries(List.of(), false, Agenda.EMPTY));
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_fetch_ends_before_the_bytes_are_exceeded_but_returns_one_entry_at_least() {
        String large = "x".repeat(300_000);
        List<StreamId> places =
                IntStream.range(0, 8).mapToObj(i -> seed.job("j" + i, large)).toList();
        Fetch.Entries three = fetched(StreamId.START, 100, MEGABYTE);
        assertThat(places(three)).isEqualTo(places.subList(0, 3));
        assertThat(three.more()).isTrue();
        assertThat(three.entries()).allSatisfy(entry -> assertThat(entry.size()).isBetween(300_000, 300_100));
        assertThat(places(fetched(StreamId.START, 100, 1))).isEqualTo(places.subList(0, 1));
        assertThat(places(fetched(places.get(6), 100, 1))).isEqualTo(places.subList(7, 8));
    }

    @Test
    void a_fetch_says_how_far_the_partition_is_in_a_resize() {
        resp.call("DEL", SEAL);
        assertThat(fetched(StreamId.START, 10, MEGABYTE).stage()).isEqualTo(PartitionStage.ABSENT);
        resp.call("SET", SEAL, "12 closed");
        resp.call("SET", "{Q:3}:started", "11");
        resp.call("SET", "{Q:3}:moved", "10");
        assertThat(fetched(StreamId.START, 10, MEGABYTE).stage())
                .isEqualTo(new PartitionStage(new SealState(12, false), 11, 10));
    }

    @Test
    void a_fetch_that_only_looks_for_requests_reads_no_entry() {
        seed.job("a", "1");
        resp.call("XADD", INBOX, "5-0", "verb", "retry", "key", "k", "place", "");
        Fetch.Entries fetched = fetched(StreamId.START, 0, MEGABYTE);
        assertThat(fetched.entries()).isEmpty();
        assertThat(fetched.more()).isTrue();
        assertThat(fetched.agenda().instructions())
                .containsExactly(new Instruction(new StreamId(5, 0), "retry", "k", ""));
    }

    @Test
    void a_large_entry_among_small_ones_ends_the_page_and_opens_the_next() {
        List<StreamId> places = new ArrayList<>();
        IntStream.range(0, 20).forEach(i -> places.add(seed.job("s" + i, "small")));
        places.add(seed.job("large", "x".repeat(2 * MEGABYTE)));
        IntStream.range(0, 5).forEach(i -> places.add(seed.job("t" + i, "small")));
        assertThat(places(fetched(StreamId.START, 128, MEGABYTE))).isEqualTo(places.subList(0, 20));
        Fetch.Entries large = fetched(places.get(19), 128, MEGABYTE);
        assertThat(places(large)).isEqualTo(places.subList(20, 21));
        assertThat(large.more()).isTrue();
        assertThat(places(fetched(places.get(20), 128, MEGABYTE))).isEqualTo(places.subList(21, 26));
    }

    @Test
    void a_fetch_of_ten_thousand_entries_is_no_problem() {
        for (int i = 0; i < 10_000; i++) {
            resp.call("XADD", STREAM, "*", "f", "v");
        }
        resp.call(
                "HSET",
                ATTEMPTS,
                ((List<?>) resp.list("XRANGE", STREAM, "-", "+", "COUNT", "1").get(0))
                        .get(0)
                        .toString(),
                "0 1 0 0");
        assertThat(fetched(StreamId.START, 10_000, 64 * MEGABYTE).entries()).hasSize(10_000);
    }

    @Test
    void a_commit_removes_entries_and_their_attempts_and_ignores_those_that_are_gone() {
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        StreamId c = seed.job("c", "3");
        resp.call("HSET", ATTEMPTS, a.toString(), "0 1 0 0", c.toString(), "0 2 0 0");
        Map<String, Object> before = new TreeMap<>(RedisState.read(resp));
        List<StreamId> done = List.of(a, b, StreamId.parse("5-5"));
        assertThat(get(jobs.commit(lease, done.stream().map(EntryId::own).toList())))
                .isEqualTo(Verdict.DONE);
        before.put(STREAM, List.of(entry(c, "c", "3")));
        before.put(ATTEMPTS, Map.of(c.toString(), "0 2 0 0"));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(jobs.commit(lease, done.stream().map(EntryId::own).toList())))
                .as("repeat")
                .isEqualTo(Verdict.DONE);
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_commit_takes_up_to_a_thousand_entries() {
        List<StreamId> places =
                IntStream.range(0, 1000).mapToObj(i -> seed.job("j" + i, "")).toList();
        resp.call("HSET", ATTEMPTS, places.get(999).toString(), "0 1 0 0");
        assertThat(get(jobs.commit(lease, places.stream().map(EntryId::own).toList())))
                .isEqualTo(Verdict.DONE);
        assertThat(resp.number("XLEN", STREAM)).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> jobs.commit(lease, List.of()));
        List<StreamId> tooMany = new ArrayList<>(places);
        tooMany.add(StreamId.START);
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        jobs.commit(lease, tooMany.stream().map(EntryId::own).toList()));
    }

    @Test
    void a_burial_moves_the_entry_with_all_its_fields_and_says_why() {
        StreamId a = seed.job("a", "1");
        StreamId b = seed.job("b", "2");
        resp.call("HSET", ATTEMPTS, a.toString(), "0 4 0 0", b.toString(), "0 1 0 0");
        long before = seed.now();
        assertThat(get(jobs.bury(lease, JobPlace.inStream(a), "key", Seed.burial("it broke", 5))))
                .isEqualTo(Verdict.DONE);
        Map<String, Object> after = RedisState.read(resp);
        assertThat(after.get(STREAM)).isEqualTo(List.of(entry(b, "b", "2")));
        assertThat(after.get(ATTEMPTS)).isEqualTo(Map.of(b.toString(), "0 1 0 0"));
        List<?> dead = (List<?>) ((List<?>) requireNonNull(after.get(DEAD))).get(0);
        List<String> expected = new ArrayList<>(entry(a, "a", "1").subList(1, 9));
        expected.addAll(List.of("reason", "it broke", "exception", "", "attempts", "5"));
        expected.addAll(List.of("failed_at", (String) dead.get(16)));
        expected.addAll(List.of("epoch", Seed.EPOCH));
        assertThat(dead.subList(1, dead.size())).isEqualTo(expected);
        assertThat(Long.parseLong((String) dead.get(16))).isBetween(before, seed.now());
        assertThat(get(jobs.bury(lease, JobPlace.inStream(a), "key", Seed.burial("it broke", 5))))
                .as("repeat")
                .isEqualTo(Verdict.DONE);
        assertThat(RedisState.read(resp)).isEqualTo(after);
    }

    @Test
    void an_entry_of_ten_thousand_fields_is_buried_too() {
        List<String> command = new ArrayList<>(List.of("XADD", STREAM, "*"));
        IntStream.range(0, 10_000).forEach(i -> command.addAll(List.of("f" + i, "v" + i)));
        StreamId wide = StreamId.parse(resp.text(command.toArray(String[]::new)));
        Entry entry = fetched(StreamId.START, 1, MEGABYTE).entries().get(0);
        assertThat(((Map<?, ?>) ((Entry.Decoded) entry).job().body())).hasSize(10_000);
        assertThat(get(jobs.bury(lease, JobPlace.inStream(wide), "key", Seed.burial("too wide", 1))))
                .isEqualTo(Verdict.DONE);
        assertThat(resp.number("XLEN", STREAM)).isZero();
        List<?> dead = (List<?>) ((List<?>) resp.list("XRANGE", DEAD, "-", "+").get(0)).get(1);
        assertThat(dead).hasSize(12);
        assertThat(dead.get(0)).isEqualTo("fields");
        assertThat(dead.subList(2, 4)).isEqualTo(List.of("reason", "too wide"));
        // Nothing was lost: the packed field unfolds to the same names and values.
        List<?> unpacked = resp.list("EVAL", "return cmsgpack.unpack(ARGV[1])", "0", (String) dead.get(1));
        assertThat(unpacked.stream().map(String::valueOf).toList()).isEqualTo(command.subList(3, command.size()));
    }

    @Test
    void a_key_of_a_foreign_type_stops_a_script_before_its_first_write() {
        StreamId a = seed.job("a", "1");
        resp.call("SET", ATTEMPTS, "foreign");
        nothingDone(jobs.commit(lease, List.of(EntryId.own(a))));
        nothingDone(jobs.bury(lease, JobPlace.inStream(a), "key", Seed.burial("it broke", 1)));
        resp.call("DEL", ATTEMPTS);
        resp.call("SET", DEAD, "foreign");
        nothingDone(jobs.bury(lease, JobPlace.inStream(a), "key", Seed.burial("it broke", 1)));
        // What is left breaks the rules of the keys on purpose.
        resp.call("FLUSHALL");
    }

    @Test
    void bytes_of_any_kind_survive() {
        StringBuilder all = new StringBuilder();
        IntStream.range(0, 256).forEach(i -> all.append((char) i));
        StreamId a = seed.job("a", all.toString());
        byte[] body = (byte[])
                ((Entry.Decoded) fetched(StreamId.START, 1, MEGABYTE).entries().get(0))
                        .job()
                        .body();
        assertThat(body).hasSize(256).containsSequence(254, 255).startsWith(0, 1, 2);
        get(jobs.bury(lease, JobPlace.inStream(a), "key", Seed.burial("", 1)));
        assertThat(((List<?>) ((List<?>) resp.list("XRANGE", DEAD, "-", "+").get(0)).get(1)).get(7))
                .isEqualTo(all.toString());
    }

    private void nothingDone(CompletionStage<Verdict> command) {
        assertThat(failure(command)).isInstanceOf(StoreException.Misconfigured.class);
        assertThat(resp.number("XLEN", STREAM)).isEqualTo(1);
    }

    private Fetch.Entries fetched(StreamId after, int maxCount, int maxBytes) {
        return (Fetch.Entries) get(jobs.fetch(lease, LogCursor.own(after), StreamId.START, maxCount, maxBytes));
    }

    private static List<StreamId> places(Fetch.Entries fetched) {
        return fetched.entries().stream().map(Entry::streamId).toList();
    }

    private static List<String> entry(StreamId place, String id, String body) {
        return List.of(place.toString(), "id", id, "key", "k-" + id, "ts", "1700000000001", "body", body);
    }
}
