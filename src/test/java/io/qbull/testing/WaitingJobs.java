package io.qbull.testing;

import static io.qbull.testing.Waiting.get;

import io.qbull.model.EntryId;
import io.qbull.model.Epoch;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LeaseOwner;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Action;
import io.qbull.store.HeldJobs.Failed;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Creates a queue with held keys and plays their owner, under leases of a pod that does not exist. */
public final class WaitingJobs {
    private static final LeaseOwner OWNER = LeaseOwner.parse("someone#1");
    private static final String EPOCH = "1700000000000000";

    private final Resp resp;
    private final Store store;
    private final QueueName queue;
    private final String primary;

    /**
     * Creates the queue.
     *
     * @param resp where
     * @param store of the same server
     * @param queue its name
     * @param partitions how many
     */
    public WaitingJobs(Resp resp, Store store, String queue, int partitions) {
        this.resp = resp;
        this.store = store;
        this.queue = new QueueName(queue);
        this.primary = resp.text("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("run_id:"))
                .map(line -> line.substring("run_id:".length()).trim())
                .findFirst()
                .orElseThrow();
        resp.call("HSET", "{" + queue + "}:layout", "version", "1", "partitions", Integer.toString(partitions));
        for (int p = 0; p < partitions; p++) {
            String lease = "{" + queue + ":" + p + "}:lease";
            resp.call("HSET", lease, "owner", OWNER.toString(), "epoch", EPOCH, "expires", "1700000015000");
        }
    }

    /**
     * Adds jobs, the first of which has failed.
     *
     * @param partition where
     * @param key their key
     * @param failed of the first one
     * @param ids of the jobs
     */
    public void hold(int partition, String key, Failed failed, String... ids) {
        hold(partition, key, failed, "b", List.of(ids));
    }

    /**
     * @param partition where
     * @param key their key
     * @param failed of the first one
     * @param body of each
     * @param ids of the jobs
     */
    public void hold(int partition, String key, Failed failed, String body, List<String> ids) {
        List<StreamId> places = new ArrayList<>();
        for (String id : ids) {
            places.add(StreamId.parse(
                    resp.text("XADD", queue + ":" + partition, "*", "id", id, "key", key, "ts", "1", "body", body)));
        }
        get(store.held().fail(lease(partition), JobPlace.inStream(places.get(0)), key, failed));
        if (places.size() > 1) {
            List<Parked> others = places.stream()
                    .skip(1)
                    .map(place -> new Parked(EntryId.own(place), key))
                    .toList();
            get(store.held().park(lease(partition), others, false));
        }
    }

    /**
     * @param pause null = until a person asks
     * @return a first failure
     */
    public static Failed failed(@Nullable Duration pause) {
        return new Failed(1, 1, 1, pause, "it broke");
    }

    /**
     * @param partition a partition
     * @return the requests to its owner
     */
    public List<Instruction> requests(int partition) {
        Fetch fetch = get(store.jobs().fetch(lease(partition), LogCursor.START, StreamId.START, 10, 1000));
        return ((Fetch.Entries) fetch).agenda().instructions();
    }

    /**
     * Carries out the first request.
     *
     * @param partition a partition
     */
    public void attend(int partition) {
        attend(partition, requests(partition).get(0));
    }

    /**
     * Carries out the last of a few requests.
     *
     * @param partition a partition
     */
    public void attendLast(int partition) {
        List<Instruction> requests = requests(partition);
        attend(partition, requests.get(requests.size() - 1));
    }

    private void attend(int partition, Instruction request) {
        Action action = Action.valueOf(request.verb().toUpperCase(Locale.ROOT));
        get(store.held().attend(lease(partition), request, action));
    }

    private Lease lease(int partition) {
        return new Lease(new PartitionId(queue, partition), OWNER, Epoch.parse(EPOCH), primary);
    }
}
