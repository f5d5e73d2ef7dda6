package io.qbull.chaos;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends jobs of its own keys until it is stopped, each again and again until it is accepted: so the jobs of a key are numbered without a
 * gap. One thread calls {@link #run}; the rest is for any thread.
 */
abstract class Sender implements Runnable {
    private final List<String> queues;
    private final long pauseNanos;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong accepted = new AtomicLong();
    /** By {@link Job#line}. */
    private final Map<String, Job> last = new ConcurrentHashMap<>();

    /** Chooses keys. */
    final Random random;

    final Client client;

    /**
     * @param queues to which it sends in turn
     * @param client of this sender alone
     * @param random chooses keys
     * @param pauseNanos after each request
     */
    Sender(List<String> queues, Client client, Random random, long pauseNanos) {
        this.queues = queues;
        this.client = client;
        this.random = random;
        this.pauseNanos = pauseNanos;
    }

    @Override
    public final void run() {
        for (int i = 0; !stopped.get(); i++) {
            List<Job> jobs = send(queues.get(i % queues.size()));
            jobs.forEach(job -> last.put(job.line(), job));
            accepted.addAndGet(jobs.size());
            LockSupport.parkNanos(pauseNanos);
        }
    }

    /** Sends a request with jobs until it is accepted, and returns them in their order. */
    abstract List<Job> send(String queue);

    /** The number of the next job of a key. */
    final int next(String queue, String key) {
        Job before = last.get(queue + " " + key);
        return before == null ? 0 : before.seq() + 1;
    }

    /** Makes {@link #run} end after its current request was accepted. */
    final void stop() {
        stopped.set(true);
    }

    final long accepted() {
        return accepted.get();
    }

    /** The last accepted job of each queue and key. */
    final List<Job> last() {
        return List.copyOf(last.values());
    }
}
