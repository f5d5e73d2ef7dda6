package io.qbull.store.redis.raw;

import static io.qbull.store.redis.raw.RawClient.await;
import static io.qbull.store.redis.raw.RawClient.bytes;
import static io.qbull.store.redis.raw.RawClient.text;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisFuture;
import io.qbull.model.LeaseOwner;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A queue that the scripts alone work on. Its methods block, and one thread at a time calls them. */
public final class RawQueue {
    private static final String OWNER = "bench#raw";

    private final RawClient client;
    private final QueueName queue;
    private final String producer = "raw" + UUID.randomUUID().toString().replace("-", "");
    private final List<PartitionId> partitions;
    private final List<RawLane> lanes;
    private final List<String> epochs = new ArrayList<>();

    /**
     * @param client a connected one
     * @param queue whose keys nobody else writes while this does
     * @param partitions of the queue
     */
    public RawQueue(RawClient client, QueueName queue, int partitions) {
        this.client = client;
        this.queue = queue;
        this.partitions = IntStream.range(0, partitions)
                .mapToObj(index -> new PartitionId(queue, index))
                .toList();
        this.lanes = this.partitions.stream()
                .map(partition -> new RawLane(client, partition, producer))
                .toList();
    }

    /** Lets the partitions take jobs of the first layout, as whoever creates the queue does. */
    public void open() {
        all(partition -> client.run(
                Script.OPEN,
                List.of(Keys.lease(partition), Keys.seal(partition), Keys.started(partition), Keys.stream(partition)),
                List.of(bytes("1"), bytes(""), bytes("1"))));
    }

    /**
     * Acquires all leases.
     *
     * @param ttl how long they last; none is renewed
     */
    public void acquire(Duration ttl) {
        epochs.clear();
        for (List<Object> granted : all(partition -> client.run(
                Script.ACQUIRE,
                List.of(Keys.lease(partition)),
                List.of(bytes(OWNER), bytes(Long.toString(ttl.toMillis())), bytes("1"))))) {
            epochs.add(text(granted.get(1)));
        }
    }

    /**
     * @return how many jobs are not done
     */
    public long backlog() {
        List<RedisFuture<Long>> lengths = partitions.stream()
                .map(partition -> client.async().xlen(bytes(Keys.stream(partition))))
                .toList();
        return lengths.stream().mapToLong(RawClient::await).sum();
    }

    /**
     * @return the pods that own the partitions, by partition; empty for one without an owner
     */
    public List<String> owners() {
        List<RedisFuture<List<KeyValue<byte[], byte[]>>>> leases = partitions.stream()
                .map(partition -> client.async().hmget(bytes(Keys.lease(partition)), bytes("owner"), bytes("expires")))
                .toList();
        return leases.stream().map(RawClient::await).map(RawQueue::owner).toList();
    }

    private static String owner(List<KeyValue<byte[], byte[]>> lease) {
        String owner = text(lease.get(0).getValueOrElse(new byte[0]));
        boolean released = text(lease.get(1).getValueOrElse(bytes("0"))).equals("0");
        return released || owner.isEmpty() ? "" : LeaseOwner.parse(owner).pod().value();
    }

    /**
     * @return how many partitions have an owner
     */
    public long owned() {
        return owners().stream().filter(pod -> !pod.isEmpty()).count();
    }

    /**
     * @return how many partitions this pod owns
     */
    public long owned(String pod) {
        return owners().stream().filter(pod::equals).count();
    }

    /**
     * Adds jobs, with one call under way for each partition, and returns when all calls are answered.
     *
     * @param jobs to add
     * @param batch the most jobs of a call
     */
    public void fill(Iterator<RawJob> jobs, int batch) {
        while (jobs.hasNext()) {
            RawJob job = jobs.next();
            lanes.get(job.partition()).add(job, batch);
        }
        lanes.forEach(RawLane::send);
        lanes.forEach(RawLane::finish);
    }

    /**
     * Adds one job in a call of its own.
     *
     * @param job to add
     * @return ends when the call is answered
     */
    public CompletionStage<Void> add(RawJob job) {
        return lanes.get(job.partition()).addAlone(job);
    }

    /**
     * Fetches and commits under the leases, with one fetch under way for each partition, until so many jobs are committed.
     *
     * @param jobs how many
     * @param batch the most jobs of a fetch
     * @param sink gets each job before its commit
     * @return ends when the last commit is answered; fails if a command fails or a lease is lost
     */
    public CompletionStage<Void> drain(long jobs, int batch, RawSink sink) {
        if (jobs == 0) {
            return CompletableFuture.completedStage(null);
        }
        RawDrain drain = new RawDrain(client, jobs, batch, sink);
        for (PartitionId partition : partitions) {
            drain.begin(partition, OWNER, epochs.get(partition.index()));
        }
        return drain.end();
    }

    /**
     * Reads jobs as soon as they are added, by a blocking read without a lease, and removes them.
     *
     * @param sink gets each job
     * @return ends the reading when it is closed
     */
    public RawReader read(RawSink sink) {
        return RawReader.start(client, partitions, sink);
    }

    /** Removes the queue, but for what expires by itself. Nobody else uses it any more. */
    public void remove() {
        List<byte[]> keys = new ArrayList<>();
        for (PartitionId partition : partitions) {
            Stream.of(
                            Keys.stream(partition),
                            Keys.lease(partition),
                            Keys.dead(partition),
                            Keys.held(partition),
                            Keys.heldJobs(partition),
                            Keys.inbox(partition),
                            Keys.delayed(partition),
                            Keys.delayedJobs(partition),
                            Keys.delayedIds(partition),
                            Keys.attempts(partition),
                            Keys.seal(partition),
                            Keys.started(partition),
                            Keys.call(partition, producer))
                    .map(RawClient::bytes)
                    .forEach(keys::add);
        }
        Stream.of(Keys.layout(queue), Keys.pods(queue)).map(RawClient::bytes).forEach(keys::add);
        await(client.async().unlink(keys.toArray(byte[][]::new)));
        await(client.async().srem(bytes(Keys.QUEUES), bytes(queue.value())));
    }

    private List<List<Object>> all(Call call) {
        List<CompletionStage<List<Object>>> replies =
                partitions.stream().map(call::send).toList();
        return replies.stream().map(RawClient::await).toList();
    }

    /** One of many calls that are sent together. */
    private interface Call {
        CompletionStage<List<Object>> send(PartitionId partition);
    }
}
