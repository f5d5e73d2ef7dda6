package io.qbull.engine;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Delivery;
import io.qbull.model.Due;
import io.qbull.model.Enqueued;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.store.redis.schema.Keys;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Retries;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What happens when somebody deletes or empties one key of a partition, or puts a value of another type there: the partition goes on by
 * itself, or one line names the key and what a person must do, and then it goes on. Each row of the table is a partition of its own.
 */
@Tag("redis")
class LostKeysTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final QueueName QUEUE = TestPod.QUEUE;

    private enum Damage {
        DELETED,
        EMPTIED,
        OF_ANOTHER_TYPE
    }

    /**
     * One key of one partition.
     *
     * @param key name of the method of {@link Keys}
     * @param held whether the job that was held at the time runs all the same
     * @param delayed whether the job that was delayed at the time still waits for its time
     */
    private record Row(String key, Damage damage, boolean held, boolean delayed) {}

    private static final List<Row> TABLE = List.of(
            new Row("stream", Damage.DELETED, true, true),
            new Row("stream", Damage.EMPTIED, true, true),
            new Row("stream", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("lease", Damage.DELETED, true, true),
            new Row("lease", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("dead", Damage.DELETED, true, true),
            new Row("dead", Damage.EMPTIED, true, true),
            new Row("dead", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("held", Damage.DELETED, true, true),
            new Row("held", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("heldJobs", Damage.DELETED, false, true),
            new Row("heldJobs", Damage.OF_ANOTHER_TYPE, false, true),
            new Row("inbox", Damage.DELETED, true, true),
            new Row("inbox", Damage.EMPTIED, true, true),
            new Row("inbox", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("delayed", Damage.DELETED, true, true),
            new Row("delayed", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("delayedJobs", Damage.DELETED, true, false),
            new Row("delayedJobs", Damage.OF_ANOTHER_TYPE, true, false),
            new Row("delayedIds", Damage.DELETED, true, true),
            new Row("delayedIds", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("seen", Damage.DELETED, true, true),
            new Row("seen", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("attempts", Damage.DELETED, true, true),
            new Row("attempts", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("call", Damage.DELETED, true, true),
            new Row("call", Damage.EMPTIED, true, true),
            new Row("call", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("source", Damage.DELETED, true, true),
            new Row("source", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("seal", Damage.DELETED, true, true),
            new Row("seal", Damage.EMPTIED, true, true),
            new Row("seal", Damage.OF_ANOTHER_TYPE, true, true),
            new Row("started", Damage.DELETED, true, true),
            new Row("started", Damage.EMPTIED, true, true),
            new Row("started", Damage.OF_ANOTHER_TYPE, true, true));
    /** Only a queue that is or was resized has them, so that there is nothing to lose in this one. */
    private static final Set<String> OF_A_RESIZE = Set.of("moved", "staged", "segment", "letters", "rerouted");

    private static final int P = TABLE.size();
    private static final Layout LAYOUT = new Layout(1, P);

    /** Bodies of the jobs that ran to their end, each with its key. */
    private final Set<String> done = ConcurrentHashMap.newKeySet();

    private final Set<String> ran = ConcurrentHashMap.newKeySet();

    private final Resp redis = REDIS.resp();
    private volatile boolean failing = true;

    /** What is left breaks the rules of the keys on purpose. */
    @AfterEach
    void flush() {
        try (Resp resp = REDIS.server().connect()) {
            resp.call("FLUSHALL");
        }
    }

    @Test
    void the_table_has_every_key_of_a_partition() {
        assertThat(TABLE.stream().map(Row::key).collect(Collectors.toSet()))
                .isEqualTo(Arrays.stream(Keys.class.getMethods())
                        .filter(method -> Modifier.isStatic(method.getModifiers()))
                        .filter(method -> method.getReturnType() == String.class)
                        .filter(method -> method.getParameterTypes()[0] == PartitionId.class)
                        .map(Method::getName)
                        .filter(key -> !OF_A_RESIZE.contains(key))
                        .collect(Collectors.toSet()));
    }

    @Test
    void held_jobs_of_other_programs_keep_their_keys() {
        PartitionId partition = partition(0);
        String stream = Keys.stream(partition);
        List<String> keys = new ArrayList<>();
        try (CapturedLog log = new CapturedLog();
                TestPod pod = new TestPod("a", 1, REDIS.store())) {
            pod.consume(
                    1, Duration.ofSeconds(60), Retries.of(1_000_000, Duration.ofMillis(300)), (delivery, outcome) -> {
                        if (failing) {
                            outcome.failed(Failure.of("not yet"));
                        } else {
                            done.add(delivery.job().key());
                            outcome.completed();
                        }
                    });
            await().until(() -> redis.number("EXISTS", Keys.lease(partition)) == 1);
            keys.add(redis.text("XADD", stream, "*", "key", "abc", "body", "x", "src", "y"));
            for (String original : List.of(
                    "{\"job_id\":\"1\",\"to\":\"t\"}", "{\"job_id\":\"j\"}", "{\"job_id\":\"2\",\"partition_id\":7}")) {
                redis.call("XADD", stream, "*", "job", original);
            }
            keys.addAll(List.of("t", "j", "7"));
            get(pod.node
                    .enqueue(newJob(0, "delayed", "delayed").due(new Due.In(Duration.ofHours(1))), TestPod.ENQUEUE)
                    .toCompletableFuture());
            await().until(() -> redis.number("ZCARD", Keys.heldJobs(partition)) == keys.size());

            for (String lost : List.of(Keys.delayed(partition), Keys.held(partition))) {
                redis.call("DEL", lost);
                redis.call("HSET", Keys.lease(partition), "expires", "0");
                await(lost)
                        .until(() -> redis.number("ZCARD", Keys.heldJobs(partition)) == keys.size()
                                && redis.number("HLEN", Keys.held(partition)) == keys.size()
                                && redis.number("ZCARD", Keys.delayed(partition)) == 1);
            }
            failing = false;
            await().until(() -> done.equals(Set.copyOf(keys)));
            assertThat(redis.number("XLEN", Keys.dead(partition))).isZero();
            assertThat(log.lines("were lost in Redis")).allMatch(line -> line.contains(" 0 are dead letters"));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_partition_goes_on_or_a_line_says_what_to_do(boolean whileAPodWorks) {
        try (CapturedLog log = new CapturedLog();
                TestPod first = pod("a")) {
            each(p -> prepare(first, p));
            awaitPrepared();
            if (whileAPodWorks) {
                damage(first, first, log);
            } else {
                get(first.node.drain());
                try (TestPod second = new TestPod("b", P, REDIS.store())) {
                    damage(first, second, log);
                }
            }
        }
    }

    private void damage(TestPod producer, TestPod consumer, CapturedLog log) {
        each(this::damage);
        if (!consumer.node.status().consuming()) {
            consume(consumer);
        }
        failing = false;
        List<List<CompletableFuture<?>>> added = new ArrayList<>();
        each(p -> added.add(probe(producer, p, "probe")));
        // Step by step for all rows, so that they recover side by side.
        each(p -> {
            if (ofAnotherType(p)) {
                String key = key(p);
                await(TABLE.get(p).toString())
                        .until(() -> named(log, key) || refusals(added.get(p)).contains(key));
                redis.call("DEL", key);
            }
        });
        each(p -> {
            if (ofAnotherType(p)) {
                await(TABLE.get(p).toString()).until(() -> added(probe(producer, p, "again")));
            } else {
                assertThat(added(added.get(p))).as("%s", TABLE.get(p)).isTrue();
            }
        });
        each(p -> awaitDone(p, ofAnotherType(p) ? "again" : "probe"));
        each(p -> {
            Row row = TABLE.get(p);
            if (row.held()) {
                await(row + ": held").until(() -> done.contains(job(p, "held", "held")));
            }
            await(row + ": delayed")
                    .until(() -> redis.number("HLEN", tagged(p, "delayed:jobs")) == (row.delayed() ? 1 : 0)
                            && redis.number("ZCARD", tagged(p, "delayed")) == (row.delayed() ? 1 : 0));
        });
    }

    private static boolean ofAnotherType(int p) {
        return TABLE.get(p).damage() == Damage.OF_ANOTHER_TYPE;
    }

    /** Something lies under every key of the partition afterwards. */
    private void prepare(TestPod pod, int p) {
        pod.node
                .enqueue(newJob(p, "held", "held"), TestPod.ENQUEUE)
                .toCompletableFuture()
                .join();
        pod.node
                .enqueue(newJob(p, "delayed", "delayed").due(new Due.In(Duration.ofHours(1))), TestPod.ENQUEUE)
                .toCompletableFuture()
                .join();
        assertThat(added(List.of(record(pod, p, 0)))).isTrue();
        // It looks like a job and has no body, so it is buried.
        redis.call("XADD", Keys.stream(partition(p)), "*", "id", "x", "key", "k");
    }

    private void awaitPrepared() {
        each(p -> await(TABLE.get(p).toString())
                .until(() -> redis.number("XLEN", tagged(p, "dead")) == 1
                        && redis.number("ZCARD", tagged(p, "held:jobs")) == 1
                        && redis.number("EXISTS", key(p)) == 1));
    }

    private void damage(int p) {
        String key = key(p);
        switch (TABLE.get(p).damage()) {
            case DELETED -> redis.call("DEL", key);
            case EMPTIED -> {
                if (redis.text("TYPE", key).equals("stream")) {
                    redis.call("XTRIM", key, "MAXLEN", "0");
                } else {
                    redis.call("SET", key, "");
                }
            }
            case OF_ANOTHER_TYPE -> {
                redis.call("DEL", key);
                redis.call("RPUSH", key, "x");
            }
        }
    }

    /** Adds a job of each kind, so that every key is used. */
    private List<CompletableFuture<?>> probe(TestPod pod, int p, String name) {
        List<CompletableFuture<?>> added = new ArrayList<>();
        added.add(pod.node.enqueue(newJob(p, name, "now"), TestPod.ENQUEUE).toCompletableFuture());
        added.add(
                pod.node.enqueue(newJob(p, name, "fails once"), TestPod.ENQUEUE).toCompletableFuture());
        Due soon = new Due.In(Duration.ofMillis(200));
        added.add(pod.node
                .enqueue(newJob(p, name, "soon").due(soon), TestPod.ENQUEUE)
                .toCompletableFuture());
        added.add(record(pod, p, name.length()));
        try {
            redis.call("XADD", Keys.stream(partition(p)), "*", "id", "x", "key", "k");
        } catch (Resp.ErrorReply ofAnotherType) {
            assertThat(TABLE.get(p).key()).isEqualTo("stream");
        }
        return added;
    }

    private CompletableFuture<Enqueued> record(TestPod pod, int p, int offset) {
        SourceId ownSource = new SourceId("s" + p);
        return pod.open(ownSource, 0).thenCompose(feed -> feed.add(offset, newJob(p, "record", "record " + offset)));
    }

    private void awaitDone(int p, String name) {
        await(TABLE.get(p) + ": " + name)
                .until(() ->
                        Stream.of("now", "fails once", "soon").allMatch(body -> done.contains(job(p, name, body))));
    }

    private static boolean added(List<CompletableFuture<?>> jobs) {
        return jobs.stream()
                .allMatch(job -> job.handle((done, failure) -> failure == null).join());
    }

    private static String refusals(List<CompletableFuture<?>> jobs) {
        return jobs.stream()
                .map(job ->
                        job.handle((done, failure) -> String.valueOf(failure)).getNow(""))
                .collect(Collectors.joining());
    }

    private static boolean named(CapturedLog log, String key) {
        String line = key + " is of type list instead of ";
        String ofALease = "is not acquired until a person removes or repairs " + key;
        return log.warnings().stream().anyMatch(each -> each.contains(line) || each.contains(ofALease));
    }

    private TestPod pod(String name) {
        TestPod pod = new TestPod(name, P, REDIS.store());
        consume(pod);
        return pod;
    }

    private void consume(TestPod pod) {
        JobHandler handler = (delivery, outcome) -> {
            boolean first = ran.add(job(delivery));
            String body = TestPod.body(delivery);
            if ((failing && body.equals("held")) || (first && body.equals("fails once"))) {
                outcome.failed(Failure.of("not yet"));
            } else {
                done.add(job(delivery));
                outcome.completed();
            }
        };
        pod.consume(P, Duration.ofSeconds(60), Retries.of(1_000_000, Duration.ofMillis(300)), handler);
    }

    private static NewJob newJob(int p, String name, String body) {
        String key = keyIn(p, name);
        JobId id = new JobId(key + "/" + body);
        return new NewJob(id, true, key, body.getBytes(StandardCharsets.UTF_8), "text/plain", Map.of());
    }

    private static String job(int p, String name, String body) {
        return keyIn(p, name) + "/" + body;
    }

    private static String job(Delivery delivery) {
        return delivery.job().key() + "/" + TestPod.body(delivery);
    }

    private static String keyIn(int p, String name) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> name + "-" + i)
                .filter(key -> LAYOUT.indexOf(KeyHash.XXH64, key) == p)
                .findFirst()
                .orElseThrow();
    }

    private static PartitionId partition(int p) {
        return new PartitionId(QUEUE, p);
    }

    private static String tagged(int p, String what) {
        return "{" + partition(p) + "}:" + what;
    }

    /** The key of the row, in its own partition. Producers and sources have names of their own. */
    private String key(int p) {
        String method = TABLE.get(p).key();
        String pattern = switch (method) {
            case "stream" -> partition(p).toString();
            case "call", "source" -> tagged(p, method + ":*");
            default -> tagged(p, method.replaceAll("([A-Z])", ":$1").toLowerCase(Locale.ROOT));
        };
        List<?> found = redis.list("KEYS", pattern);
        return found.isEmpty() ? pattern : (String) found.get(0);
    }

    private static void each(IntConsumer action) {
        IntStream.range(0, P).forEach(action);
    }
}
