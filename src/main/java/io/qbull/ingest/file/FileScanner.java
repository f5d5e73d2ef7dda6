package io.qbull.ingest.file;

import io.qbull.engine.QueueWriter;
import io.qbull.model.QueueName;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for claimed files again and again, on one thread, from a start of the route to its stop, and begins to read them on others. It
 * also looks at the files that were finished lately, for files that the route passes over, and, now and then, for stale claims in Redis.
 */
final class FileScanner {
    private static final Logger LOG = LoggerFactory.getLogger(FileScanner.class);
    private static final int SCANS_PER_CLAIM_CHECK = 10;

    private final FileContext context;
    private final Set<QueueName> queues;
    private final Function<QueueName, QueueWriter> writers;
    private final FileRuns runs;
    private final FileProblems problems;
    private final OverlookedFiles overlooked;
    private final Threads threads;
    /** Whether an extra scan waits for its turn. More would find nothing new, and the queue of the thread is bounded. */
    private final AtomicBoolean soon = new AtomicBoolean();

    private int scans;

    /**
     * @param scanning the thread of the scans
     * @param reading the threads of the files
     */
    record Threads(ScheduledExecutorService scanning, ExecutorService reading) {}

    FileScanner(
            FileContext context,
            Set<QueueName> queues,
            Function<QueueName, QueueWriter> writers,
            FileRuns runs,
            Threads threads) {
        this.context = context;
        this.queues = queues;
        this.writers = writers;
        this.runs = runs;
        this.problems = context.problems();
        this.overlooked = new OverlookedFiles(context.inbox(), queues, context.problems());
        this.threads = threads;
    }

    /** Begins to scan after half a period. */
    void start() {
        scanAfter(context.settings().timing().scan().dividedBy(2));
    }

    /** Scans once more without waiting for the next time; any thread. */
    void scanSoon() {
        if (!soon.compareAndSet(false, true)) {
            return;
        }
        try {
            threads.scanning().execute(() -> {
                // Before it looks, so that what is claimed meanwhile asks for the next scan.
                soon.set(false);
                scan();
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("no more scans: this pod stops");
        }
    }

    private void scanAfter(Duration pause) {
        try {
            var unused = threads.scanning().schedule(this::scanAndContinue, pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("no more scans: this pod stops");
        }
    }

    private void scanAndContinue() {
        scan();
        overlooked.check();
        context.finished().check();
        if (scans++ % SCANS_PER_CLAIM_CHECK == 0) {
            queues.forEach(this::checkClaims);
        }
        scanAfter(pause());
    }

    /** Three to five quarters of the period. */
    private Duration pause() {
        long scan = context.settings().timing().scan().toMillis();
        return Duration.ofMillis(scan * 3 / 4 + ThreadLocalRandom.current().nextLong(scan / 2));
    }

    private void scan() {
        if (context.stopping()) {
            return;
        }
        for (QueueName queue : queues) {
            try {
                runs.begin(context.inbox().claimed(queue), context, threads.reading(), this::scanSoon);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | RuntimeException e) {
                problems.report(
                        "the folder " + context.inbox().work(queue), "cannot be listed: " + FileProblems.reason(e));
            }
        }
    }

    private void checkClaims(QueueName queue) {
        try {
            new StaleClaims(context, problems).check(queue, writers.apply(queue));
        } catch (RuntimeException e) {
            problems.report("the claims of queue " + queue, "cannot be read: " + FileProblems.reason(e));
        }
    }
}
