package io.qbull.store.redis;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Due;
import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.JobLog;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.Intent;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.ResizeTable.PartitionState;
import io.qbull.testing.Resp;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A queue that is resized again and again by the real scripts, in one thread and in a random order of steps: those of the resizer, of
 * the owners that move jobs, and of a producer. Replies get lost, so that calls are repeated; calls run late, too; owners are replaced at
 * any time and go on for a while, as a paused process does.
 */
final class ResizeDriver {
    static final QueueName QUEUE = new QueueName("Q");
    static final KeyHash HASH = KeyHash.XXH64;
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final int KEYS = 12;

    final Resp resp;
    final RedisStore store;
    final ResizeTable resize;
    final Random random;
    final ResizeOracle oracle = new ResizeOracle();
    private final Deque<Integer> plan;
    private final Map<Integer, JobMover> owners = new HashMap<>();
    private final List<JobMover> stale = new ArrayList<>();
    /** Calls that were repeated meanwhile. */
    private final List<Supplier<CompletionStage<?>>> onTheirWay = new ArrayList<>();

    /** The last call to a partition, and the job in it while no answer says that it was added. */
    private final Map<Integer, Long> numbers = new HashMap<>();

    private Layout known;
    private @Nullable Resize last;
    private int jobs;
    private int nonces;

    ResizeDriver(Resp resp, RedisStore store, Random random, List<Integer> sizes) {
        this.resp = resp;
        this.store = store;
        this.resize = store.resize();
        this.random = random;
        this.plan = new ArrayDeque<>(sizes.subList(1, sizes.size()));
        this.known = get(store.layouts().createIfAbsent(QUEUE, sizes.get(0), HASH));
    }

    /** Does all resizes of the plan. */
    void run() {
        int steps = 0;
        while (step()) {
            if (++steps > 5_000) {
                throw new AssertionError("a resize does not end: " + get(resize.state(QUEUE)));
            }
        }
        while (!onTheirWay.isEmpty()) {
            arrive();
        }
    }

    private boolean step() {
        int choice = random.nextInt(100);
        if (choice < 20) {
            return resizer();
        } else if (choice < 80) {
            move();
        } else if (choice < 88) {
            add("k" + random.nextInt(KEYS), null);
        } else if (choice < 90) {
            addForeign();
        } else if (choice < 92) {
            finishSegment();
        } else if (choice < 94) {
            replaceOwner();
        } else if (choice < 96 && !stale.isEmpty()) {
            stale.get(random.nextInt(stale.size())).step();
        } else if (!onTheirWay.isEmpty()) {
            arrive();
        }
        return true;
    }

    private void arrive() {
        get(onTheirWay.remove(random.nextInt(onTheirWay.size())).get());
    }

    /** Sends a call until it is answered. */
    <T> T call(Supplier<CompletionStage<T>> send) {
        int fate = random.nextInt(10);
        if (fate == 0) {
            onTheirWay.add(send::get);
        } else if (fate == 1) {
            get(send.get());
        }
        return get(send.get());
    }

    /**
     * @return false at the end of the plan
     */
    private boolean resizer() {
        LayoutState state = get(resize.state(QUEUE));
        Resize running = state.resize();
        if (running != null) {
            last = running;
            seal(running);
        }
        Resize latest = last;
        if (latest == null || start(latest)) {
            Integer next = running == null ? plan.poll() : null;
            if (next != null) {
                int partitions = next;
                addBacklog();
                Intent intent = call(() -> resize.intend(QUEUE, state.current(), partitions));
                assertThat(intent).isInstanceOf(Intent.Begun.class);
            }
            return next != null || running != null;
        }
        return true;
    }

    private void seal(Resize running) {
        int both = Math.max(running.from(), running.to());
        List<PartitionState> states = get(resize.states(QUEUE, 0, both));
        List<PartitionState> unsealed = states.subList(0, running.from()).stream()
                .filter(each -> each.stage().seal().version() < running.version())
                .toList();
        List<PartitionState> closed = states.subList(0, running.to()).stream()
                .filter(each -> !each.stage().seal().reached(new SealState(running.version(), true)))
                .toList();
        if (!unsealed.isEmpty()) {
            PartitionId one =
                    partition(unsealed.get(random.nextInt(unsealed.size())).index());
            call(() -> resize.seal(one, running));
        } else if (!closed.isEmpty()) {
            PartitionId one =
                    partition(closed.get(random.nextInt(closed.size())).index());
            call(() -> resize.open(one, running));
        } else {
            assertThat(call(() -> resize.makeCurrent(QUEUE, running))).isEqualTo(running.after());
        }
    }

    /**
     * @return whether all partitions have started
     */
    private boolean start(Resize latest) {
        List<PartitionState> states = get(resize.states(QUEUE, 0, Math.max(latest.from(), latest.to())));
        List<PartitionState> waiting = states.subList(0, latest.to()).stream()
                .filter(each -> each.stage().started() < latest.version())
                .toList();
        if (!waiting.isEmpty()) {
            PartitionState one = waiting.get(random.nextInt(waiting.size()));
            int divisor = BigInteger.valueOf(latest.from())
                    .gcd(BigInteger.valueOf(latest.to()))
                    .intValue();
            boolean ready = IntStream.range(0, latest.from())
                    .filter(old -> old % divisor == one.index() % divisor)
                    .allMatch(old -> states.get(old).stage().moved() >= latest.version());
            if (ready) {
                call(() -> resize.start(partition(one.index()), latest.version()));
            }
        }
        return waiting.isEmpty();
    }

    private void move() {
        Resize latest = last;
        if (latest != null) {
            int index = random.nextInt(latest.from());
            JobMover owner = owner(index);
            if (!latest.equals(owner.resize())) {
                owner.begin(latest);
            }
            owner.step();
        }
    }

    /** All jobs of the first segment of a partition end, and its owner forgets it, as it may after the start. */
    private void finishSegment() {
        int index = random.nextInt(known.partitions());
        PartitionStage stage =
                get(resize.states(QUEUE, index, index + 1)).get(0).stage();
        String staged = "{Q:" + index + "}:staged";
        resp.list("HKEYS", staged).stream()
                .map(text -> Segment.parse((String) text))
                .min(Comparator.naturalOrder())
                .filter(first ->
                        first.version() <= stage.started() && stage.seal().version() == stage.started())
                .ifPresent(first -> {
                    resp.list("XRANGE", staged + ":" + first, "-", "+")
                            .forEach(entry -> oracle.finished((List<?>) entry));
                    resp.call("DEL", staged + ":" + first);
                    resp.call("HDEL", staged, first.toString());
                });
    }

    private void replaceOwner() {
        if (!owners.isEmpty()) {
            List<Integer> owned = List.copyOf(owners.keySet());
            int index = owned.get(random.nextInt(owned.size()));
            JobMover killed = owners.remove(index);
            if (killed != null && random.nextBoolean()) {
                stale.add(killed);
            }
            resp.call("HSET", "{Q:" + index + "}:lease", "expires", "1");
        }
    }

    private JobMover owner(int index) {
        return owners.computeIfAbsent(index, each -> {
            LeaseOwner name = new LeaseOwner(new PodId("pod"), "n" + nonces++);
            Acquisition answer = get(store.leases().acquire(partition(each), name, TTL, 1));
            return new JobMover(this, ((Acquisition.Granted) answer).lease());
        });
    }

    static PartitionId partition(int index) {
        return new PartitionId(QUEUE, index);
    }

    /** Jobs of every kind by the layout that is current. */
    private void addBacklog() {
        for (int i = 0; i < 40; i++) {
            add("k" + random.nextInt(KEYS), null);
        }
        long now = System.currentTimeMillis();
        for (int i = 0; i < 15; i++) {
            add("k" + random.nextInt(KEYS), Instant.ofEpochMilli(now + 1_000_000L * (1 + random.nextInt(3))));
        }
        addForeign();
        for (int i = 0; i < 4; i++) {
            hold("h" + known.version() + "-" + i);
        }
        for (int i = 0; i < 20; i++) {
            add("k" + random.nextInt(KEYS), null);
        }
    }

    /** A producer that the partition refuses asks for the layout, and adds the job later. */
    private boolean add(String key, @Nullable Instant due) {
        int index = known.indexOf(HASH, key);
        String id = "j" + jobs++;
        NewJob plain = new NewJob(
                new JobId(id), false, key, ("body of " + id).getBytes(StandardCharsets.UTF_8), null, Map.of());
        NewJob shaped = random.nextInt(4) == 0
                ? store.jobs()
                        .original(
                                new NewJob(
                                        new JobId(id),
                                        false,
                                        key,
                                        "{}".getBytes(StandardCharsets.UTF_8),
                                        null,
                                        Map.of()),
                                Instant.EPOCH)
                : plain;
        NewJob job = due == null ? shaped : shaped.due(new Due.At(due));
        long number = numbers.merge(index, 1L, Long::sum);
        int version = known.version();
        JobLog.Answer answer = call(() -> store.jobs()
                .enqueue(new JobLog.Call(partition(index), version, "p#1", number, List.of(job), Duration.ZERO)));
        if (answer instanceof JobLog.Answer.Accepted) {
            oracle.added(key, id, due);
            return true;
        }
        assertThat(answer).isInstanceOf(JobLog.Answer.OtherLayout.class);
        known = get(resize.state(QUEUE)).current();
        return false;
    }

    private void addForeign() {
        String stream = "Q:" + random.nextInt(known.partitions());
        String number = Integer.toString(jobs++);
        String id = resp.text("XADD", stream, "*", "n", number, "id", "5");
        oracle.addedForeign(number, id);
    }

    /** Makes a key whose first job has failed; some of those behind it wait with it. */
    private void hold(String key) {
        int count = 1 + random.nextInt(14);
        for (int i = 0; i < count; i++) {
            if (!add(key, null)) {
                return;
            }
        }
        int index = known.indexOf(HASH, key);
        List<StreamId> ids = new ArrayList<>();
        for (Object entry : resp.list("XRANGE", "Q:" + index, "-", "+")) {
            List<?> parts = (List<?>) entry;
            if (String.valueOf(parts.get(1)).contains(key)) {
                ids.add(StreamId.parse((String) parts.get(0)));
            }
        }
        Lease lease = owner(index).lease();
        int attempts = 1 + random.nextInt(5);
        Failed failed = new Failed(attempts, attempts, attempts, Duration.ofHours(1), "reason of " + key);
        get(store.held().fail(lease, JobPlace.inStream(ids.get(0)), key, failed));
        List<Parked> behind = ids.subList(1, 1 + random.nextInt(ids.size())).stream()
                .map(id -> new Parked(EntryId.own(id), key))
                .toList();
        if (!behind.isEmpty()) {
            get(store.held().park(lease, behind, false));
        }
        oracle.failed(key, attempts);
    }
}
