package io.qbull.app.bench;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;

/** The jobs of a round that a pod runs: counts them, and notes when the first and the third quarter of them have ended. Thread-safe. */
final class Run {
    private final long jobs;
    private final Tally tally;
    private final AtomicLong quarter = new AtomicLong();
    private final AtomicLong threeQuarters = new AtomicLong();

    /**
     * @param jobs how many there are
     * @param keys how many keys they have
     */
    Run(long jobs, int keys) {
        this.jobs = jobs;
        this.tally = new Tally(keys);
    }

    /** A route that does nothing. */
    void job(Exchange exchange) {
        Payload job = BenchPod.payload(exchange);
        started(job);
        ended(job);
    }

    /** A job starts. */
    void started(Payload job) {
        tally.started(job);
    }

    /** A job ends that has started. */
    void ended(Payload job) {
        long ended = tally.ended(job);
        if (ended == quarter()) {
            quarter.compareAndSet(0, System.nanoTime());
        }
        if (ended == jobs - quarter()) {
            threeQuarters.compareAndSet(0, System.nanoTime());
        }
    }

    Tally tally() {
        return tally;
    }

    /** Waits until all jobs have ended, or none does any more: then the tally says what is missing. */
    void await() throws InterruptedException {
        var unused = Scene.reached(() -> tally.done() >= jobs, tally::done);
    }

    /** Jobs per second since the first quarter had ended: by then all leases are acquired. Called at the end. */
    double rate() {
        return Rounds.perSecond(jobs - quarter(), quarter.get());
    }

    /**
     * Jobs per second between the first and the third quarter: later the partitions and keys that had less to do than others are empty,
     * which says nothing about the queue. Called at the end.
     */
    double steadyRate() {
        return Rounds.perSecond(jobs - 2 * quarter(), quarter.get(), threeQuarters.get());
    }

    private long quarter() {
        return Math.max(1, jobs / 4);
    }
}
