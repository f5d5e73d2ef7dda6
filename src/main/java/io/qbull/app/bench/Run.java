package io.qbull.app.bench;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;

/** The jobs of a round that a pod runs: counts them, and notes when the first quarter and all of them have ended. Thread-safe. */
final class Run {
    private final long jobs;
    private final Tally tally;
    private final AtomicLong quarter = new AtomicLong();

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
        if (tally.ended(job) == Math.max(1, jobs / 4)) {
            quarter.compareAndSet(0, System.nanoTime());
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
        return Rounds.perSecond(jobs - Math.max(1, jobs / 4), quarter.get());
    }
}
