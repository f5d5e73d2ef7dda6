package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ATTEMPTS;
import static io.qbull.store.redis.Seed.HELD;
import static io.qbull.store.redis.Seed.HELD_JOBS;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Unpacked;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.Store;
import io.qbull.testing.HeldSet;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How an owner reads a log of several streams, and takes what was held when it moved. */
@Tag("redis")
class LogScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Segment OLD = new Segment(2, 10);
    private static final Segment NEW = new Segment(3, 9);
    private static final LogCursor ALL = LogCursor.START.over(List.of(OLD, NEW));
    private static final int MEGABYTE = 1 << 20;
    private static final String KEY = "k";

    private Resp resp;
    private Store store;
    private Seed seed;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        store = REDIS.store();
        lease = seed.held();
        started(2);
        stage(OLD);
        stage(NEW);
    }

    @Test
    void a_fetch_that_does_not_know_the_segments_reads_nothing_but_their_names() {
        add(OLD, "a");
        add(Segment.OWN, "b");
        for (LogCursor other : List.of(
                LogCursor.START,
                LogCursor.START.over(List.of(OLD)),
                LogCursor.START.over(List.of(OLD, new Segment(3, 8))),
                LogCursor.START.over(List.of(OLD, NEW, new Segment(3, 8))))) {
            assertThat(fetch(other, 10, MEGABYTE)).isEqualTo(new Fetch.Segments(List.of(OLD, NEW)));
        }
        resp.call("DEL", "{Q:3}:staged", "{Q:3}:staged:2:10");
        assertThat(fetch(ALL, 10, MEGABYTE)).isEqualTo(new Fetch.Segments(List.of()));
    }

    @Test
    void a_segment_whose_name_was_lost_is_read_when_that_is_put_back() {
        EntryId job = add(OLD, "a");
        resp.call("DEL", "{Q:3}:staged");
        assertThat(entries(LogCursor.START, 10, MEGABYTE).entries()).isEmpty();
        resp.call("HSET", "{Q:3}:staged", OLD.toString(), "");
        assertThat(entries(LogCursor.START.over(List.of(OLD)), 10, MEGABYTE).entries())
                .extracting(Entry::id)
                .containsExactly(job);
    }

    @Test
    void segments_are_read_in_their_order_and_then_the_own_stream() {
        EntryId own = add(Segment.OWN, "own");
        EntryId late = add(NEW, "late");
        EntryId first = add(OLD, "first", "@id", "5-1", "@at", "0 1 0 1");
        EntryId second = add(OLD, "second", "@at", "0 1 0 1");
        resp.call("HSET", ATTEMPTS, second.toString(), "0 2 0 2", own.toString(), "0 3 0 3");
        Map<String, Object> before = RedisState.read(resp);
        Fetch.Entries read = entries(ALL, 10, MEGABYTE);
        assertThat(read.entries()).extracting(Entry::id).containsExactly(first, second, late, own);
        assertThat(read.entries())
                .extracting(entry -> ((Entry.Decoded) entry).job())
                .extracting(Job::streamId)
                .containsExactly(new StreamId(5, 1), second.streamId(), late.streamId(), own.streamId());
        assertThat(read.entries())
                .extracting(entry -> ((Entry.Decoded) entry).job().attempts().crashed())
                .containsExactly(1, 2, 0, 3);
        assertThat(read.more()).isFalse();
        assertThat(read.gate()).isFalse();
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(entries(ALL.past(first).past(late), 10, MEGABYTE).entries())
                .extracting(Entry::id)
                .containsExactly(second, own);
        assertThat(entries(ALL.from(late), 10, MEGABYTE).entries())
                .extracting(Entry::id)
                .containsExactly(own);
    }

    @Test
    void the_bounds_hold_for_all_streams_together() {
        EntryId first = add(OLD, "first");
        EntryId second = add(NEW, "second");
        EntryId third = add(Segment.OWN, "third");
        Fetch.Entries two = entries(ALL, 2, MEGABYTE);
        assertThat(two.entries()).extracting(Entry::id).containsExactly(first, second);
        assertThat(two.more()).isTrue();
        Fetch.Entries one = entries(ALL.past(first), 10, 1);
        assertThat(one.entries()).extracting(Entry::id).containsExactly(second);
        assertThat(one.more()).isTrue();
        Fetch.Entries rest = entries(ALL.past(first).past(second), 10, 1);
        assertThat(rest.entries()).extracting(Entry::id).containsExactly(third);
    }

    @Test
    void nothing_behind_a_marker_is_read_before_its_version_has_started() {
        EntryId done = marker("2 4 6");
        EntryId before = add(Segment.OWN, "before");
        EntryId gate = marker("3 6 8");
        EntryId behind = add(Segment.OWN, "behind");
        Fetch.Entries read = entries(ALL, 10, MEGABYTE);
        assertThat(read.entries()).extracting(Entry::id).containsExactly(done, before);
        assertThat(read.entries().get(0)).isInstanceOf(Entry.Marker.class);
        assertThat(read.more()).isFalse();
        assertThat(read.gate()).isTrue();
        resp.call("DEL", "{Q:3}:started");
        assertThat(entries(ALL, 10, MEGABYTE).entries())
                .as("the version is lost")
                .isEmpty();
        started(3);
        EntryId came = add(NEW, "came");
        Fetch.Entries all = entries(ALL.past(before), 10, MEGABYTE);
        assertThat(all.entries()).extracting(Entry::id).containsExactly(came, gate, behind);
        assertThat(all.gate()).isFalse();
        assertThat(entries(ALL.past(before), 1, MEGABYTE).entries())
                .as("a bound ends the read in front of the marker")
                .extracting(Entry::id)
                .containsExactly(came);
    }

    @Test
    void what_only_looks_like_a_marker_is_a_job() {
        for (String text : List.of("9 4", "9", "", "x 4 6", "9 4 6 ")) {
            marker(text);
        }
        resp.call("XADD", STREAM, "*", "@marker", "9 4 6", "more", "");
        Fetch.Entries read = entries(ALL, 10, MEGABYTE);
        assertThat(read.entries())
                .hasSize(6)
                .allSatisfy(entry -> assertThat(entry).isInstanceOf(Entry.Decoded.class));
        assertThat(read.gate()).isFalse();
    }

    @Test
    void what_was_held_is_held_again_with_all_that_was_on_record() {
        long now = seed.now();
        EntryId first =
                arrived("first", 1, "@at", "1:1:1700000000000 0 0 1", "@held", (now + 60_000) + " 1 " + now + " no");
        EntryId second = arrived("second", 2);
        EntryId plain = add(OLD, "plain");
        assertThat(entries(ALL, 10, MEGABYTE).entries())
                .extracting(entry -> entry instanceof Entry.Arrived job ? job.key() : "")
                .containsExactly(KEY, KEY, "");
        Map<String, Duration> keys = unpack(first, second);
        assertThat(keys.get(KEY)).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
        assertThat(resp.text("HGET", HELD, KEY)).endsWith(" 1 " + now + " no");
        assertThat(entries(ALL, 10, MEGABYTE).entries()).extracting(Entry::id).containsExactly(plain);
        assertThat(HeldSet.read(resp, HELD_JOBS))
                .extracting(HeldSet.Held::place)
                .containsExactly(place(1), place(2));
        assertThat(HeldSet.read(resp, HELD_JOBS).get(0).fields())
                .containsExactly("id", "first", "key", KEY, "ts", "1700000000001", "body", "b");
        Advance.Next head = (Advance.Next) get(store.held().advance(lease, KEY, null));
        Job job = ((Entry.Decoded) head.entry()).job();
        assertThat(job.id().value()).isEqualTo("first");
        assertThat(job.streamId()).isEqualTo(new StreamId(1, 1));
        assertThat(job.attempts().failed()).isEqualTo(1);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(unpack(first, second)).as("a repeat").containsOnlyKeys(KEY);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        get(store.held().advance(lease, KEY, head.place()));
        assertThat(unpack(first, second)).as("a late one").isEqualTo(Map.of(KEY, Duration.ZERO));
        assertThat(HeldSet.count(resp, HELD_JOBS)).isEqualTo(1);
    }

    @Test
    void what_comes_later_does_not_change_how_the_key_stands() {
        unpack(arrived("first", 1, "@at", "3:3:1700000000000 0 0 3", "@held", "-1 3 5 no"));
        assertThat(unpack(arrived("second", 2))).containsEntry(KEY, null);
        assertThat(resp.text("HGET", HELD, KEY)).isEqualTo("-1 3 5 no");
    }

    @Test
    void fields_of_a_foreign_entry_are_its_own_again() {
        EntryId foreign = EntryId.parse("2:10/"
                + resp.text(
                        "XADD",
                        stream(OLD),
                        "*",
                        "@@id",
                        "own",
                        "name",
                        "value",
                        "@id",
                        "1-1",
                        "@k",
                        "h",
                        "@place",
                        place(1)));
        get(store.held().unpack(lease, List.of(new Parked(foreign, "1-1"))));
        assertThat(HeldSet.read(resp, HELD_JOBS).get(0).fields()).containsExactly("@id", "own", "name", "value");
        Job job = ((Entry.Decoded) ((Advance.Next) get(store.held().advance(lease, "1-1", null))).entry()).job();
        assertThat(job.key()).isEqualTo("1-1");
    }

    @Test
    void a_job_that_was_parked_from_a_segment_before_keeps_the_id_that_it_had_first() {
        String second = place(1).replace("1:0", "1;0") + ".4";
        EntryId moved = EntryId.parse("2:10/"
                + resp.text(
                        "XADD",
                        stream(OLD),
                        "*",
                        "id",
                        "again",
                        "key",
                        KEY,
                        "body",
                        "b",
                        "@id",
                        "7-7",
                        "@at",
                        "0 1 0 1",
                        "@k",
                        "h",
                        "@place",
                        second));
        unpack(moved);
        Job job = ((Entry.Decoded) ((Advance.Next) get(store.held().advance(lease, KEY, null))).entry()).job();
        assertThat(job.streamId()).isEqualTo(new StreamId(7, 7));
        assertThat(job.attempts()).isEqualTo(new Attempts(0, 1, 0, 1));
    }

    @Test
    void only_the_owner_unpacks_and_tidies_and_does_so_when_redis_is_full() {
        EntryId job = arrived("a", 1);
        seed.refusedToAllButTheOwner(
                stale -> store.held().unpack(stale, List.of(new Parked(job, KEY))), new Unpacked.Fenced());
        seed.refusedToAllButTheOwner(stale -> store.jobs().tidy(stale, List.of(OLD, NEW)), Verdict.FENCED);
        stage(OLD);
        EntryId other = arrived("b", 2);
        resp.call("CONFIG", "SET", "maxmemory", "1");
        try {
            assertThat(unpack(other)).containsKey(KEY);
            assertThat(get(store.jobs().tidy(lease, List.of(OLD)))).isEqualTo(Verdict.DONE);
        } finally {
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }
        assertThat(HeldSet.count(resp, HELD_JOBS)).isEqualTo(2);
        assertThat(resp.list("HKEYS", "{Q:3}:staged")).isEqualTo(List.of(NEW.toString()));
    }

    @Test
    void a_segment_is_forgotten_when_it_is_empty_and_its_version_has_started() {
        EntryId job = add(OLD, "a");
        assertThat(tidied()).containsExactlyInAnyOrder(OLD.toString(), NEW.toString());
        get(store.jobs().commit(lease, List.of(job)));
        assertThat(tidied()).containsExactly(NEW.toString());
        assertThat(resp.number("EXISTS", stream(OLD))).isZero();
        started(3);
        assertThat(tidied()).isEmpty();
        assertThat(tidied()).as("a repeat").isEmpty();
    }

    @Test
    void a_key_of_a_foreign_type_stops_a_script_before_its_first_write() {
        EntryId job = arrived("a", 1);
        for (String key : List.of(HELD, HELD_JOBS, ATTEMPTS)) {
            resp.call("SET", key, "foreign");
            Map<String, Object> before = RedisState.read(resp);
            assertThat(failure(store.held().unpack(lease, List.of(new Parked(job, KEY)))))
                    .hasMessageContaining(key);
            assertThat(RedisState.read(resp)).isEqualTo(before);
            resp.call("DEL", key);
        }
    }

    private List<String> tidied() {
        get(store.jobs().tidy(lease, List.of(OLD, NEW)));
        return resp.list("HKEYS", "{Q:3}:staged").stream().map(String::valueOf).toList();
    }

    private Map<String, Duration> unpack(EntryId... entries) {
        List<Parked> jobs = new ArrayList<>();
        for (EntryId each : entries) {
            jobs.add(new Parked(each, KEY));
        }
        return ((Unpacked.Done) get(store.held().unpack(lease, jobs))).keys();
    }

    private Fetch fetch(LogCursor after, int maxCount, int maxBytes) {
        return get(store.jobs().fetch(lease, after, StreamId.START, maxCount, maxBytes));
    }

    private Fetch.Entries entries(LogCursor after, int maxCount, int maxBytes) {
        return (Fetch.Entries) fetch(after, maxCount, maxBytes);
    }

    private void started(int version) {
        resp.call("SET", "{Q:3}:started", Integer.toString(version));
    }

    private void stage(Segment segment) {
        resp.call("HSET", "{Q:3}:staged", segment.toString(), "1 1");
    }

    private EntryId marker(String text) {
        return EntryId.own(StreamId.parse(resp.text("XADD", STREAM, "*", "@marker", text)));
    }

    private static String place(int id) {
        return String.format("%010d:%020d-%020d:10", 1, id, 1);
    }

    private EntryId arrived(String job, int id, String... more) {
        List<String> fields = new ArrayList<>(List.of(more));
        fields.addAll(List.of("@k", "h", "@place", place(id)));
        return add(OLD, job, fields.toArray(String[]::new));
    }

    private EntryId add(Segment segment, String job, String... more) {
        List<String> command = new ArrayList<>(
                List.of("XADD", stream(segment), "*", "id", job, "key", KEY, "ts", "1700000000001", "body", "b"));
        command.addAll(List.of(more));
        return new EntryId(segment, StreamId.parse(resp.text(command.toArray(String[]::new))));
    }

    private static String stream(Segment segment) {
        return segment.own() ? STREAM : "{Q:3}:staged:" + segment;
    }
}
