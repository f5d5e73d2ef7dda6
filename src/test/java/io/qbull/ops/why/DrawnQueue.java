package io.qbull.ops.why;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.why.OwnerReport.Kind;
import io.qbull.ops.why.RandomSituation.KeyIs;
import io.qbull.ops.why.RandomSituation.LeaseIs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A queue as somebody has decided it to be: pods, leases, jobs and pauses. {@link DrawnQueueWriter} puts it into Redis. */
final class DrawnQueue {
    static final QueueName QUEUE = new QueueName("Q");
    /** Owners that no list of pods has, and one whose registration is out of date. */
    static final String GHOST = "ghost";

    static final String SILENT = "silent";

    /** How many partitions the pods take. */
    enum Wish {
        ONE,
        ONE_OR_MORE,
        FAIR_SHARE
    }

    /** What is paused; the key is one of the first partition. */
    enum Paused {
        NOTHING,
        QUEUE,
        PARTITION,
        KEY
    }

    /**
     * A job.
     *
     * @param id its id
     * @param key its key
     */
    record DrawnJob(String id, String key) {}

    /**
     * A held key.
     *
     * @param key its name
     * @param is how its first job waits
     * @param ids of its held jobs
     */
    record DrawnKey(String key, KeyIs is, List<String> ids) {}

    /** A partition. */
    static final class DrawnPartition {
        final int index;
        final LeaseIs lease;
        final String owner;
        final @Nullable Kind says;
        /** What the owner says to run. */
        final DrawnJob runs;

        final boolean inFlight;
        final List<DrawnJob> stream = new ArrayList<>();
        /** Whether the jobs of the stream have waited for an hour; otherwise they have come just now. */
        final boolean old;

        final List<DrawnKey> held = new ArrayList<>();
        final List<DrawnJob> delayed = new ArrayList<>();
        final boolean delayedIsDue;
        final List<DrawnJob> dead = new ArrayList<>();
        final List<String> done = new ArrayList<>();
        /** The last job of the stream leaves it while the question is answered. */
        final boolean moves;

        private DrawnPartition(Random random, int index, List<String> owners, List<String> keys, int[] ids) {
            this.index = index;
            lease = random.nextInt(3) > 0 ? LeaseIs.ALIVE : pick(random, List.of(LeaseIs.values()));
            owner = pick(random, owners);
            boolean empty = random.nextInt(5) == 0;
            for (int n = random.nextInt(4); n > 0 && !empty; n--) {
                KeyIs is = pick(random, List.of(KeyIs.values()));
                boolean second = is == KeyIs.FOR_A_PERSON && held.stream().anyMatch(each -> each.is == is);
                held.add(new DrawnKey(
                        keys.get(held.size()), second ? KeyIs.NEXT : is, names(ids, 1 + random.nextInt(3))));
            }
            for (int n = random.nextInt(3) * random.nextInt(8); n > 0 && !empty; n--) {
                // Jobs of held keys are in the stream where Redis is too full to move them.
                int from = random.nextInt(3) == 0 ? 0 : held.size();
                stream.add(new DrawnJob(name(ids), keys.get(from + random.nextInt(3))));
            }
            for (int n = random.nextInt(3); n > 0 && !empty; n--) {
                delayed.add(new DrawnJob(name(ids), pick(random, keys)));
            }
            for (int n = random.nextInt(3); n > 0; n--) {
                dead.add(new DrawnJob(name(ids), pick(random, keys)));
                done.add(name(ids));
            }
            old = random.nextBoolean();
            delayedIsDue = random.nextInt(4) == 0;
            inFlight = random.nextInt(3) == 0;
            moves = stream.size() > 1 && random.nextInt(4) == 0;
            List<Kind> due = List.of(Kind.JOB, Kind.WORKER, Kind.SUSPECT, Kind.REDIS, Kind.OTHER);
            says = alive() && !empty && random.nextInt(3) == 0 ? pick(random, due) : null;
            runs = running(random, ids);
        }

        private DrawnJob running(Random random, int[] ids) {
            if (!stream.isEmpty() && random.nextInt(3) == 0) {
                return pick(random, stream);
            }
            if (!held.isEmpty() && random.nextInt(2) == 0) {
                DrawnKey key = pick(random, held);
                return new DrawnJob(key.ids.get(0), key.key);
            }
            return new DrawnJob(name(ids), "another");
        }

        /** Whether it has an owner, if one that does not renew its lease. */
        boolean alive() {
            return lease == LeaseIs.ALIVE || lease == LeaseIs.LATE;
        }

        @Nullable
        DrawnKey heldKey(String key) {
            return held.stream()
                    .filter(each -> each.key.equals(key))
                    .findFirst()
                    .orElse(null);
        }

        /** Whether there are jobs, also such as are not due. */
        boolean waits() {
            return !stream.isEmpty() || !held.isEmpty() || !delayed.isEmpty();
        }

        @Override
        public String toString() {
            return "\n  " + index + ": lease=" + lease + " of " + owner + (says == null ? "" : " says=" + says + runs)
                    + (inFlight ? " inFlight" : "") + (moves ? " moves" : "") + " stream=" + (old ? "old" : "new")
                    + stream
                    + " held=" + held + " delayed=" + (delayedIsDue ? "due" : "later") + delayed + " dead=" + dead
                    + " done=" + done;
        }
    }

    /** Names of the registered pods. */
    final List<String> pods;

    final Wish wish;
    final List<DrawnPartition> partitions = new ArrayList<>();
    final Paused paused;
    final boolean full;
    /** The first key of the first partition. */
    final String firstKey;

    DrawnQueue(Random random) {
        pods = List.of("a", "b", "c").subList(0, random.nextInt(4));
        wish = pick(random, List.of(Wish.values()));
        List<String> owners = new ArrayList<>(pods);
        owners.addAll(List.of(GHOST, SILENT));
        int count = 1 + random.nextInt(4);
        int[] ids = new int[1];
        for (int index = 0; index < count; index++) {
            partitions.add(new DrawnPartition(random, index, owners, keys(index, count), ids));
        }
        paused = random.nextInt(3) == 0 ? pick(random, List.of(Paused.values())) : Paused.NOTHING;
        full = random.nextInt(8) == 0;
        firstKey = keys(0, count).get(0);
    }

    private static <T> T pick(Random random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    private static String name(int[] ids) {
        return "job" + ids[0]++;
    }

    private static List<String> names(int[] ids, int count) {
        return IntStream.range(0, count).mapToObj(n -> name(ids)).toList();
    }

    /** Keys that belong to a partition. */
    private static List<String> keys(int index, int partitions) {
        Layout layout = new Layout(1, partitions);
        return IntStream.iterate(0, n -> n + 1)
                .mapToObj(n -> "key" + n)
                .filter(key -> layout.partitionOf(QUEUE, KeyHash.XXH64, key).equals(new PartitionId(QUEUE, index)))
                .limit(7)
                .toList();
    }

    @Override
    public String toString() {
        return "pods=" + pods + " wish=" + wish + " paused=" + paused + (full ? " full" : "") + partitions;
    }
}
