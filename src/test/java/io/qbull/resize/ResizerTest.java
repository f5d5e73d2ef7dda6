package io.qbull.resize;

import static io.qbull.testing.Waiting.failure;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.qbull.model.Causes;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.resize.Resizer.Beginning;
import io.qbull.store.JobLog;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.store.Store;
import io.qbull.store.StoreException;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.RedisState;
import io.qbull.testing.Resp;
import io.qbull.testing.StubMover;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Resizes by real scripts. The partitions are empty, or nobody moves their jobs. */
@Tag("redis")
class ResizerTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final QueueName QUEUE = new QueueName("Q");

    private final Resp resp = REDIS.resp();
    private Store store;
    private Resizer resizer;
    private StubMover mover;

    @BeforeEach
    void create() {
        store = REDIS.store();
        resizer = resizer(store.resize());
        mover = new StubMover(store, QUEUE);
        get(store.layouts().createIfAbsent(QUEUE, 2, KeyHash.XXH64));
    }

    private Resizer resizer(ResizeTable table) {
        return new Resizer(table, new Headroom(store.examiner()));
    }

    private List<PartitionStage> stages(ResizeStatus status) {
        return status.partitions().stream().map(PartitionState::stage).toList();
    }

    private static PartitionStage stage(int version, boolean open, int started, int moved) {
        return new PartitionStage(new SealState(version, open), started, moved);
    }

    @Test
    void a_resize_goes_as_far_as_it_can_without_owners_and_ends_when_all_have_moved() {
        Resize grow = new Resize(2, 2, 4);
        ResizeStatus begun = ((Beginning.UnderWay) get(resizer.begin(QUEUE, 4))).status();
        assertThat(begun.current()).isEqualTo(grow.after());
        PartitionStage old = stage(2, true, 1, 0);
        PartitionStage fresh = stage(2, true, 0, 0);
        assertThat(stages(begun)).containsExactly(old, old, fresh, fresh);
        assertThat(begun.unmoved()).containsExactlyInAnyOrder(0, 1);

        mover.move(grow, 1);
        ResizeStatus half = get(resizer.advance(QUEUE));
        assertThat(stages(half)).containsExactly(old, stage(2, true, 2, 2), fresh, stage(2, true, 2, 0));
        assertThat(half.unmoved()).containsExactly(0);

        mover.move(grow, 0);
        ResizeStatus done = get(resizer.advance(QUEUE));
        assertThat(done.progress()).isNull();
        assertThat(done.notStarted()).isEmpty();
    }

    @Test
    void a_shrink_ends_with_the_retired_partitions_closed() {
        Resize shrink = new Resize(2, 2, 1);
        get(resizer.begin(QUEUE, 1));
        mover.moveAll(shrink);
        ResizeStatus done = get(resizer.advance(QUEUE));
        assertThat(done.progress()).isNull();
        assertThat(stages(done)).containsExactly(stage(2, true, 2, 2), stage(2, false, 2, 2));
        assertThat(done.inUse()).as("the marker is left").isEqualTo(2);
        assertThat(get(resizer.retire(QUEUE, done.layouts()))).isZero();
        resp.call("DEL", "Q:1");
        assertThat(get(resizer.status(QUEUE)).inUse()).isEqualTo(1);
        assertThat(get(resizer.retire(QUEUE, done.layouts()))).as("it is owned").isZero();
        resp.call("HSET", "{Q:1}:lease", "expires", "0");
        assertThat(get(resizer.retire(QUEUE, done.layouts()))).isEqualTo(1);
        assertThat((Long) resp.call("PTTL", "{Q:1}:seal")).isPositive();
        resp.call("DEL", "{Q:1}:lease", "{Q:1}:seal", "{Q:1}:started", "{Q:1}:moved");
        assertThat(get(resizer.retire(QUEUE, done.layouts()))).as("it is gone").isZero();

        get(resizer.begin(QUEUE, 2));
        mover.moveAll(new Resize(3, 1, 2));
        assertThat(get(resizer.advance(QUEUE)).progress())
                .as("it is used again")
                .isNull();
    }

    @Test
    void whoever_comes_goes_on_where_another_has_stopped() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        int partitions = 2;
        for (int version = 2; version < 14; version++) {
            int to = partitions;
            while (to == partitions) {
                to = 1 + random.nextInt(6);
            }
            Resize resize = new Resize(version, partitions, to);
            get(store.resize().intend(QUEUE, resize.before(), to));
            int stopped = random.nextInt(2 * (partitions + to));
            for (int i = 0; i < stopped; i++) {
                step(resize, random);
            }
            List<CompletionStage<ResizeStatus>> several = IntStream.range(0, 1 + random.nextInt(3))
                    .mapToObj(any -> resizer(store.resize()).advance(QUEUE))
                    .toList();
            several.forEach(each -> assertThat(get(each).current())
                    .as("seed %d, %s", seed, resize)
                    .isEqualTo(resize.after()));
            mover.moveAll(resize);
            assertThat(get(resizer.advance(QUEUE)).progress())
                    .as("seed %d, %s", seed, resize)
                    .isNull();
            partitions = to;
        }
    }

    /** One step of those that are next, after which its resizer dies. */
    private void step(Resize resize, Random random) {
        ResizeProgress progress = get(resizer.status(QUEUE)).progress();
        if (progress == null) {
            return;
        }
        List<Step> steps = progress.steps();
        Step step = steps.get(random.nextInt(steps.size()));
        if (step instanceof Step.Seal seal) {
            get(store.resize().seal(new PartitionId(QUEUE, seal.partition()), resize));
        } else if (step instanceof Step.Open open) {
            get(store.resize().open(new PartitionId(QUEUE, open.partition()), resize));
        } else if (step instanceof Step.Start start) {
            get(store.resize().start(new PartitionId(QUEUE, start.partition()), resize.version()));
        } else if (step instanceof Step.AwaitMove move) {
            mover.move(resize, move.partition());
        } else {
            get(store.resize().makeCurrent(QUEUE, resize));
        }
    }

    @Test
    void a_partition_that_has_moved_starts_those_that_waited_for_it_alone() {
        Resize grow = new Resize(2, 2, 4);
        get(resizer.begin(QUEUE, 4));
        get(resizer.moved(QUEUE, 1));
        assertThat(get(resizer.status(QUEUE)).notStarted()).containsExactly(0, 1, 2, 3);
        mover.move(grow, 1);
        get(resizer.moved(QUEUE, 1));
        assertThat(get(resizer.status(QUEUE)).notStarted()).containsExactly(0, 2);
        mover.move(grow, 0);
        get(resizer.moved(QUEUE, 0));
        assertThat(get(resizer.status(QUEUE)).progress()).isNull();

        Resize shrink = new Resize(3, 4, 3);
        get(resizer.begin(QUEUE, 3));
        for (int partition = 0; partition < 4; partition++) {
            assertThat(get(resizer.status(QUEUE)).notStarted()).containsExactly(0, 1, 2);
            mover.move(shrink, partition);
            get(resizer.moved(QUEUE, partition));
        }
        assertThat(get(resizer.status(QUEUE)).notStarted()).isEmpty();
    }

    @Test
    void the_same_number_changes_nothing() {
        assertThat(get(resizer.begin(QUEUE, 2))).isEqualTo(new Beginning.Same(new Layout(1, 2)));
        assertThat(get(store.resize().state(QUEUE)).resize()).isNull();
    }

    @Test
    void a_number_out_of_range_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> resizer.begin(QUEUE, 16_385))
                .withMessageContaining("partitions (16385) must be between 1 and 16384");
    }

    @Test
    void a_second_resize_waits_for_the_first_and_the_same_one_goes_on() {
        Resize grow = new Resize(2, 2, 3);
        get(store.resize().intend(QUEUE, grow.before(), 3));
        assertThat(get(resizer.begin(QUEUE, 5))).isEqualTo(new Beginning.Other(grow));
        assertThat(get(resizer.status(QUEUE)).current()).isEqualTo(grow.before());
        assertThat(get(resizer.begin(QUEUE, 3))).isInstanceOf(Beginning.UnderWay.class);
        assertThat(get(resizer.begin(QUEUE, 5)))
                .as("the layout is current, but jobs still move")
                .isEqualTo(new Beginning.Other(grow));
        mover.moveAll(grow);
        assertThat(((Beginning.UnderWay) get(resizer.begin(QUEUE, 3))).status().progress())
                .isNull();
        assertThat(get(resizer.begin(QUEUE, 3))).isEqualTo(new Beginning.Same(grow.after()));
        assertThat(get(resizer.begin(QUEUE, 5))).isInstanceOf(Beginning.UnderWay.class);
    }

    @Test
    void of_two_that_begin_at_once_one_wins() {
        List<CompletionStage<Beginning>> both = List.of(resizer.begin(QUEUE, 3), resizer.begin(QUEUE, 4));
        List<Beginning> answers = new ArrayList<>();
        both.forEach(each -> answers.add(get(each)));
        assertThat(answers).hasOnlyElementsOfTypes(Beginning.UnderWay.class, Beginning.Other.class);
        assertThat(answers.get(0).getClass()).isNotEqualTo(answers.get(1).getClass());
    }

    @Test
    void no_resize_begins_while_partitions_have_lost_what_they_run() {
        resp.call("DEL", "{Q:1}:started");
        assertThat(get(resizer.begin(QUEUE, 3))).isEqualTo(new Beginning.NotStarted(List.of(1)));
        assertThat(get(store.resize().state(QUEUE)).resize()).isNull();
    }

    /** It is paid for each key, and pods look every second. */
    @Test
    void how_much_memory_jobs_take_is_asked_only_before_a_resize_begins() {
        long before = askedForMemory();
        assertThat(get(resizer.begin(QUEUE, 3))).isInstanceOf(Beginning.UnderWay.class);
        long begun = askedForMemory();
        assertThat(begun - before)
                .as("the stream, the held and the delayed jobs")
                .isEqualTo(2 * 3);
        assertThat(get(resizer.underWay(QUEUE))).isPresent();
        get(resizer.advance(QUEUE));
        get(resizer.begin(QUEUE, 3));
        get(resizer.begin(QUEUE, 5));
        mover.moveAll(new Resize(2, 2, 3));
        assertThat(get(resizer.advance(QUEUE)).progress()).isNull();
        get(resizer.inUse(QUEUE, get(store.resize().state(QUEUE))));
        assertThat(askedForMemory()).isEqualTo(begun);
    }

    private long askedForMemory() {
        Matcher calls =
                Pattern.compile("cmdstat_memory(?:\\|usage)?:calls=(\\d+)").matcher(resp.text("INFO", "commandstats"));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }

    @Test
    void what_moves_must_fit_into_the_memory_that_redis_has_left() {
        byte[] body = new byte[200_000];
        for (int i = 0; i < 20; i++) {
            NewJob job = new NewJob(new JobId("job" + i), false, "key" + i, body, null, Map.of());
            get(store.jobs()
                    .enqueue(new JobLog.Call(new PartitionId(QUEUE, 0), 1, "p#1", i + 1, List.of(job), Duration.ZERO)));
        }
        long used = get(store.examiner().server(new PartitionId(QUEUE, 0))).usedBytes();
        resp.call("CONFIG", "SET", "maxmemory", Long.toString(used + 1_000_000));
        try {
            Beginning.NoMemory refused = (Beginning.NoMemory) get(resizer.begin(QUEUE, 4));
            assertThat(refused.shortage().needed()).isBetween(2_000_000L, 3_000_000L);
            // Buffers of connections come and go meanwhile.
            assertThat(refused.shortage().left()).isBetween(0L, 1_500_000L);
            assertThat(get(store.resize().state(QUEUE)).resize()).isNull();
            resp.call("CONFIG", "SET", "maxmemory", Long.toString(used + 10_000_000));
            assertThat(get(resizer.begin(QUEUE, 4))).isInstanceOf(Beginning.UnderWay.class);
        } finally {
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }
    }

    @Test
    void a_queue_whose_layout_is_older_than_its_partitions_is_not_resized() {
        get(resizer.begin(QUEUE, 4));
        mover.moveAll(new Resize(2, 2, 4));
        get(resizer.advance(QUEUE));
        resp.call("HSET", "{Q}:layout", "version", "1", "partitions", "2");
        Map<String, Object> before = RedisState.read(resp);
        assertThat(Causes.bare(failure(resizer.begin(QUEUE, 3))))
                .isInstanceOf(StoreException.Misconfigured.class)
                .hasMessage("the layout of queue Q was lost: it has version 1, its partitions have version 2; it can be"
                        + " resized once a pod that knows it has put it back");
        assertThat(RedisState.read(resp)).isEqualTo(before);
    }

    @Test
    void a_resize_that_began_while_the_partitions_were_read_is_no_lost_layout() {
        ResizeTable table = store.resize();
        AtomicBoolean raced = new AtomicBoolean();
        ResizeTable racing = (ResizeTable) Proxy.newProxyInstance(
                ResizeTable.class.getClassLoader(), new Class<?>[] {ResizeTable.class}, (proxy, method, arguments) -> {
                    return method.getName().equals("states") && raced.compareAndSet(false, true)
                            ? resizer.begin(QUEUE, 4).thenCompose(begun -> table.states(QUEUE, 0, 2))
                            : method.invoke(table, arguments);
                });
        assertThat(get(resizer(racing).begin(QUEUE, 4))).isInstanceOf(Beginning.UnderWay.class);
        assertThat(raced).isTrue();
    }

    @Test
    void a_step_that_has_no_effect_is_not_repeated_for_ever() {
        Resize grow = new Resize(2, 2, 4);
        get(resizer.begin(QUEUE, 4));
        mover.moveAll(grow);
        ResizeTable table = store.resize();
        ResizeTable deaf = (ResizeTable) Proxy.newProxyInstance(
                ResizeTable.class.getClassLoader(),
                new Class<?>[] {ResizeTable.class},
                (proxy, method, arguments) -> method.getName().equals("start")
                        ? CompletableFuture.completedFuture(false)
                        : method.invoke(table, arguments));
        assertThat(get(resizer(deaf).advance(QUEUE)).notStarted()).containsExactly(0, 1, 2, 3);
    }
}
