package io.qbull.ops.why;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.StreamId;
import io.qbull.model.why.Cause;
import io.qbull.model.why.JobCause;
import io.qbull.model.why.LeaseCause;
import io.qbull.model.why.ResizeBarrier;
import io.qbull.model.why.Resizing;
import io.qbull.ops.why.Answer.Finding;
import io.qbull.store.Examiner;
import io.qbull.store.JobLog;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.Store;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.StubMover;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people see of jobs that move, or have moved, by a resize. */
@Tag("redis")
class MovedJobsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final QueueName QUEUE = new QueueName("Q");
    private static final PartitionId ZERO = new PartitionId(QUEUE, 0);
    private static final PartitionId ONE = new PartitionId(QUEUE, 1);
    private static final Layout FIRST = new Layout(1, 2);
    private static final JobId WANTED = new JobId("wanted");
    private static final Duration TTL = Duration.ofSeconds(30);
    /** A key of partition 1 as long as there are two. */
    private static final String KEY = key(1, 2);

    private RedisStore store;
    private Resp resp;
    private int calls;

    @BeforeEach
    void create() {
        store = REDIS.store();
        resp = REDIS.resp();
        get(store.layouts().createIfAbsent(QUEUE, FIRST.partitions(), KeyHash.XXH64));
    }

    @Test
    void jobs_that_have_moved_are_listed_in_the_order_of_the_log_with_the_place_from_which_they_came() {
        resp.call("HSET", "{Q:1}:staged", "3:0", "9 9-1", "2:10", "9 9-1", "2:5", "9 9-1", "2:7", "");
        resp.call("XADD", "Q:1", "90000000-1", "@marker", "3 4 2");
        add("Q:1", "90000000-2", "own");
        add("{Q:1}:staged:3:0", "80000000-1", "third");
        add("{Q:1}:staged:2:10", "80000000-1", "second");
        add("{Q:1}:staged:2:5", "80000000-1", "held", "@k", "h", "@place", place(70_000_000));
        add("{Q:1}:staged:2:5", "80000000-2", "first");
        assertThat(lines(peek(1, 100)))
                .containsExactly("held 2:5 0", "first 2:5 1", "second 2:10 2", "third 3:0 3", "own  4");
        assertThat(lines(peek(1, 3))).containsExactly("held 2:5 0", "first 2:5 1", "second 2:10 2");
        assertThat(lines(find(null, "third"))).containsExactly("third 3:0 3");
        assertThat(lines(find(KEY, "own"))).containsExactly("own  4");
        assertThat(lines(find(KEY, null))).hasSize(5);
        Jobs.Shown second = find(KEY, "second");
        assertThat(JobsJson.of(second).get("jobs").get(0))
                .hasToString("{\"partition\":1,\"where\":\"moved\",\"id\":\"second\",\"key\":\"" + KEY
                        + "\",\"added\":60000000,\"before\":2,\"movedFrom\":10,\"layout\":2}");
        assertThat(JobsTable.of(second).lines().toList().get(1))
                .isEqualTo(String.format(
                        Locale.ROOT,
                        "        1  moved          2  1970-01-01T16:40:00Z  %-37s %-25s from partition 10 for layout 2",
                        "second",
                        KEY));
        assertThat(JobsJson.of(find(KEY, "own")).get("jobs").get(0).get("movedFrom"))
                .isNull();
        // What was written here is no more than people read.
        resp.call("FLUSHALL");
    }

    @Test
    void a_long_log_is_read_page_by_page_through_all_of_its_streams() {
        resp.call("HSET", "{Q:1}:staged", "2:5", "9 9-1", "3:0", "9 9-1");
        IntStream.range(0, 230).forEach(n -> add("{Q:1}:staged:2:5", "*", "a" + n));
        IntStream.range(0, 20).forEach(n -> add("{Q:1}:staged:3:0", "*", "b" + n));
        IntStream.range(0, 230).forEach(n -> resp.call("XADD", "Q:1", "*", "@marker", n + " 1 2"));
        add("Q:1", "*", "last");
        List<String> found =
                lines(get(new Jobs(store).find(QUEUE, KEY, null, 1000)).orElseThrow());
        assertThat(found)
                .containsExactlyElementsOf(Stream.of(
                                IntStream.range(0, 230).mapToObj(n -> "a" + n + " 2:5 " + n),
                                IntStream.range(0, 20).mapToObj(n -> "b" + n + " 3:0 " + (230 + n)),
                                Stream.of("last  250"))
                        .flatMap(part -> part)
                        .toList());
        resp.call("DEL", "{Q:1}:staged", "{Q:1}:staged:2:5", "{Q:1}:staged:3:0");
        assertThat(lines(peek(1, 1))).as("behind nothing but markers").containsExactly("last  0");
        resp.call("FLUSHALL");
    }

    @Test
    void a_job_that_has_not_left_its_old_partition_yet_is_found_there() {
        String key = IntStream.range(0, 1000)
                .mapToObj(n -> "key" + n)
                .filter(each -> index(each, 2) == 1 && index(each, 5) == 4)
                .findFirst()
                .orElseThrow();
        enqueue(key);
        Resize grow = new Resize(2, 2, 5);
        assertThat(get(store.resize().intend(QUEUE, FIRST, 5))).isNotNull();
        makeCurrent(grow);
        for (Jobs.Shown shown : List.of(find(key, null), find(null, "wanted"), find(key, "wanted"), peek(1, 1))) {
            assertThat(shown.jobs())
                    .singleElement()
                    .satisfies(job -> assertThat(job.partition()).isEqualTo(ONE));
        }
        assertThat(causes(new Scope(null, key, WANTED)))
                .hasExactlyElementsOfTypes(LeaseCause.NoConsumer.class, ResizeBarrier.class, Resizing.class);
    }

    @Test
    void jobs_in_a_partition_that_only_an_earlier_layout_has_are_seen() {
        enqueue(KEY);
        get(store.resize().intend(QUEUE, FIRST, 1));
        makeCurrent(new Resize(2, 2, 1));
        for (Jobs.Shown shown : List.of(find(KEY, null), find(null, "wanted"), peek(1, 1), peek(null, 1))) {
            assertThat(shown.jobs())
                    .singleElement()
                    .satisfies(job -> assertThat(job.partition()).isEqualTo(ONE));
        }
        for (Scope scope : List.of(Scope.ALL, new Scope(1, null, null), new Scope(null, KEY, null))) {
            assertThat(causes(scope))
                    .hasExactlyElementsOfTypes(LeaseCause.NoConsumer.class, ResizeBarrier.class, Resizing.class);
        }
        assertThat(get(new Jobs(store).next(QUEUE, 2, 1))).isEmpty();
        assertThat(get(why(store).ask(QUEUE, new Scope(2, null, null)))).isEmpty();
    }

    @Test
    void a_job_that_was_done_before_a_resize_is_known_as_done_after_it() {
        Lease lease = ((Acquisition.Granted)
                        get(store.leases().acquire(ONE, new LeaseOwner(new PodId("p"), "1"), TTL, 1)))
                .lease();
        get(store.jobs().commit(lease, List.of(EntryId.own(enqueue(KEY)))));
        get(store.leases().release(lease, 0));
        Scope byId = new Scope(null, null, WANTED);
        Scope byKey = new Scope(null, KEY, WANTED);
        JobCause.Done done = new JobCause.Done("wanted");
        for (Scope scope : List.of(byId, byKey)) {
            assertThat(causes(scope)).containsExactly(done);
        }
        Resize shrink = new Resize(2, 2, 1);
        get(store.resize().intend(QUEUE, FIRST, 1));
        makeCurrent(shrink);
        new StubMover(store, QUEUE).moveAll(shrink);
        get(store.resize().start(ZERO, 2));
        for (Scope scope : List.of(byId, byKey)) {
            assertThat(causes(scope)).containsExactly(done);
        }
        resp.call("DEL", "{Q:1}:seen");
        for (Scope scope : List.of(byId, byKey)) {
            assertThat(causes(scope)).hasExactlyElementsOfTypes(JobCause.Nothing.class);
        }
    }

    @Test
    void a_job_that_moves_while_it_is_looked_for_does_not_count_as_done() {
        StreamId job = enqueue(KEY);
        resp.call("XDEL", "Q:1", job.toString());
        Examiner moving = around(Examiner.class, store.examiner(), "knows", (arguments, real) -> {
            resp.call("HSET", "{Q:1}:staged", "2:0", "9 9-1");
            add("{Q:1}:staged:2:0", "*", "wanted");
            return real.call();
        });
        assertThat(causes(with(moving), new Scope(null, KEY, WANTED)))
                .hasExactlyElementsOfTypes(LeaseCause.NoConsumer.class);
        resp.call("FLUSHALL");
    }

    /** A job is in its new partition before it leaves the old one. */
    @Test
    void what_a_key_leaves_is_read_before_what_it_goes_to() {
        String key = key(4, 5);
        int home = index(key, 2);
        resp.call("HSET", "{Q}:layout", "version", "3", "v1", "2 1 0", "v2", "5 1 0");
        List<String> events = Collections.synchronizedList(new ArrayList<>());
        Examiner watched = around(Examiner.class, store.examiner(), "log", (arguments, real) -> {
            events.add("asks " + arguments[0]);
            return ((CompletionStage<?>) real.call())
                    .whenComplete((page, failure) -> events.add("knows " + arguments[0]));
        });
        get(new Jobs(with(watched)).find(QUEUE, key, null, 100));
        assertThat(events).containsExactly("asks Q:4", "knows Q:4", "asks Q:" + home, "knows Q:" + home);
        resp.call("FLUSHALL");
    }

    private Store with(Examiner examiner) {
        return around(Store.class, store, "examiner", (arguments, real) -> examiner);
    }

    /** Stands in for a method. */
    private interface Around {
        Object call(Object[] arguments, Callable<Object> real) throws Exception;
    }

    private static <T> T around(Class<T> type, T real, String name, Around around) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> method.getName().equals(name)
                        ? around.call(arguments, () -> method.invoke(real, arguments))
                        : method.invoke(real, arguments)));
    }

    private StreamId enqueue(String key) {
        NewJob job = new NewJob(WANTED, true, key, new byte[] {1}, "text/plain", Map.of());
        PartitionId partition = FIRST.partitionOf(QUEUE, KeyHash.XXH64, key);
        JobLog.Answer.Accepted accepted = (JobLog.Answer.Accepted) get(store.jobs()
                .enqueue(new JobLog.Call(partition, 1, "p#1", ++calls, List.of(job), Duration.ofMinutes(10))));
        return accepted.places().get(0).streamId();
    }

    private void makeCurrent(Resize resize) {
        IntStream.range(0, resize.from()).forEach(p -> get(store.resize().seal(new PartitionId(QUEUE, p), resize)));
        IntStream.range(0, resize.to()).forEach(p -> get(store.resize().open(new PartitionId(QUEUE, p), resize)));
        get(store.resize().makeCurrent(QUEUE, resize));
    }

    /** A job that was added a while ago. */
    private void add(String stream, String entry, String id, String... more) {
        List<String> command = new ArrayList<>(List.of("XADD", stream, entry));
        command.addAll(List.of("id", id, "key", KEY, "ts", "60000000", "body", "b"));
        command.addAll(List.of(more));
        resp.call(command.toArray(String[]::new));
    }

    private static String place(long millis) {
        return String.format(Locale.ROOT, "0000000001:%020d-%020d:5", millis, 0);
    }

    private static String key(int index, int partitions) {
        return IntStream.range(0, 1000)
                .mapToObj(n -> "k" + n)
                .filter(each -> index(each, partitions) == index)
                .findFirst()
                .orElseThrow();
    }

    private static int index(String key, int partitions) {
        return new Layout(1, partitions).indexOf(KeyHash.XXH64, key);
    }

    private Jobs.Shown peek(@Nullable Integer partition, int most) {
        return get(new Jobs(store).next(QUEUE, partition, most)).orElseThrow();
    }

    private Jobs.Shown find(@Nullable String key, @Nullable String id) {
        return get(new Jobs(store).find(QUEUE, key, id == null ? null : new JobId(id), 100))
                .orElseThrow();
    }

    private static List<String> lines(Jobs.Shown shown) {
        return shown.jobs().stream()
                .map(FoundJob.InStream.class::cast)
                .map(job -> job.job().id() + " " + job.segment() + " " + job.before())
                .toList();
    }

    private List<Cause> causes(Scope scope) {
        return causes(store, scope);
    }

    private static List<Cause> causes(Store store, Scope scope) {
        return get(why(store).ask(QUEUE, scope)).orElseThrow().findings().stream()
                .map(Finding::cause)
                .toList();
    }

    private static Why why(Store store) {
        return new Why(store, () -> CompletableFuture.completedStage(null));
    }
}
