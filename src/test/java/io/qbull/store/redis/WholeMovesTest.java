package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.P;
import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.config.RedisSettings;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.HeldJobs.Parking;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.OwnerAnswer;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.store.redis.schema.Script;
import io.qbull.testing.FaultyProxy;
import io.qbull.testing.QueueInvariants;
import io.qbull.testing.RedisServer;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever interrupts a script that moves a job: the whole move is done, or nothing. */
@Tag("redis")
class WholeMovesTest {
    private static final String KEY = "k";
    private static final Duration TIMEOUT = Duration.ofMillis(500);

    @TempDir
    private Path folder;

    private RedisServer redis;
    private Resp resp;

    /** A script that moves a job, in a partition with two held jobs of one key, two jobs in the stream and one delayed job. */
    private enum Move {
        FAIL((store, at) -> store.held().fail(at.lease, at.third, KEY, Seed.failed(2))),
        FAIL_AGAIN((store, at) -> store.held().fail(at.lease, at.first, KEY, new Failed(2, 2, 2, null, "no"))),
        PARK((store, at) -> store.held()
                .park(
                        at.lease,
                        List.of(new Parked(at.third.entry(), KEY), new Parked(at.fourth.entry(), "other")),
                        false)),
        ADVANCE((store, at) -> store.held().advance(at.lease, KEY, at.first)),
        SUSPECT((store, at) -> store.held().suspect(at.lease, at.third, KEY, Seed.crashes(4))),
        SUSPECT_HELD((store, at) -> store.held().suspect(at.lease, at.first, KEY, Seed.crashes(4))),
        BURY((store, at) -> store.jobs().bury(at.lease, at.third, KEY, Seed.burial("hopeless", 1))),
        BURY_HELD((store, at) -> store.jobs().bury(at.lease, at.first, KEY, Seed.burial("hopeless", 1))),
        RETRY((store, at) -> store.held().attend(at.lease, at.instruction, Action.RETRY)),
        DROP((store, at) -> store.held().attend(at.lease, at.instruction, Action.DROP)),
        PROMOTE((store, at) -> store.delayed().promote(at.lease, 10, 1000)),
        COMMIT((store, at) -> store.jobs().commit(at.lease, List.of(at.third.entry(), at.fourth.entry())));

        @SuppressWarnings("ImmutableEnumChecker") // Each is a call without a state.
        private final Act act;

        Move(Act act) {
            this.act = act;
        }
    }

    @FunctionalInterface
    private interface Act {
        CompletionStage<? extends OwnerAnswer> on(Store store, Scenery at);
    }

    private record Scenery(Lease lease, JobPlace first, JobPlace third, JobPlace fourth, Instruction instruction) {}

    @BeforeEach
    void start() {
        redis = RedisServer.start(
                "--dir", folder.toString(), "--auto-aof-rewrite-percentage", "0", "--appendfsync", "always");
        resp = redis.connect();
    }

    @AfterEach
    void stop() {
        resp.close();
        redis.close();
    }

    @ParameterizedTest
    @EnumSource
    void a_full_redis_carries_out_the_whole_move_or_refuses_to_park(Move move) {
        try (RedisStore store = RedisStore.open(redis.settings())) {
            Scenery free = seed(store);
            Map<String, Object> before = RedisState.read(resp);
            done(move, store, free);
            Map<String, Object> withRoom = RedisState.read(resp);
            assertThat(timeless(withRoom)).isNotEqualTo(timeless(before));
            resp.call("FLUSHALL");
            Scenery full = seed(store);
            Map<String, Object> asSeeded = RedisState.read(resp);
            resp.call("CONFIG", "SET", "maxmemory", "1");
            if (move == Move.PARK) {
                assertThat(get(move.act.on(store, full))).isEqualTo(Parking.FULL);
                assertThat(RedisState.read(resp)).isEqualTo(asSeeded);
            } else {
                done(move, store, full);
                assertThat(timeless(RedisState.read(resp))).isEqualTo(timeless(withRoom));
            }
            QueueInvariants.check(List.of(resp));
        }
    }

    @ParameterizedTest
    @EnumSource
    void after_a_lost_reply_a_repeat_adds_nothing(Move move) throws Exception {
        try (FaultyProxy proxy = new FaultyProxy(redis.port());
                RedisStore store = RedisStore.open(new RedisSettings(proxy.uri(), TIMEOUT))) {
            Scenery at = seed(store);
            for (Script script : Script.values()) {
                resp.call("SCRIPT", "LOAD", script.source());
            }
            Map<String, Object> before = RedisState.read(resp);
            CountDownLatch lost = proxy.loseReplyTo(Seed.EPOCH);
            assertThat(failure(move.act.on(store, at))).isInstanceOf(StoreException.Unavailable.class);
            assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
            Map<String, Object> once = RedisState.read(resp);
            assertThat(once).as("it did run").isNotEqualTo(before);
            await("reconnected").ignoreExceptions().until(() -> {
                get(store.leases().peek(List.of(P)));
                return true;
            });
            done(move, store, at);
            assertThat(RedisState.read(resp)).isEqualTo(once);
            QueueInvariants.check(List.of(resp));
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_redis_that_dies_while_it_logs_a_move_has_none_of_it(Move move) throws IOException {
        Map<String, Object> before;
        long known;
        try (RedisStore store = RedisStore.open(redis.settings())) {
            Scenery at = seed(store);
            before = RedisState.read(resp);
            known = Files.size(written());
            done(move, store, at);
        }
        redis.kill();
        long all = Files.size(written());
        assertThat(all).isGreaterThan(known);
        try (FileChannel file = FileChannel.open(written(), StandardOpenOption.WRITE)) {
            file.truncate(all - 3);
        }
        redis.restart();
        resp.close();
        resp = redis.connect();
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    /** The file to which the server appends. */
    private Path written() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".aof"))
                    .sorted()
                    .reduce((one, other) -> other)
                    .orElseThrow();
        }
    }

    private Scenery seed(Store store) {
        Seed seed = new Seed(resp);
        Lease lease = seed.held();
        StreamId first = seed.job("a", "1");
        StreamId second = seed.job("b", "2");
        JobPlace third = JobPlace.inStream(seed.job("c", "3"));
        JobPlace fourth = JobPlace.inStream(seed.job("d", "4"));
        get(store.held().fail(lease, JobPlace.inStream(first), KEY, Seed.failed(1)));
        get(store.held().park(lease, List.of(new Parked(EntryId.own(second), KEY)), false));
        get(store.held().suspect(lease, third, KEY, Seed.crashes(1)));
        resp.call("ZADD", Seed.DELAYED, "1", "m1");
        resp.call("ZADD", "{Q:3}:delayed:ids", "0", "e\0m1");
        resp.call(
                "EVAL",
                "redis.call('HSET', KEYS[1], 'm1', cmsgpack.pack({'e', {'id', 'e', 'key', 'k', 'ts', '1700000000001', 'body', '5'}}))",
                "1",
                "{Q:3}:delayed:jobs");
        String request = resp.text("XADD", Seed.INBOX, "*", "verb", "retry", "key", KEY);
        JobPlace head = ((Advance.Next) get(store.held().advance(lease, KEY, null))).place();
        return new Scenery(lease, head, third, fourth, new Instruction(StreamId.parse(request), "retry", KEY, ""));
    }

    private static void done(Move move, Store store, Scenery at) {
        assertThat(get(move.act.on(store, at)).fenced()).isFalse();
    }

    /** Without what differs from run to run. */
    private static String timeless(Map<String, Object> state) {
        return state.toString().replaceAll("\\d{13,}([-\\p{Cntrl}]\\d+)?", "T");
    }
}
