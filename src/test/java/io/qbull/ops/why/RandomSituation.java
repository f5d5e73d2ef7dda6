package io.qbull.ops.why;

import io.qbull.model.Attempts;
import io.qbull.model.Capacity;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.Pause;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.SealState;
import io.qbull.model.StreamId;
import io.qbull.model.why.OwnerReport;
import io.qbull.model.why.RunningJob;
import io.qbull.model.why.Succession;
import io.qbull.ops.why.Situation.Fleet;
import io.qbull.ops.why.Situation.ResizeView;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.ResizeProgress;
import io.qbull.store.Examiner;
import io.qbull.store.Examiner.JobView;
import io.qbull.store.HeldKeyTable;
import io.qbull.store.HeldKeyTable.HeldKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What somebody has decided to be the case, and the facts that show it. The oracle knows the decisions alone. */
final class RandomSituation {
    static final PartitionId P = new PartitionId(new QueueName("Q"), 3);
    static final Duration TTL = Duration.ofSeconds(15);
    static final long GIGABYTE = 1L << 30;

    enum Asked {
        WHOLE,
        FIRST_IN_STREAM,
        LATER_IN_STREAM,
        BEHIND_ITS_KEY,
        HELD_FIRST,
        HELD_LATER,
        DELAYED,
        DEAD,
        GONE,
        NOWHERE
    }

    enum LeaseIs {
        NEVER,
        RELEASED,
        EXPIRED,
        LATE,
        ALIVE
    }

    enum PodsAre {
        NONE,
        WITH_ROOM_IN_THEIR_SHARE,
        WITH_ROOM_BEYOND_IT,
        FULL
    }

    enum KeyIs {
        DUE,
        LATER,
        FOR_A_PERSON,
        /** It has not failed: it waits for its turn. */
        NEXT
    }

    final boolean readOnly;
    final boolean full;
    final boolean paused;
    final Asked asked;
    final LeaseIs lease;
    final PodsAre pods;
    final OwnerReport.@Nullable Kind says;
    final boolean runsTheAsked;
    final int backlog;
    final boolean old;
    final boolean inFlight;
    final boolean moved;
    final boolean headIsHeld;
    final List<KeyIs> keys;
    final int delayed;
    final boolean delayedIsDue;
    /** The jobs of the stream stand behind the marker of a resize from two to eight partitions, and partition 1 has not moved. */
    final boolean behindMarker;

    RandomSituation(Random random) {
        readOnly = random.nextInt(10) == 0;
        full = random.nextInt(8) == 0;
        paused = random.nextInt(8) == 0;
        keys = random.ints(random.nextInt(6), 0, KeyIs.values().length)
                .mapToObj(n -> KeyIs.values()[n])
                .sorted(Comparator.comparing(is -> is == KeyIs.DUE || is == KeyIs.NEXT ? 0 : 1))
                .toList();
        Asked drawn = random.nextInt(3) == 0 ? Asked.WHOLE : pick(random, Asked.values());
        asked = drawn == Asked.BEHIND_ITS_KEY && keys.isEmpty() ? Asked.WHOLE : drawn;
        lease = random.nextInt(3) > 0 ? LeaseIs.ALIVE : pick(random, LeaseIs.values());
        pods = pick(random, PodsAre.values());
        says = random.nextInt(3) == 0 ? pick(random, OwnerReport.Kind.values()) : null;
        runsTheAsked = random.nextInt(3) == 0;
        boolean inStream =
                asked == Asked.FIRST_IN_STREAM || asked == Asked.LATER_IN_STREAM || asked == Asked.BEHIND_ITS_KEY;
        behindMarker = random.nextInt(6) == 0;
        backlog = inStream ? 9 : random.nextInt(3) * random.nextInt(100) + (behindMarker ? 2 : 0);
        old = random.nextBoolean();
        inFlight = random.nextInt(3) == 0;
        moved = random.nextInt(3) == 0;
        headIsHeld = backlog > 0 && !behindMarker && !keys.isEmpty() && random.nextInt(4) == 0;
        delayed = random.nextInt(2) * random.nextInt(5);
        delayedIsDue = random.nextInt(4) == 0;
    }

    private static <T> T pick(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    /** The facts. */
    Situation facts() {
        return new Situation(
                subject(),
                new Examiner.Server(
                        "m", readOnly ? "it is a replica" : "", full ? 2 * GIGABYTE : GIGABYTE, 2 * GIGABYTE),
                new Fleet(
                        8,
                        fleet(),
                        paused ? List.of(new Pause(new Pause.Scope.Partition(3), "ann", "", 0, null, null)) : List.of(),
                        behindMarker ? new ResizeView(resize(), KeyHash.XXH64) : null),
                new Examiner.Partition(
                        P,
                        lease(),
                        backlog,
                        backlog == 0 || behindMarker
                                ? null
                                : view("head", headIsHeld ? "key" + (keys.size() - 1) : "hk"),
                        behindMarker,
                        Duration.ofSeconds(old ? 60 : 1),
                        2L * keys.size(),
                        delayed,
                        delayed == 0 ? null : Duration.ofSeconds(delayedIsDue ? 0 : 30)),
                heldKeys(),
                moved);
    }

    private static ResizeProgress resize() {
        PartitionStage moved = new PartitionStage(new SealState(2, true), 1, 2);
        PartitionStage opened = new PartitionStage(new SealState(2, true), 1, 0);
        return new ResizeProgress(
                new ResizePlan(new Resize(2, 2, 8)),
                true,
                IntStream.range(0, 8).mapToObj(n -> n == 0 ? moved : opened).toList());
    }

    private List<Succession.Pod> fleet() {
        return switch (pods) {
            case NONE -> List.of();
            case WITH_ROOM_IN_THEIR_SHARE ->
                List.of(
                        new Succession.Pod("full", new Capacity(Capacity.FAIR_SHARE, 8), 4),
                        new Succession.Pod("heir", new Capacity(Capacity.FAIR_SHARE, 8), 3));
            case WITH_ROOM_BEYOND_IT ->
                List.of(
                        new Succession.Pod("full", new Capacity(2, 8), 5),
                        new Succession.Pod("heir", new Capacity(2, 8), 4));
            case FULL ->
                List.of(new Succession.Pod("a", new Capacity(3, 3), 3), new Succession.Pod("b", new Capacity(3, 3), 3));
        };
    }

    private Examiner.Lease lease() {
        return switch (lease) {
            case NEVER -> new Examiner.Lease(null, Duration.ZERO, null, null, Duration.ZERO, 0, null);
            case RELEASED -> new Examiner.Lease("owner", Duration.ZERO, null, null, TTL, 0, null);
            case EXPIRED -> new Examiner.Lease("owner", Duration.ZERO, Duration.ofSeconds(4), null, TTL, 0, null);
            case LATE -> alive(Duration.ofSeconds(7));
            case ALIVE -> alive(Duration.ofSeconds(5));
        };
    }

    private Examiner.Lease alive(Duration silent) {
        return new Examiner.Lease("owner", TTL.minus(silent), null, silent, TTL, inFlight ? 1 : 0, report());
    }

    private @Nullable OwnerReport report() {
        if (says == null || !says.due()) {
            return null;
        }
        String key = asked == Asked.BEHIND_ITS_KEY || asked == Asked.HELD_FIRST || asked == Asked.HELD_LATER
                ? "key0"
                : "any";
        RunningJob job = new RunningJob(
                runsTheAsked ? "asked" : "other", runsTheAsked ? key : "ok", 1, Duration.ofSeconds(75), "worker-7");
        boolean about = says == OwnerReport.Kind.JOB || says == OwnerReport.Kind.WORKER;
        return new OwnerReport(says, "text of " + says, Duration.ofSeconds(75), about ? job : null, 1, true, null);
    }

    private List<HeldKey> heldKeys() {
        return IntStream.range(0, keys.size()).mapToObj(this::heldKey).toList();
    }

    private HeldKey heldKey(int n) {
        KeyIs is = keys.get(n);
        Duration dueIn = is == KeyIs.FOR_A_PERSON ? null : Duration.ofSeconds(is == KeyIs.LATER ? 40 : 0);
        Job first = new Job(
                new StreamId(n, 0), new JobId("failed" + n), "key" + n, 0, new byte[0], null, Map.of(), Attempts.NONE);
        HeldKeyTable.Pause pause = is == KeyIs.NEXT
                ? new HeldKeyTable.Pause(0, 0, dueIn, "")
                : new HeldKeyTable.Pause(3, 1, dueIn, "refused");
        return new HeldKey(P, "tag" + n, first, "place" + n, 2, pause);
    }

    private Subject subject() {
        JobView job = view("asked", "any");
        List<HeldKey> held = new ArrayList<>(heldKeys());
        HeldKey key = held.isEmpty() ? null : held.get(0);
        return switch (asked) {
            case WHOLE -> new Subject.Whole();
            case FIRST_IN_STREAM -> new Subject.InStream(job, null, 0);
            case LATER_IN_STREAM -> new Subject.InStream(job, null, 6);
            case BEHIND_ITS_KEY -> new Subject.InStream(view("later", "key0"), key, 2);
            case HELD_FIRST -> new Subject.Held(view("asked", "key0"), key, 0);
            case HELD_LATER -> new Subject.Held(view("later", "key0"), key, 2);
            case DELAYED -> new Subject.Delayed(job, Duration.ofHours(3));
            case DEAD -> new Subject.Dead(job, 5, "refused");
            case GONE -> new Subject.Gone("asked");
            case NOWHERE -> new Subject.Nowhere("job asked", false);
        };
    }

    private static JobView view(String id, String key) {
        return new JobView(EntryId.own(new StreamId(1, 0)), id, key, Attempts.NONE, 1);
    }

    @Override
    public String toString() {
        return "asked=" + asked + " lease=" + lease + " pods=" + pods + " says=" + says + " runsTheAsked="
                + runsTheAsked
                + " readOnly=" + readOnly + " full=" + full + " paused=" + paused + " backlog=" + backlog + " old="
                + old + " inFlight="
                + inFlight + " moved=" + moved + " headIsHeld=" + headIsHeld + " keys=" + keys + " delayed=" + delayed
                + " delayedIsDue=" + delayedIsDue + " behindMarker=" + behindMarker;
    }
}
