package io.qbull.ops.why;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.JobId;
import io.qbull.ops.why.Answer.Finding;
import io.qbull.ops.why.DrawnQueue.DrawnJob;
import io.qbull.ops.why.DrawnQueue.DrawnKey;
import io.qbull.ops.why.DrawnQueue.DrawnPartition;
import io.qbull.ops.why.DrawnQueueOracle.Expected;
import io.qbull.store.Store;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random queues in a real Redis, asked about as a whole, by partition, by key and by job. An oracle that knows only what was drawn says
 * what must be answered. {@code -Dseed=N} replays, {@code -Dqbull.size.why.situations=N} tries more.
 */
@Tag("redis")
class WhySituationsTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int SITUATIONS = Size.of("why.situations", 40, 1_000);

    private static final int KINDS = 20;

    private Resp resp;
    private Store store;
    private final Set<String> kinds = new TreeSet<>();
    private int questions;
    /** The queue is in Redis as it was drawn. */
    private volatile boolean written;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
        store = REDIS.store();
    }

    @AfterEach
    void unlimited() {
        resp.call("CONFIG", "SET", "maxmemory", "0");
    }

    @Test
    void random_queues_are_explained_as_by_the_oracle() {
        long seed = Long.getLong("seed", System.nanoTime());
        for (int n = 0; n < SITUATIONS; n++) {
            situation(seed + n);
        }
        System.out.println(SITUATIONS + " situations, " + questions + " questions, seed " + seed + ": " + kinds);
        // Few situations may lack one or the other.
        assertThat(kinds).as("that came up, seed %d", seed).hasSizeGreaterThan(SITUATIONS < 500 ? 13 : KINDS - 1);
    }

    private void situation(long seed) {
        Random random = new Random(seed);
        DrawnQueue queue = new DrawnQueue(random);
        DrawnQueueOracle oracle = new DrawnQueueOracle(queue);
        written = false;
        String which = "-Dseed=" + seed + " " + queue + "\n";
        ask(which, queue, "all", Scope.ALL, oracle.ofQueue());
        for (DrawnPartition each : queue.partitions) {
            ask(
                    which,
                    queue,
                    "partition " + each.index,
                    new Scope(each.index, null, null),
                    oracle.ofPartition(each.index));
        }
        for (int n = 0; n < 2; n++) {
            String key = keys(queue).get(random.nextInt(keys(queue).size()));
            ask(which, queue, "key " + key, new Scope(null, key, null), oracle.ofKey(key));
        }
        for (int n = 0; n < 3; n++) {
            String id = ids(queue).get(random.nextInt(ids(queue).size()));
            ask(which, queue, "job " + id, new Scope(null, null, new JobId(id)), oracle.ofJob(id));
        }
    }

    private static List<String> keys(DrawnQueue queue) {
        Stream<String> keys = queue.partitions.stream()
                .flatMap(each -> Stream.concat(
                        each.held.stream().map(DrawnKey::key),
                        Stream.of(each.stream, each.delayed, each.dead)
                                .flatMap(List::stream)
                                .map(DrawnJob::key)));
        return Stream.concat(keys, Stream.of("nobody's", queue.firstKey)).toList();
    }

    private static List<String> ids(DrawnQueue queue) {
        Stream<String> ids = queue.partitions.stream()
                .flatMap(each -> Stream.of(
                                each.held.stream().flatMap(key -> key.ids().stream()),
                                Stream.of(each.stream, each.delayed, each.dead)
                                        .flatMap(List::stream)
                                        .map(DrawnJob::id),
                                each.done.stream())
                        .flatMap(same -> same));
        return Stream.concat(ids, Stream.of("never")).toList();
    }

    /** Each question finds the queue as it was drawn. */
    private void ask(String which, DrawnQueue queue, String what, Scope scope, List<Expected> expected) {
        if (!written) {
            write(queue);
        }
        Why why = new Why(store, () -> {
            queue.partitions.stream().filter(each -> each.moves).forEach(each -> {
                DrawnQueueWriter.move(resp, each);
                written = false;
            });
            return CompletableFuture.completedStage(null);
        });
        List<Finding> findings =
                get(why.ask(DrawnQueue.QUEUE, scope)).orElseThrow().findings();
        questions++;
        String said = which + "asked about " + what + "\n expected " + expected + "\n but was  "
                + findings.stream().map(Finding::text).toList();
        List<Expected> found = new ArrayList<>();
        for (Finding each : findings) {
            List<Integer> partitions = each.partitions().isEmpty() ? List.of(-1) : each.partitions();
            partitions.forEach(index -> found.add(
                    new Expected(each.cause().kind(), index, each.cause().sentence())));
            kinds.add(each.cause().kind());
        }
        List<Expected> sorted = new ArrayList<>(expected);
        if (scope.equals(Scope.ALL)) {
            // The weight counts within a partition, and what is so in several is said once.
            Comparator<Expected> order = Comparator.comparing(Expected::partition)
                    .thenComparing(Expected::kind)
                    .thenComparing(Expected::text);
            found.sort(order);
            sorted.sort(order);
        }
        assertThat(found).as(said).hasSameSizeAs(sorted);
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).kind()).as(said).isEqualTo(sorted.get(i).kind());
            assertThat(found.get(i).partition())
                    .as(said)
                    .isEqualTo(sorted.get(i).partition());
            assertThat(found.get(i).text()).as(said).contains(sorted.get(i).text());
        }
    }

    private void write(DrawnQueue queue) {
        resp.call("CONFIG", "SET", "maxmemory", "0");
        resp.call("FLUSHALL");
        new DrawnQueueWriter(resp, store).write(queue);
        if (queue.full) {
            resp.call("CONFIG", "SET", "maxmemory", "100000");
        }
        written = true;
    }
}
