package io.qbull.store.redis.raw;

import static io.qbull.store.redis.raw.RawClient.bytes;
import static io.qbull.store.redis.raw.RawClient.text;

import io.qbull.model.PartitionId;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Adds jobs to one partition, one call at a time. Not thread-safe. */
final class RawLane {
    private static final byte[] NONE = new byte[0];
    private static final byte[] ZERO = bytes("0");

    private final RawClient client;
    private final List<String> keys;
    private List<byte[]> args = new ArrayList<>();
    private int jobs;
    private long number;
    private CompletionStage<Void> underWay = CompletableFuture.completedStage(null);

    /**
     * @param client a connected one
     * @param partition that takes the jobs
     * @param producer whose calls are numbered here alone
     */
    RawLane(RawClient client, PartitionId partition, String producer) {
        this.client = client;
        this.keys = List.of(
                Keys.stream(partition),
                Keys.call(partition, producer),
                Keys.seal(partition),
                Keys.seen(partition),
                Keys.source(partition, "none"),
                Keys.delayed(partition),
                Keys.delayedJobs(partition),
                Keys.delayedIds(partition),
                Keys.inbox(partition));
    }

    /** Sends a full batch, after the batch before was answered. */
    void add(RawJob job, int batch) {
        append(job);
        if (jobs >= batch) {
            send();
        }
    }

    CompletionStage<Void> addAlone(RawJob job) {
        append(job);
        return call();
    }

    /** Sends what waits. */
    void send() {
        if (jobs > 0) {
            finish();
            underWay = call();
        }
    }

    /** Waits for the call under way. */
    void finish() {
        RawClient.await(underWay);
    }

    private CompletionStage<Void> call() {
        args.set(1, bytes(Long.toString(++number)));
        CompletionStage<Void> answered = client.run(Script.ENQUEUE, keys, args).thenAccept(reply -> {
            if (!text(reply.get(0)).equals("accepted")) {
                throw new IllegalStateException("the call was answered " + text(reply.get(0)));
            }
        });
        args = new ArrayList<>();
        jobs = 0;
        return answered;
    }

    private void append(RawJob job) {
        if (jobs == 0) {
            args.addAll(List.of(bytes("1"), NONE, bytes("3600"), NONE, ZERO));
        }
        args.addAll(List.of(NONE, ZERO, NONE, job.id(), job.key(), job.body(), NONE, NONE));
        jobs++;
    }
}
