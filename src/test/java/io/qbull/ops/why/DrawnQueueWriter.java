package io.qbull.ops.why;

import static io.qbull.testing.Waiting.get;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Due;
import io.qbull.model.EntryId;
import io.qbull.model.Epoch;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.Pause.Scope;
import io.qbull.model.StreamId;
import io.qbull.model.why.OwnerReport.Kind;
import io.qbull.ops.why.DrawnQueue.DrawnJob;
import io.qbull.ops.why.DrawnQueue.DrawnKey;
import io.qbull.ops.why.DrawnQueue.DrawnPartition;
import io.qbull.ops.why.RandomSituation.KeyIs;
import io.qbull.ops.why.RandomSituation.LeaseIs;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.JobLog.Call;
import io.qbull.store.PauseTable;
import io.qbull.store.Store;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link DrawnQueue} to an empty Redis. All times lie so far apart that the answer is the same however slow the machine is.
 */
final class DrawnQueueWriter {
    private static final LeaseOwner WRITER = LeaseOwner.parse("writer#1");
    private static final String EPOCH = "1700000000000000";
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    /** Over when all is written. */
    private static final Duration SOON = Duration.ofMillis(1);

    private static final Duration WINDOW = Duration.ofHours(1);

    private final Resp resp;
    private final Store store;
    private final String primary;
    private final long now;
    private int calls;

    DrawnQueueWriter(Resp resp, Store store) {
        this.resp = resp;
        this.store = store;
        this.primary = resp.text("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("run_id:"))
                .map(line -> line.substring("run_id:".length()).trim())
                .findFirst()
                .orElseThrow();
        this.now = now();
    }

    private long now() {
        List<?> time = resp.list("TIME");
        return Long.parseLong((String) time.get(0)) * 1000 + Long.parseLong((String) time.get(1)) / 1000;
    }

    void write(DrawnQueue queue) {
        int count = queue.partitions.size();
        resp.call("HSET", "{Q}:layout", "version", "1", "partitions", Integer.toString(count));
        resp.call("SADD", "qbull:queues", "Q");
        queue.pods.forEach(pod -> register(pod, queue, now));
        register(DrawnQueue.SILENT, queue, now - HOUR);
        queue.partitions.forEach(this::write);
        Scope scope = switch (queue.paused) {
            case NOTHING -> null;
            case QUEUE -> new Scope.Queue();
            case PARTITION -> new Scope.Partition(0);
            case KEY -> new Scope.Key(queue.firstKey);
        };
        if (scope != null) {
            get(store.pauses().pause(DrawnQueue.QUEUE, scope, "ann", "", PauseTable.End.OPEN));
        }
        long end = now();
        await().pollDelay(Duration.ZERO).pollInterval(SOON).until(() -> now() > end + SOON.toMillis());
    }

    private void register(String pod, DrawnQueue queue, long seen) {
        String capacity = switch (queue.wish) {
            case ONE -> "\"capacity\":1,\"most\":1";
            case ONE_OR_MORE -> "\"capacity\":1,\"most\":8";
            case FAIR_SHARE -> "\"capacity\":8,\"most\":8,\"fair\":true";
        };
        String entry = "{\"partitions\":[]," + capacity + ",\"started\":1,\"seen\":" + seen + ",\"ttl\":600000}";
        resp.call("HSET", "{Q}:pods", pod, entry);
    }

    private void write(DrawnPartition partition) {
        String stream = "Q:" + partition.index;
        String tag = "{" + stream + "}";
        resp.call("SET", tag + ":seal", "1 open");
        resp.call(
                "HSET",
                tag + ":lease",
                "owner",
                WRITER.toString(),
                "epoch",
                EPOCH,
                "expires",
                Long.toString(now + HOUR));
        for (int n = 0; n < partition.held.size(); n++) {
            hold(partition.index, partition.held.get(n), Duration.ofHours(3 + n));
        }
        // An entry of the future is as old as one that has just come, whenever it is looked at.
        long ms = now + (partition.old ? -HOUR : HOUR);
        for (DrawnJob job : partition.stream) {
            add(stream, ms + "-" + (1 + resp.number("XLEN", stream)), job.id(), job.key());
        }
        for (DrawnJob job : partition.delayed) {
            delay(partition, job);
        }
        for (DrawnJob job : partition.dead) {
            resp.call(
                    "XADD",
                    tag + ":dead",
                    "*",
                    "id",
                    job.id(),
                    "key",
                    job.key(),
                    "ts",
                    "1",
                    "body",
                    "",
                    "reason",
                    "refused",
                    "exception",
                    "",
                    "attempts",
                    "5",
                    "failed_at",
                    "1",
                    "epoch",
                    "1");
        }
        for (String id : partition.done) {
            resp.call("ZADD", tag + ":seen", Long.toString(now + HOUR), id);
            resp.call("PEXPIRE", tag + ":seen", Long.toString(HOUR));
        }
        lease(tag + ":lease", partition);
    }

    private StreamId add(String stream, String entry, String id, String key) {
        return StreamId.parse(resp.text("XADD", stream, entry, "id", id, "key", key, "ts", "1", "body", "b"));
    }

    private void hold(int index, DrawnKey key, Duration later) {
        List<String> ids = new ArrayList<>(key.ids());
        if (key.is() == KeyIs.NEXT) {
            ids.add(0, "before");
        }
        List<StreamId> entries = new ArrayList<>();
        for (String id : ids) {
            entries.add(add("Q:" + index, (now - 2 * HOUR + calls++) + "-0", id, key.key()));
        }
        JobPlace first = JobPlace.inStream(entries.get(0));
        get(store.held().fail(lease(index), first, key.key(), new Failed(3, 3, 3, pause(key.is(), later), "refused")));
        if (entries.size() > 1) {
            List<Parked> others = entries.stream()
                    .skip(1)
                    .map(entry -> new Parked(EntryId.own(entry), key.key()))
                    .toList();
            get(store.held().park(lease(index), others, false));
        }
        if (key.is() == KeyIs.NEXT) {
            Advance.Next done = (Advance.Next) get(store.held().advance(lease(index), key.key(), null));
            get(store.held().advance(lease(index), key.key(), done.place()));
        }
    }

    private static @Nullable Duration pause(KeyIs is, Duration later) {
        return switch (is) {
            case DUE, NEXT -> Duration.ZERO;
            case LATER -> later;
            case FOR_A_PERSON -> null;
        };
    }

    private void delay(DrawnPartition partition, DrawnJob job) {
        Duration delay = partition.delayedIsDue ? SOON : Duration.ofHours(3);
        NewJob later =
                new NewJob(new JobId(job.id()), true, job.key(), new byte[0], null, Map.of()).due(new Due.In(delay));
        get(store.jobs()
                .enqueue(new Call(
                        new PartitionId(DrawnQueue.QUEUE, partition.index), 1, "p", ++calls, List.of(later), WINDOW)));
    }

    private void lease(String key, DrawnPartition partition) {
        resp.call("DEL", key);
        if (partition.lease == LeaseIs.NEVER) {
            return;
        }
        long expires = switch (partition.lease) {
            case NEVER, RELEASED -> 0;
            case EXPIRED -> now - 30 * MINUTE;
            case LATE -> now + 30 * MINUTE;
            case ALIVE -> now + HOUR;
        };
        resp.call(
                "HSET",
                key,
                "owner",
                partition.owner + "#1",
                "epoch",
                EPOCH,
                "expires",
                Long.toString(expires),
                "ttl",
                Long.toString(HOUR),
                "inflight",
                partition.inFlight ? "1" : "0");
        if (partition.says != null) {
            boolean about = partition.says == Kind.JOB || partition.says == Kind.WORKER;
            String job = ",\"job\":\"" + partition.runs.id() + "\",\"key\":\"" + partition.runs.key()
                    + "\",\"attempt\":1,\"ran\":75000,\"thread\":\"worker-7\"";
            resp.call(
                    "HSET",
                    key,
                    "doing",
                    EPOCH + " " + now + " {\"waits\":\"" + partition.says + "\",\"text\":\"text of " + partition.says
                            + "\",\"stood\":75000,\"running\":1" + (about ? job : "") + "}");
        }
    }

    private Lease lease(int index) {
        return new Lease(new PartitionId(DrawnQueue.QUEUE, index), WRITER, Epoch.parse(EPOCH), primary);
    }

    /** The last job of the stream ends. */
    static void move(Resp resp, DrawnPartition partition) {
        String stream = "Q:" + partition.index;
        List<?> last =
                (List<?>) resp.list("XREVRANGE", stream, "+", "-", "COUNT", "1").get(0);
        resp.call("XDEL", stream, String.valueOf(last.get(0)));
    }
}
