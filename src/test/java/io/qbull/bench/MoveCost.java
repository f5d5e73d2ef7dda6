package io.qbull.bench;

import static io.qbull.testing.Waiting.get;

import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogPart;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PodId;
import io.qbull.model.Position;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.model.Segment;
import io.qbull.store.JobLog;
import io.qbull.store.LeaseTable.Acquisition;
import io.qbull.store.MovedItem;
import io.qbull.store.ResizeTable;
import io.qbull.store.ResizeTable.PageBounds;
import io.qbull.store.ResizeTable.PageRead;
import io.qbull.store.redis.RedisStore;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What it costs to move a waiting job to another partition, beside what it cost to add it, on a server of its own with an append-only
 * file: time with one call under way, processor time of Redis, and bytes of the file. Arguments: jobs, bytes of a body, items of a page.
 */
public final class MoveCost {
    private static final QueueName QUEUE = new QueueName("Q");
    private static final Resize RESIZE = new Resize(2, 1, 2);

    private final RedisStore store;
    private final Resp resp;

    private MoveCost(RedisStore store, Resp resp) {
        this.store = store;
        this.resp = resp;
    }

    /** What one kind of work has cost so far. */
    private record Spent(long nanos, double micros, long fileBytes) {
        Spent since(Spent before) {
            return new Spent(nanos - before.nanos, micros - before.micros, fileBytes - before.fileBytes);
        }

        void print(String what, int jobs) {
            System.out.printf(
                    "%s: %d jobs, %.0f jobs/s, %.1f us of Redis a job, %d bytes of the file a job%n",
                    what, jobs, jobs * 1e9 / nanos, micros / jobs, fileBytes / jobs);
        }
    }

    /** Prints the costs and their ratios. */
    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("move-cost");
        try (RedisServer server = RedisServer.start("--dir", folder.toString(), "--auto-aof-rewrite-percentage", "0");
                RedisStore store = RedisStore.open(server.settings());
                Resp resp = server.connect()) {
            new MoveCost(store, resp)
                    .measure(Integer.parseInt(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        }
    }

    private void measure(int jobs, int body, int page) {
        get(store.layouts().createIfAbsent(QUEUE, 1, KeyHash.XXH64));
        // Loads the scripts.
        add(1, 500, body);
        Spent start = spent();
        add(2, jobs, body);
        Spent added = spent().since(start);
        added.print("added", jobs);

        ResizeTable resize = store.resize();
        get(resize.intend(QUEUE, new Layout(1, 1), 2));
        get(resize.seal(new PartitionId(QUEUE, 0), RESIZE));
        get(resize.open(new PartitionId(QUEUE, 0), RESIZE));
        get(resize.open(new PartitionId(QUEUE, 1), RESIZE));
        Spent sealed = spent();
        int moved = move(page);
        Spent spent = spent().since(sealed);
        spent.print("moved", moved);
        System.out.printf(
                "a moved job : an added one = %.2f in time, %.2f in processor time of Redis, %.2f in bytes of the"
                        + " file%n",
                (double) spent.nanos / moved / ((double) added.nanos / jobs),
                spent.micros / moved / (added.micros / jobs),
                (double) spent.fileBytes / moved / ((double) added.fileBytes / jobs));
    }

    private void add(int producer, int jobs, int body) {
        byte[] bytes = new byte[body];
        for (int from = 0; from < jobs; from += 500) {
            List<NewJob> batch = IntStream.range(from, Math.min(jobs, from + 500))
                    .mapToObj(i -> new NewJob(
                            new JobId("01J9ZQ5W7T8N4X2C6V" + producer + "%07d".formatted(i)),
                            false,
                            "+4917%09d".formatted(i % 50_000),
                            bytes,
                            null,
                            Map.of()))
                    .toList();
            PartitionId partition = new PartitionId(QUEUE, 0);
            get(store.jobs()
                    .enqueue(new JobLog.Call(partition, 1, "p#" + producer, 1 + from / 500, batch, Duration.ZERO)));
        }
    }

    private int move(int page) {
        LeaseOwner owner = new LeaseOwner(new PodId("pod"), "n");
        Acquisition answer = get(store.leases().acquire(new PartitionId(QUEUE, 0), owner, Duration.ofMinutes(10), 1));
        Lease lease = ((Acquisition.Granted) answer).lease();
        PartitionId target = new PartitionId(QUEUE, 1);
        int moved = 0;
        Position after = null;
        List<MovedItem> leaving = List.of();
        while (true) {
            List<MovedItem> items = ((PageRead.Page) get(store.resize()
                            .page(lease, 2, LogPart.STREAM, after, new PageBounds(page, 1 << 20), leaving)))
                    .items();
            if (items.isEmpty()) {
                return moved;
            }
            after = items.get(items.size() - 1).position();
            leaving = new ArrayList<>(items);
            leaving.removeIf(item -> RESIZE.after().indexOf(KeyHash.XXH64, String.valueOf(item.key())) == 0);
            if (!leaving.isEmpty()) {
                get(store.resize().copy(target, new Segment(2, 0), leaving));
            }
            moved += leaving.size();
        }
    }

    private Spent spent() {
        long file = number(resp.text("INFO", "persistence"), "aof_current_size:");
        String all = resp.text("INFO", "commandstats");
        double micros = all.lines()
                .filter(line -> line.startsWith("cmdstat_eval"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll(".*usec=(\\d+),.*", "$1")))
                .sum();
        return new Spent(System.nanoTime(), micros, file);
    }

    private static long number(String info, String field) {
        return info.lines()
                .filter(line -> line.startsWith(field))
                .mapToLong(line -> Long.parseLong(line.substring(field.length()).trim()))
                .findFirst()
                .orElseThrow();
    }
}
