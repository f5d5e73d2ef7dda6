package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionId;
import io.qbull.model.Position;
import io.qbull.model.Resize;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.MovedItem;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Copying;
import io.qbull.store.ResizeTable.Moved;
import io.qbull.store.ResizeTable.PageBounds;
import io.qbull.store.ResizeTable.PageRead;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Jobs that leave partition 3 for partition 5, each script by the whole state before and after. */
@Tag("redis")
class MoveScriptsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Resize RESIZE = new Resize(2, 4, 6);
    private static final PartitionId Q = new PartitionId(QUEUE, 5);
    private static final Segment SEGMENT = new Segment(2, 3);
    private static final String STAGED = "{Q:5}:staged:2:3";
    private static final String DELAYED = "{Q:5}:delayed";
    private static final PageBounds ALL = new PageBounds(100, 1 << 20);

    private Resp resp;
    private Seed seed;
    private RedisStore store;
    private ResizeTable resize;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        seed = new Seed(resp);
        store = REDIS.store();
        resize = store.resize();
        lease = seed.held();
        resp.call("SET", Seed.SEAL, "1 open");
        resp.call("SET", "{Q:3}:started", "1");
    }

    @Test
    void the_own_stream_is_read_up_to_the_marker_of_the_version_and_what_was_copied_is_deleted() {
        StreamId a = seed.job("a", "1");
        resp.call("XADD", Seed.STREAM, "*", "@marker", "1 2 4");
        StreamId b = seed.job("b", "2");
        get(store.held().suspect(lease, JobPlace.inStream(b), "k-b", Seed.crashes(2)));
        get(resize.seal(P, RESIZE));
        StreamId c = seed.job("c", "3");
        List<MovedItem> page = page(LogPart.STREAM, null);
        assertThat(page).extracting(MovedItem::key).containsExactly("k-a", "k-b");
        assertThat(page).extracting(MovedItem::position).containsExactly(own(a), own(b));
        assertThat(page(LogPart.STREAM, own(a), page.subList(0, 1)))
                .extracting(MovedItem::position)
                .containsExactly(own(b));
        assertThat(resp.list("XRANGE", Seed.STREAM, "-", "+")).hasSize(4);
        assertThat(page(LogPart.STREAM, own(b), page.subList(1, 2))).isEmpty();
        assertThat(resp.list("XRANGE", Seed.STREAM, "-", "+").toString())
                .contains("1 2 4", "2 4 6", c.toString())
                .doesNotContain(a.toString(), b.toString());
        assertThat(RedisState.read(resp)).as("attempts").doesNotContainKey(Seed.ATTEMPTS);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(page(LogPart.STREAM, own(b), page)).as("a repeat").isEmpty();
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_page_is_for_the_owner_of_a_partition_that_is_sealed_for_the_version_and_has_not_moved() {
        seed.job("a", "1");
        for (LogPart part : List.of(LogPart.STREAM, LogPart.HELD, LogPart.DELAYED)) {
            for (String seal : List.of("1 open", "1 closed", "3 closed", "3 open", "")) {
                resp.call("SET", Seed.SEAL, seal);
                assertThat(get(resize.page(lease, 2, part, null, ALL, List.of())))
                        .as(seal)
                        .isEqualTo(new PageRead.Other());
                assertThat(get(resize.moved(lease, RESIZE))).as(seal).isEqualTo(Moved.OTHER);
            }
            resp.call("SET", Seed.SEAL, "2 open");
            seed.refusedToAllButTheOwner(
                    stale -> resize.page(stale, 2, part, null, ALL, List.of()), new PageRead.Fenced());
        }
        List<MovedItem> read = page(LogPart.STREAM, null);
        seed.refusedToAllButTheOwner(stale -> resize.moved(stale, RESIZE), Moved.FENCED);
        assertThat(resp.text("GET", "{Q:3}:moved")).isEqualTo("2");
        assertThat(get(resize.page(lease, 2, LogPart.STREAM, null, ALL, read)))
                .as("a deletion that is late")
                .isEqualTo(new PageRead.Other());
        assertThat(resp.number("XLEN", Seed.STREAM)).isEqualTo(1);
        assertThat(get(resize.moved(lease, RESIZE))).as("a repeat").isEqualTo(Moved.DONE);
        seed.refusedToAllButTheOwner(stale -> resize.moved(stale, RESIZE), Moved.FENCED);
        assertThat(resp.text("GET", "{Q:3}:started")).isEqualTo("1");
        resp.call("SET", Seed.SEAL, "3 closed");
        assertThat(get(resize.moved(lease, RESIZE))).as("late").isEqualTo(Moved.DONE);
    }

    @Test
    void a_retired_partition_that_has_moved_may_run_what_it_has() {
        Resize shrink = new Resize(2, 4, 3);
        get(resize.seal(P, shrink));
        assertThat(get(resize.moved(lease, shrink))).isEqualTo(Moved.DONE);
        assertThat(resp.text("GET", "{Q:3}:started")).isEqualTo("2");
    }

    @Test
    void a_page_is_bounded_by_count_and_bytes_and_has_one_item_at_least() {
        IntStream.range(0, 20).forEach(i -> seed.job("j" + i, "x".repeat(1000)));
        get(resize.seal(P, RESIZE));
        assertThat(page(LogPart.STREAM, null, new PageBounds(7, 1 << 20))).hasSize(7);
        assertThat(page(LogPart.STREAM, null, new PageBounds(100, 3500))).hasSize(3);
        assertThat(page(LogPart.STREAM, null, new PageBounds(100, 1))).hasSize(1);
        List<MovedItem> all = page(LogPart.STREAM, null);
        assertThat(all).hasSize(20).allMatch(item -> item.bytes() > 1000 && item.jobs() == 1);
        assertThatIllegalArgumentException().isThrownBy(() -> new PageBounds(501, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new PageBounds(0, 1));
        List<MovedItem> many = Collections.nCopies(501, all.get(0));
        assertThatIllegalArgumentException().isThrownBy(() -> copy(many));
        assertThatIllegalArgumentException().isThrownBy(() -> copy(List.of()));
    }

    @Test
    void entries_are_copied_as_they_are_and_once() {
        StreamId ours = seed.job("a", "1");
        String original = resp.text("XADD", Seed.STREAM, "*", "job", "{\"job_id\":\"b\",\"partition_id\":7}");
        String foreign = resp.text("XADD", Seed.STREAM, "*", "id", "5", "name", "x");
        resp.call("HSET", Seed.ATTEMPTS, ours.toString(), "1:1:1700000000000 0 0 1");
        get(resize.seal(P, RESIZE));
        List<MovedItem> page = page(LogPart.STREAM, null);
        assertThat(page).extracting(MovedItem::key).containsExactly("k-a", "7", foreign);
        assertThat(copy(page.subList(0, 2))).isEqualTo(Copying.COPIED);
        Map<String, Object> before = RedisState.read(resp);
        assertThat(copy(page.subList(0, 2))).as("a repeat").isEqualTo(Copying.COPIED);
        assertThat(copy(page.subList(0, 1))).as("late").isEqualTo(Copying.COPIED);
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(copy(page)).isEqualTo(Copying.COPIED);
        assertThat(fields(STAGED))
                .containsExactly(
                        List.of(
                                "id",
                                "a",
                                "key",
                                "k-a",
                                "ts",
                                "1700000000001",
                                "body",
                                "1",
                                "@at",
                                "1:1:1700000000000 0 0 1"),
                        List.of("job", "{\"job_id\":\"b\",\"partition_id\":7}", "@id", original),
                        List.of("id", "5", "name", "x", "@id", foreign));
        assertThat(fields("{Q:5}:inbox"))
                .as("the owner is told once")
                .containsExactly(List.of("verb", "staged", "key", ""));
        resp.call("SET", "{Q:5}:started", "2");
        Map<String, Object> started = RedisState.read(resp);
        assertThat(copy(page)).isEqualTo(Copying.STARTED);
        assertThat(RedisState.read(resp)).isEqualTo(started);
    }

    @Test
    void a_segment_moves_on_with_what_came_along_and_what_happened_since() {
        resp.call("HSET", "{Q:3}:staged", "1:0", "x");
        String segment = "{Q:3}:staged:1:0";
        resp.call("XADD", segment, "1-1", "name", "x", "@id", "5-5", "@at", "1 0 0 1");
        resp.call("XADD", segment, "1-2", "name", "y", "@id", "5-6", "@at", "1 0 0 1");
        resp.call(
                "XADD", segment, "1-3", "key", "k", "body", "b", "@id", "5-7", "@k", "h", "@place", "p", "@held", "s");
        resp.call("HSET", Seed.ATTEMPTS, "1:0/1-2", "2 0 0 2", "1:0/9-9", "9 9 9 9");
        get(resize.seal(P, RESIZE));
        LogPart part = LogPart.of(new Segment(1, 0));
        List<MovedItem> page = page(part, null);
        assertThat(page).extracting(MovedItem::key).containsExactly("5-5", "5-6", "k");
        copy(page);
        assertThat(fields(STAGED))
                .containsExactly(
                        List.of("name", "x", "@id", "5-5", "@at", "1 0 0 1"),
                        List.of("name", "y", "@id", "5-6", "@at", "2 0 0 2"),
                        List.of("key", "k", "body", "b", "@id", "5-7", "@k", "h", "@place", "p", "@held", "s"));
        assertThat(page(part, page.get(2).position(), page)).isEmpty();
        assertThat(resp.number("XLEN", segment)).isZero();
        assertThat(resp.list("HKEYS", Seed.ATTEMPTS).toString()).isEqualTo("[1:0/9-9]");
        resp.call("DEL", Seed.ATTEMPTS);
    }

    @Test
    void held_jobs_leave_in_order_with_their_places_and_the_state_of_their_key_with_the_first() {
        List<StreamId> ids = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            ids.add(StreamId.parse(resp.text(
                    "XADD", Seed.STREAM, "*", "id", "j" + i, "key", "k", "ts", "1700000000001", "body", "b")));
        }
        StreamId other = seed.job("other", "1");
        fail(ids.get(0), "k", 1);
        park(ids.subList(1, 12), "k");
        fail(other, "k-other", 3);
        get(resize.seal(P, RESIZE));
        List<MovedItem> page = page(LogPart.HELD, null);
        assertThat(page.stream().mapToInt(MovedItem::jobs).sum()).isEqualTo(13);
        assertThat(page).extracting(MovedItem::jobs).contains(8);
        List<MovedItem> leaving =
                page.stream().filter(item -> "k".equals(item.key())).toList();
        copy(leaving);
        List<List<String>> copied = fields(STAGED);
        assertThat(copied)
                .extracting(each -> each.get(1))
                .isEqualTo(IntStream.range(0, 12).mapToObj(i -> "j" + i).toList());
        assertThat(copied).allSatisfy(each -> assertThat(each).containsSequence("@k", "h", "@place"));
        assertThat(copied).extracting(each -> value(each, "@place")).isSorted();
        assertThat(value(copied.get(0), "@at")).startsWith("1:1:");
        assertThat(value(copied.get(0), "@held")).matches("\\d{13} 1 \\d{13} it broke");
        assertThat(copied.subList(1, 12)).noneMatch(each -> each.contains("@held") || each.contains("@at"));

        List<MovedItem> single = page(LogPart.HELD, null, new PageBounds(1, 1), leaving.subList(0, 1));
        assertThat(single).hasSize(1);
        assertThat(resp.text("HGET", Seed.HELD, "k"))
                .as("its first job has left")
                .isEqualTo("0 0 0 ");
        page(LogPart.HELD, null, new PageBounds(1, 1), leaving);
        assertThat(resp.list("HKEYS", Seed.HELD).toString()).isEqualTo("[k-other]");
        assertThat(resp.number("ZCARD", Seed.HELD_JOBS)).isEqualTo(1);
        assertThat(resp.number("HLEN", Seed.ATTEMPTS)).isEqualTo(1);
    }

    @Test
    void a_mover_that_starts_anew_finds_no_state_at_a_job_that_was_not_the_first() {
        StreamId a = seed.job("a", "1");
        StreamId b = StreamId.parse(
                resp.text("XADD", Seed.STREAM, "*", "id", "b", "key", "k-a", "ts", "1700000000001", "body", "2"));
        fail(a, "k-a", 1);
        park(List.of(b), "k-a");
        get(resize.seal(P, RESIZE));
        PageBounds one = new PageBounds(1, 1);
        List<MovedItem> first = page(LogPart.HELD, null, one);
        List<MovedItem> second = page(LogPart.HELD, first.get(0).position(), one, first);
        List<MovedItem> again = page(LogPart.HELD, null, one);
        assertThat(again)
                .extracting(MovedItem::position)
                .containsExactly(second.get(0).position());
        copy(first);
        copy(again);
        assertThat(fields(STAGED))
                .hasSize(2)
                .filteredOn(each -> each.contains("@held"))
                .hasSize(1);
        assertThat(page(LogPart.HELD, null, one, again)).isEmpty();
        assertThat(RedisState.read(resp)).doesNotContainKeys(Seed.HELD, Seed.HELD_JOBS, Seed.ATTEMPTS);
    }

    @Test
    void delayed_jobs_keep_their_times_and_among_the_same_time_their_order() {
        delay("a", 2000);
        IntStream.range(0, 25).forEach(i -> delay("b" + i, 3000));
        delay("c", 1000);
        get(resize.seal(P, RESIZE));
        List<String> read = new ArrayList<>();
        List<MovedItem> page = page(LogPart.DELAYED, null, new PageBounds(4, 1 << 20));
        List<MovedItem> leaving = List.of();
        while (!page.isEmpty()) {
            // Every other one leaves.
            leaving = page.stream()
                    .filter(item -> Integer.parseInt(item.position().id().substring(21)) % 2 == 0)
                    .toList();
            page.forEach(item -> read.add(item.key()));
            copy(leaving);
            page = page(LogPart.DELAYED, page.get(page.size() - 1).position(), new PageBounds(4, 1 << 20), leaving);
        }
        List<String> keys = new ArrayList<>(List.of("k-c", "k-a"));
        IntStream.range(0, 25).forEach(i -> keys.add("k-b" + i));
        assertThat(read).isEqualTo(keys);
        assertThat(resp.number("ZCARD", Seed.DELAYED)).isEqualTo(12);
        assertThat(resp.number("ZCARD", DELAYED)).isEqualTo(15);
        assertThat(resp.number("ZCOUNT", DELAYED, "3000", "3000")).isEqualTo(13);
        Map<String, Object> before = RedisState.read(resp);
        copy(leaving);
        assertThat(RedisState.read(resp)).as("a repeat").isEqualTo(before);
        Lease theirs = leaseOf(Q);
        get(store.delayed().promote(theirs, 100, 1 << 20));
        List<String> expected = new ArrayList<>(List.of("c", "a"));
        IntStream.range(0, 13).forEach(i -> expected.add("b" + 2 * i));
        assertThat(fields("Q:5")).extracting(each -> each.get(1)).isEqualTo(expected);
    }

    @Test
    void a_deletion_that_is_late_spares_another_job_that_has_the_member_of_one_that_left() {
        delay("a", 3000);
        get(resize.seal(P, RESIZE));
        List<MovedItem> left = page(LogPart.DELAYED, null);
        assertThat(page(LogPart.DELAYED, left.get(0).position(), left)).isEmpty();
        delay("b", 3000);
        List<MovedItem> stays = page(LogPart.DELAYED, null, left);
        assertThat(stays).extracting(MovedItem::key).containsExactly("k-b");
        assertThat(stays.get(0).position()).isEqualTo(left.get(0).position());
    }

    @Test
    void the_owner_is_told_of_a_delayed_job_that_is_due_first() {
        delay("late", 9_000_000_000_000L);
        get(resize.seal(P, RESIZE));
        copy(page(LogPart.DELAYED, null));
        assertThat(fields("{Q:5}:inbox")).containsExactly(List.of("verb", "due", "key", ""));
        resp.call("SET", "{Q:5}:seal", "2 open");
        resp.call("SET", "{Q:5}:started", "2");
        assertThat(get(store.delayed().cancel(Q, 2, "k-late", new JobId("late"))))
                .isEqualTo(1);
        assertThat(copy(page(LogPart.DELAYED, null))).isEqualTo(Copying.STARTED);
        assertThat(RedisState.read(resp)).doesNotContainKey(DELAYED);
    }

    @Test
    void what_lies_behind_in_one_part_is_not_taken_for_what_lies_before_in_another() {
        StreamId own = seed.job("a", "1");
        resp.call("HSET", "{Q:3}:staged", "1:2", "x", "1:10", "x");
        resp.call("XADD", "{Q:3}:staged:1:2", "9000000000000-1", "key", "k", "body", "2");
        resp.call("XADD", "{Q:3}:staged:1:10", "5-1", "key", "k", "body", "10");
        delay("d", 9_000_000_000_000L);
        fail(own, "k-a", 1);
        seed.job("b", "3");
        get(resize.seal(P, RESIZE));
        for (LogPart part : List.of(
                LogPart.DELAYED,
                LogPart.HELD,
                LogPart.of(new Segment(1, 2)),
                LogPart.of(new Segment(1, 10)),
                LogPart.STREAM)) {
            List<MovedItem> page = page(part, null);
            assertThat(page).as("%s", part).hasSize(1);
            copy(page);
        }
        assertThat(fields(STAGED)).extracting(each -> value(each, "body")).containsExactly("1", "2", "10", "3");
        resp.call("DEL", "{Q:3}:staged", "{Q:3}:staged:1:2", "{Q:3}:staged:1:10");
    }

    @Test
    void a_full_redis_moves_all_the_same() {
        StreamId a = seed.job("a", "1");
        delay("d", 1000);
        fail(a, "k-a", 1);
        StreamId b = seed.job("b", "2");
        get(store.held().suspect(lease, JobPlace.inStream(b), "k-b", Seed.crashes(1)));
        resp.call("CONFIG", "SET", "maxmemory", "1");
        get(resize.seal(P, RESIZE));
        for (LogPart part : List.of(LogPart.DELAYED, LogPart.HELD, LogPart.STREAM)) {
            List<MovedItem> page = page(part, null);
            assertThat(page).as("%s", part).hasSize(1);
            assertThat(copy(page)).isEqualTo(Copying.COPIED);
            assertThat(page(part, page.get(0).position(), page)).isEmpty();
        }
        assertThat(get(resize.moved(lease, RESIZE))).isEqualTo(Moved.DONE);
        assertThat(fields(STAGED)).hasSize(2);
        assertThat(RedisState.read(resp)).doesNotContainKeys(Seed.HELD, Seed.ATTEMPTS, Seed.DELAYED);
    }

    @Test
    void an_entry_with_too_many_fields_for_one_command_stays_and_holds_up_nothing() {
        List<String> wide = new ArrayList<>(List.of("XADD", Seed.STREAM, "*"));
        IntStream.range(0, 4000).forEach(i -> wide.addAll(List.of("f" + i, "v")));
        resp.call(wide.toArray(String[]::new));
        StreamId a = seed.job("a", "1");
        get(resize.seal(P, RESIZE));
        List<MovedItem> page = page(LogPart.STREAM, null);
        assertThat(page).extracting(MovedItem::position).containsExactly(own(a));
        page(LogPart.STREAM, null, page);
        assertThat(resp.number("XLEN", Seed.STREAM)).isEqualTo(2);
    }

    private static Position own(StreamId id) {
        return Position.ofEntry(EntryId.own(id));
    }

    private List<MovedItem> page(LogPart part, @Nullable Position after) {
        return page(part, after, ALL);
    }

    private List<MovedItem> page(LogPart part, @Nullable Position after, List<MovedItem> copied) {
        return page(part, after, ALL, copied);
    }

    private List<MovedItem> page(LogPart part, @Nullable Position after, PageBounds bounds) {
        return page(part, after, bounds, List.of());
    }

    private List<MovedItem> page(LogPart part, @Nullable Position after, PageBounds bounds, List<MovedItem> copied) {
        return ((PageRead.Page) get(resize.page(lease, 2, part, after, bounds, copied))).items();
    }

    private Copying copy(List<MovedItem> items) {
        return get(resize.copy(Q, SEGMENT, items));
    }

    private void fail(StreamId id, String key, int attempts) {
        get(store.held()
                .fail(
                        lease,
                        JobPlace.inStream(id),
                        key,
                        new Failed(attempts, attempts, attempts, Duration.ofSeconds(9), "it broke")));
    }

    private void park(List<StreamId> ids, String key) {
        get(store.held()
                .park(
                        lease,
                        ids.stream().map(id -> new Parked(EntryId.own(id), key)).toList(),
                        false));
    }

    /** As a producer does that uses the layout before. */
    private void delay(String id, long due) {
        long number = resp.number("ZCOUNT", Seed.DELAYED, Long.toString(due), Long.toString(due));
        String member = due + "-%010d".formatted(number);
        resp.call("ZADD", Seed.DELAYED, Long.toString(due), member);
        resp.call("ZADD", "{Q:3}:delayed:ids", "0", id + "\0" + member);
        resp.call(
                "EVAL",
                "redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack({ARGV[2], {'id', ARGV[2], 'key', 'k-' .. ARGV[2],"
                        + " 'ts', '1', 'body', 'b'}}))",
                "1",
                "{Q:3}:delayed:jobs",
                member,
                id);
    }

    private Lease leaseOf(PartitionId partition) {
        resp.call(
                "HSET", "{" + partition + "}:lease", "owner", "me#1", "epoch", Seed.EPOCH, "expires", "9000000000000");
        return new Lease(partition, Seed.ME, lease.epoch(), lease.primary());
    }

    private List<List<String>> fields(String stream) {
        List<?> entries = (List<?>) RedisState.read(resp).getOrDefault(stream, List.of());
        return entries.stream()
                .map(entry ->
                        ((List<?>) entry).stream().skip(1).map(String::valueOf).toList())
                .toList();
    }

    private static String value(List<String> fields, String name) {
        return fields.get(fields.indexOf(name) + 1);
    }
}
