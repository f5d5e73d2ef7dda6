package io.qbull.partition;

import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Epoch;
import io.qbull.model.HeldPlace;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogPart;
import io.qbull.model.PodId;
import io.qbull.model.Position;
import io.qbull.model.Segment;
import io.qbull.partition.SimulatedResize.Arriving;
import io.qbull.store.HeldJobs;
import io.qbull.store.JobLog;
import io.qbull.store.MovedItem;
import io.qbull.store.ResizeTable;
import io.qbull.store.Store;
import io.qbull.testing.HeldSet;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The same as {@link SimulatedPartition}, but with the real scripts on a real server. The server's clock is not the simulated one: a
 * new owner finds a pause shortened by real time, which may be more or less than the simulation would say.
 */
final class RedisPartition implements PumpSimulation.Backend {
    private static final String STREAM = SimulatedPartition.PARTITION.toString();
    private static final String TAG = "{" + STREAM + "}";
    private static final long FIRST_EPOCH = 1_700_000_000_000_000L;

    private final Resp resp;
    private final Store store;
    private final String primary;
    private long grants;
    private long copied;
    private boolean full;

    /**
     * @param resp to an empty server
     * @param store of the same server
     */
    RedisPartition(Resp resp, Store store) {
        this.resp = resp;
        this.store = store;
        this.primary = resp.text("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("run_id:"))
                .map(line -> line.substring("run_id:".length()).trim())
                .findFirst()
                .orElseThrow();
    }

    @Override
    public Lease grant(String pod) {
        grants++;
        LeaseOwner owner = new LeaseOwner(new PodId(pod), "n" + grants);
        String epoch = Long.toString(FIRST_EPOCH + grants);
        write("HSET", TAG + ":lease", "owner", owner.toString(), "epoch", epoch, "expires", "9000000000000");
        return new Lease(SimulatedPartition.PARTITION, owner, Epoch.parse(epoch), primary);
    }

    @Override
    public void add(String id, String key) {
        write("XADD", STREAM, "*", "id", id, "key", key, "ts", "1", "body", "b");
    }

    @Override
    public void mark(int version) {
        write("XADD", STREAM, "*", "@marker", version + " 2 3");
        write("SET", TAG + ":seal", version + " open");
    }

    @Override
    public void copy(Segment segment, List<Arriving> jobs) {
        List<MovedItem> items = jobs.stream().map(job -> item(segment, job)).toList();
        assertThat(get(store.resize().copy(SimulatedPartition.PARTITION, segment, items)))
                .isEqualTo(ResizeTable.Copying.COPIED);
    }

    private MovedItem item(Segment segment, Arriving job) {
        List<String> fields = new ArrayList<>(List.of("id", job.id(), "key", job.key(), "ts", "1", "body", "b"));
        long now = System.currentTimeMillis();
        if (job.failed() > 0) {
            fields.addAll(List.of("@at", job.failed() + ":" + job.failed() + ":" + now + " 0 0 " + job.failed()));
        }
        if (job.held()) {
            HeldPlace place = HeldPlace.added(segment.version() - 1, job.origin(), segment.source());
            fields.addAll(List.of("@id", job.origin().toString(), "@k", "h", "@place", place.toString()));
        }
        if (job.failed() > 0) {
            fields.addAll(List.of("@held", (now + 20) + " " + job.failed() + " " + now + " as planned"));
        }
        Position position = new Position(job.held() ? LogPart.HELD : LogPart.STREAM, String.format("%09d", ++copied));
        List<byte[]> contents = fields.stream()
                .map(field -> field.getBytes(StandardCharsets.UTF_8))
                .toList();
        return new MovedItem(position, job.key(), 1, 100, List.of(contents));
    }

    @Override
    public void start(int version) {
        assertThat(get(store.resize().start(SimulatedPartition.PARTITION, version)))
                .isTrue();
    }

    @Override
    public void ask(String verb, String key) {
        write("XADD", TAG + ":inbox", "*", "verb", verb, "key", key, "place", "");
    }

    /** Finds room even when there is none for held jobs, as if others had just left. */
    private String write(String... command) {
        boolean before = full;
        full(false);
        String reply = resp.text(command);
        full(before);
        return reply;
    }

    @Override
    public void full(boolean now) {
        if (now != full) {
            resp.call("CONFIG", "SET", "maxmemory", now ? "1" : "0");
            full = now;
        }
    }

    @Override
    public JobLog jobs() {
        return store.jobs();
    }

    @Override
    public HeldJobs held() {
        return store.held();
    }

    @Override
    public List<String> dead() {
        return resp.list("XRANGE", TAG + ":dead", "-", "+").stream()
                .map(letter -> fields(letter))
                .map(RedisPartition::id)
                .toList();
    }

    @Override
    public Map<String, Integer> failures() {
        return Map.of();
    }

    @Override
    public Set<String> left() {
        Set<String> left = new HashSet<>();
        List<String> streams = new ArrayList<>(List.of(STREAM));
        resp.list("HKEYS", TAG + ":staged").forEach(segment -> streams.add(TAG + ":staged:" + segment));
        for (String stream : streams) {
            resp.list("XRANGE", stream, "-", "+").stream()
                    .map(RedisPartition::fields)
                    .filter(fields -> !fields.contains("@marker"))
                    .forEach(fields -> left.add(id(fields)));
        }
        HeldSet.read(resp, TAG + ":held:jobs").forEach(job -> left.add(id(job.fields())));
        return left;
    }

    private static String id(List<?> fields) {
        return (String) fields.get(fields.indexOf("id") + 1);
    }

    /** What is kept about jobs that wait or were tried; nothing when all are done. */
    List<?> traces() {
        return List.of(
                        "held",
                        "held:jobs",
                        "attempts",
                        "staged",
                        "staged:2:7",
                        "staged:2:8",
                        "staged:3:7",
                        "staged:3:8")
                .stream()
                .filter(name -> resp.number("EXISTS", TAG + ":" + name) != 0)
                .toList();
    }

    private static List<?> fields(Object entry) {
        return (List<?>) ((List<?>) entry).get(1);
    }
}
