package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.ATTEMPTS;
import static io.qbull.store.redis.Seed.HELD;
import static io.qbull.store.redis.Seed.HELD_JOBS;
import static io.qbull.store.redis.Seed.INBOX;
import static io.qbull.store.redis.Seed.P;
import static io.qbull.store.redis.Seed.QUEUE;
import static io.qbull.store.redis.Seed.STREAM;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Attended;
import io.qbull.store.HeldJobs.Mending;
import io.qbull.store.HeldJobs.Page;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.OwnerRequest;
import io.qbull.store.Inspector.PartitionStatus;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.Store;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.HeldSet;
import io.qbull.testing.QueueInvariants;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How held jobs lie in Redis: small ones that are parked together in bundles, and all of them in order. */
@Tag("redis")
class HeldBundlesTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String KEY = "k";

    private Resp resp;
    private Store store;
    private HeldJobs held;
    private Lease lease;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        store = REDIS.store();
        held = store.held();
        lease = new Seed(resp).held();
    }

    @ParameterizedTest
    @ValueSource(ints = {30, 100, 1000})
    void a_parked_job_costs_at_most_half_as_much_again_as_in_the_stream(int body) {
        int jobs = 4_000;
        List<StreamId> ids = IntStream.range(0, jobs)
                .mapToObj(i -> add("01HF7YAT00%016d".formatted(i), "+49301234567", "x".repeat(body)))
                .toList();
        long stream = resp.number("MEMORY", "USAGE", STREAM, "SAMPLES", "0");
        for (int i = 0; i < jobs; i += 100) {
            park("+49301234567", ids.subList(i, i + 100));
        }
        assertThat(resp.number("XLEN", STREAM)).isZero();
        long parked = resp.number("MEMORY", "USAGE", HELD_JOBS, "SAMPLES", "0");
        System.out.printf(
                "body of %d bytes: %d bytes a job in the stream, %d parked%n", body, stream / jobs, parked / jobs);
        assertThat(parked).isLessThanOrEqualTo(stream * 3 / 2);
    }

    @Test
    void small_jobs_of_a_key_that_are_parked_together_share_a_member_and_are_counted_one_by_one() {
        List<StreamId> ids = add(19);
        park(KEY, ids);
        assertThat(resp.number("ZCARD", HELD_JOBS)).isEqualTo(2 + 3);
        assertThat(jobs(KEY)).isEqualTo(19);
        assertThat(status()).isEqualTo(19);
        assertThat(drained()).isEqualTo(names(0, 19));
        assertThat(resp.number("EXISTS", HELD, HELD_JOBS, ATTEMPTS)).isZero();
    }

    @Test
    void large_jobs_and_those_of_other_keys_stay_members_of_their_own() {
        List<Parked> jobs = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            jobs.add(new Parked(EntryId.own(add("s" + i, "few" + i % 2, "b")), "few" + i % 2));
            jobs.add(new Parked(EntryId.own(add("j" + i, KEY, "x".repeat(600))), KEY));
        }
        assertThat(get(held.park(lease, jobs, false))).isEqualTo(Parking.DONE);
        assertThat(HeldSet.read(resp, HELD_JOBS))
                .hasSize(16)
                .allMatch(job -> job.member().equals("j1"));
        assertThat(drained()).isEqualTo(names(0, 8));
    }

    @Test
    void a_job_that_comes_late_stands_between_those_of_a_bundle() {
        List<StreamId> ids = add(11);
        List<StreamId> first = new ArrayList<>(ids);
        first.removeAll(List.of(ids.get(0), ids.get(4), ids.get(10)));
        park(KEY, first);
        assertThat(resp.number("ZCARD", HELD_JOBS)).isEqualTo(1);
        park(KEY, List.of(ids.get(10), ids.get(4)));
        get(held.fail(lease, JobPlace.inStream(ids.get(0)), KEY, Seed.failed(1)));
        assertThat(drained()).isEqualTo(names(0, 11));
    }

    @Test
    void jobs_parked_in_any_order_and_number_come_back_in_order() {
        long seed = Long.getLong("seed", new Random().nextLong());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20; round++) {
            int count = 1 + random.nextInt(60);
            List<StreamId> ids = add(count);
            List<StreamId> shuffled = new ArrayList<>(ids);
            Collections.shuffle(shuffled, random);
            while (!shuffled.isEmpty()) {
                List<StreamId> call = shuffled.subList(0, 1 + random.nextInt(shuffled.size()));
                List<StreamId> jobs = new ArrayList<>(call);
                if (random.nextInt(4) > 0) {
                    Collections.sort(jobs);
                }
                park(KEY, jobs);
                call.clear();
                QueueInvariants.check(List.of(resp));
            }
            assertThat(jobs(KEY)).isEqualTo(count);
            assertThat(drained()).as("seed %d", seed).isEqualTo(names(0, count));
        }
    }

    @Test
    void a_job_is_parked_once_though_it_is_named_twice_and_keeps_its_attempts() {
        List<StreamId> ids = add(9);
        get(held.suspect(lease, JobPlace.inStream(ids.get(3)), KEY, Seed.crashes(2)));
        List<StreamId> twice = new ArrayList<>(ids.subList(0, 4));
        twice.addAll(ids);
        park(KEY, twice);
        assertThat(jobs(KEY)).isEqualTo(9);
        QueueInvariants.check(List.of(resp));
        Advance.Next next = first();
        for (int i = 0; i < 3; i++) {
            next = (Advance.Next) get(held.advance(lease, KEY, next.place()));
        }
        assertThat(((Entry.Decoded) next.entry()).job().attempts()).isEqualTo(Seed.crashes(2));
    }

    @Test
    void a_bundle_is_opened_once_when_its_first_job_is_read() {
        park(KEY, add(16));
        assertThat(resp.number("ZCARD", HELD_JOBS)).isEqualTo(2);
        assertThat(first().entry().id()).isEqualTo(first().place().entry());
        assertThat(resp.number("ZCARD", HELD_JOBS)).isEqualTo(9);
        Map<String, Object> once = RedisState.read(resp);
        first();
        assertThat(RedisState.read(resp)).isEqualTo(once);
        QueueInvariants.check(List.of(resp));
    }

    @Test
    void a_person_retries_or_drops_the_first_job_of_a_bundle_alone() {
        park(KEY, add(8));
        List<HeldKey> keys = get(store.heldKeys().read(P, "")).keys();
        assertThat(keys).hasSize(1);
        assertThat(keys.get(0).first().id().value()).isEqualTo("j0");
        assertThat(keys.get(0).jobs()).isEqualTo(8);
        assertThat(get(store.heldKeys().find(P, KEY)).keys()).isEqualTo(keys);
        get(store.heldKeys().ask(P, OwnerRequest.RETRY, keys));
        List<StreamId> asked = get(store.heldKeys().ask(P, OwnerRequest.DROP, keys));
        String place = keys.get(0).place();
        StreamId retry = StreamId.parse(
                (String) ((List<?>) resp.list("XRANGE", INBOX, "-", "+").get(0)).get(0));
        assertThat(get(held.attend(lease, new Instruction(retry, "retry", KEY, place), Action.RETRY)))
                .isEqualTo(new Attended.Done(Duration.ZERO));
        assertThat(resp.text("HGET", ATTEMPTS, place)).isEqualTo("0 0 0 1");
        assertThat(get(held.attend(lease, new Instruction(asked.get(0), "drop", KEY, place), Action.DROP)))
                .isEqualTo(new Attended.Done(Duration.ZERO));
        assertThat(jobs(KEY)).isEqualTo(7);
        assertThat(drained()).isEqualTo(names(1, 8));
    }

    @Test
    void a_bundle_is_tied_to_its_key_again() {
        park(KEY, add(16));
        Map<String, Object> before = RedisState.read(resp);
        resp.call("DEL", HELD);
        assertThat(get(held.keys(lease, Page.CHECK))).isEqualTo(new Page.Broken());
        assertThat(mended()).isEqualTo(new Mending.Mended(Page.START, 16, 0, 0));
        assertThat(RedisState.read(resp)).isEqualTo(before);
        assertThat(get(held.keys(lease, Page.CHECK))).isInstanceOf(Page.Keys.class);
    }

    @Test
    void one_key_of_thousands_that_was_lost_is_missed() {
        for (int call = 0; call < 20; call++) {
            List<Parked> parked = new ArrayList<>();
            for (int i = 100 * call; i < 100 * (call + 1); i++) {
                parked.add(new Parked(EntryId.own(add("j" + i, "key " + i, "")), "key " + i));
            }
            assertThat(get(held.park(lease, parked, false))).isEqualTo(Parking.DONE);
        }
        assertThat(checked()).isEqualTo(new Page.Keys(Page.START, Map.of()));
        resp.call("HDEL", HELD, "key 777");
        assertThat(checked()).isEqualTo(new Page.Broken());
        assertThat(mended()).isEqualTo(new Mending.Mended(Page.START, 1, 0, 0));
        assertThat(checked()).isEqualTo(new Page.Keys(Page.START, Map.of()));
    }

    @Test
    void a_held_key_whose_jobs_were_lost_is_free_and_counts_as_lost() {
        get(held.fail(lease, JobPlace.inStream(add(1).get(0)), KEY, Seed.failed(1)));
        resp.call("DEL", HELD_JOBS);
        assertThat(get(held.advance(lease, KEY, null))).isEqualTo(new Advance.Fenced());
        assertThat(get(held.keys(lease, Page.CHECK))).isEqualTo(new Page.Broken());
        assertThat(mended()).isEqualTo(new Mending.Mended(Page.START, 0, 1, 0));
        assertThat(get(held.keys(lease, Page.CHECK))).isEqualTo(new Page.Keys(Page.START, Map.of()));
        assertThat(resp.number("EXISTS", HELD, ATTEMPTS)).isZero();
    }

    @Test
    void what_no_script_has_written_is_dropped_and_the_rest_stays() {
        park(KEY, add(9));
        Map<String, Object> before = RedisState.read(resp);
        String bundle = (String) resp.list("ZRANGE", HELD_JOBS, "0", "0").get(0);
        List<String> garbage = List.of(
                "x",
                "j" + "t".repeat(60),
                bundle.substring(0, bundle.length() - 1),
                "j" + bundle.substring(1),
                bundle + bundle.substring(bundle.indexOf('\0') + 1),
                bundle.substring(0, bundle.indexOf('\0') + 1) + '\u00a1');
        garbage.forEach(member -> resp.call("ZADD", HELD_JOBS, "0", member));
        assertThat(mended()).isEqualTo(new Mending.Mended(Page.START, 0, garbage.size(), 0));
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void bundles_count_as_all_of_their_jobs_for_the_limit_of_held_jobs() {
        resp.call("EVAL", "for i = 1, 512 do redis.call('ZADD', KEYS[1], 0, 'b' .. i) end", "1", HELD_JOBS);
        assertThat(get(held.park(lease, List.of(new Parked(EntryId.own(add("a", KEY, "b")), KEY)), false)))
                .isEqualTo(Parking.FULL);
        resp.call("DEL", HELD_JOBS);
    }

    /** Sorted as texts, places of all layouts, partitions and kinds stand in the order of their jobs. */
    @Test
    void members_are_sorted_as_the_texts_of_their_places() {
        Random random = new Random(1);
        List<String> places = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            places.add(String.format(
                    "%010d%s%020d-%020d:%d",
                    1 + random.nextInt(random.nextBoolean() ? 3 : Integer.MAX_VALUE - 1),
                    random.nextInt(4) == 0 ? ";" : ":",
                    new BigInteger(1 + random.nextInt(64), random),
                    new BigInteger(random.nextInt(65), random),
                    random.nextInt(1 + random.nextInt(1024))));
        }
        String functions = Script.ADVANCE
                .source()
                .substring(
                        Script.ADVANCE.source().indexOf("local BUNDLE"),
                        Script.ADVANCE.source().indexOf("local lease"));
        List<String> command = new ArrayList<>(List.of("EVAL", functions + """
                local places = {}
                for _, place in ipairs(ARGV) do
                  redis.call('ZADD', KEYS[1], 0, line_of(tag_of('k'), place) .. cmsgpack.pack({'a', 'b'}))
                end
                for i, member in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
                  places[i] = place_in(member)
                end
                return places""", "1", "test:order"));
        command.addAll(places);
        List<?> sorted = resp.list(command.toArray(String[]::new));
        assertThat(sorted.stream().map(String::valueOf))
                .containsExactlyElementsOf(places.stream().sorted().distinct().toList());
        resp.call("DEL", "test:order");
    }

    private StreamId add(String id, String key, String body) {
        return StreamId.parse(
                resp.text("XADD", STREAM, "*", "id", id, "key", key, "ts", "1700000000001", "body", body));
    }

    private List<StreamId> add(int jobs) {
        return IntStream.range(0, jobs).mapToObj(i -> add("j" + i, KEY, "b")).toList();
    }

    private void park(String key, List<StreamId> ids) {
        assertThat(get(held.park(
                        lease,
                        ids.stream().map(id -> new Parked(EntryId.own(id), key)).toList(),
                        false)))
                .isEqualTo(Parking.DONE);
    }

    private Advance.Next first() {
        return (Advance.Next) get(held.advance(lease, KEY, null));
    }

    /** The ids of the key's jobs, each done when it was read. */
    private List<String> drained() {
        List<String> ids = new ArrayList<>();
        Advance advance = get(held.advance(lease, KEY, null));
        while (advance instanceof Advance.Next next) {
            ids.add(((Entry.Decoded) next.entry()).job().id().value());
            advance = get(held.advance(lease, KEY, next.place()));
        }
        return ids;
    }

    private static List<String> names(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "j" + i).toList();
    }

    private long jobs(String key) {
        return get(store.heldKeys().find(P, key)).keys().get(0).jobs();
    }

    private long status() {
        get(store.layouts().createIfAbsent(QUEUE, 4, KeyHash.XXH64));
        PartitionStatus status = ((QueueStatus.Present) get(store.inspector().queue(QUEUE)))
                .partitions()
                .get(P.index());
        return ((PartitionStatus.Read) status).held();
    }

    /** The last page, without its keys, or the one that told of something lost. */
    private Page checked() {
        Page page = get(held.keys(lease, Page.CHECK));
        int pages = 1;
        while (page instanceof Page.Keys keys && !keys.cursor().equals(Page.START)) {
            page = get(held.keys(lease, keys.cursor()));
            pages++;
        }
        assertThat(pages).isGreaterThan(2);
        return page instanceof Page.Keys keys ? new Page.Keys(keys.cursor(), Map.of()) : page;
    }

    private Mending mended() {
        Mending.Mended all = new Mending.Mended(Page.START, 0, 0, 0);
        do {
            Mending.Mended page = (Mending.Mended) get(held.mend(lease, all.cursor()));
            all = new Mending.Mended(
                    page.cursor(),
                    all.putBack() + page.putBack(),
                    all.lost() + page.lost(),
                    all.buried() + page.buried());
        } while (!all.cursor().equals(Page.START));
        return all;
    }
}
