package io.qbull.partition;

import io.qbull.model.Epoch;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PodId;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs;
import io.qbull.store.JobLog;
import io.qbull.store.Store;
import io.qbull.testing.HeldSet;
import io.qbull.testing.Resp;
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
    public StreamId add(String id, String key) {
        return StreamId.parse(write("XADD", STREAM, "*", "id", id, "key", key, "ts", "1", "body", "b"));
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
                .map(fields -> (String) fields.get(fields.indexOf("id") + 1))
                .toList();
    }

    @Override
    public Map<String, Integer> failures() {
        return Map.of();
    }

    @Override
    public Set<StreamId> left() {
        Set<StreamId> left = new HashSet<>();
        resp.list("XRANGE", STREAM, "-", "+")
                .forEach(entry -> left.add(StreamId.parse((String) ((List<?>) entry).get(0))));
        HeldSet.read(resp, TAG + ":held:jobs").forEach(job -> left.add(StreamId.parse(job.streamId())));
        return left;
    }

    /** What is kept about jobs that wait or were tried; nothing when all are done. */
    List<?> traces() {
        return List.of("held", "held:jobs", "attempts").stream()
                .filter(name -> resp.number("EXISTS", TAG + ":" + name) != 0)
                .toList();
    }

    private static List<?> fields(Object entry) {
        return (List<?>) ((List<?>) entry).get(1);
    }
}
