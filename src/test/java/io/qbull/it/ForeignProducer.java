package io.qbull.it;

import io.qbull.it.Event.JobRef;
import io.qbull.it.History.Result;
import io.qbull.it.History.Sent;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * A program that adds jobs without this library, in the format of the original QBull or in the native one. It knows only the number of
 * partitions that it was started with. For one thread, except {@link #stop}.
 */
final class ForeignProducer implements AutoCloseable {
    private final Resp resp;
    private final String queue;
    private final Layout layout;
    private final String prefix;
    private final int keys;
    private final Random random = new Random(42);
    private final Map<String, Integer> next = new HashMap<>();
    private final List<Sent> sent = new ArrayList<>();
    private volatile boolean stopped;

    /**
     * @param redis has the queue
     * @param queue where to add
     * @param partitions the number that it knows
     * @param prefix what its keys begin with; each producer of a queue needs its own
     * @param keys number of different keys
     */
    ForeignProducer(RedisServer redis, String queue, int partitions, String prefix, int keys) {
        this.resp = redis.connect();
        this.queue = queue;
        this.layout = new Layout(1, partitions);
        this.prefix = prefix;
        this.keys = keys;
    }

    /** Adds jobs until it is told to stop. */
    void send(int perSecond) {
        long begin = System.nanoTime();
        for (int i = 0; !stopped; i++) {
            long early = begin + i * 1_000_000_000L / perSecond - System.nanoTime();
            if (early > 1_000_000) {
                LockSupport.parkNanos(early);
            }
            add(prefix + random.nextInt(keys));
        }
    }

    private void add(String key) {
        JobRef job = new JobRef(key, next.merge(key, 1, Integer::sum) - 1);
        long invokedAt = System.nanoTime();
        String stream = queue + ":" + layout.indexOf(KeyHash.XXH64, key);
        if (random.nextBoolean()) {
            String json = "{\"job\":\"" + job + "\",\"job_id\":\"" + job + "\",\"to\":\"" + key + "\"}";
            resp.call("XADD", stream, "*", "job", json);
        } else {
            resp.call("XADD", stream, "*", "id", job.toString(), "key", key, "body", job.toString());
        }
        sent.add(new Sent(job, invokedAt, Result.ACCEPTED, null));
    }

    /** Makes {@link #send} return. From any thread. */
    void stop() {
        stopped = true;
    }

    /** What it has added. To be called when {@link #send} has returned. */
    List<Sent> sent() {
        return List.copyOf(sent);
    }

    @Override
    public void close() {
        stop();
        resp.close();
    }
}
