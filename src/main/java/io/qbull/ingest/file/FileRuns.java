package io.qbull.ingest.file;

import io.qbull.engine.QueueWriter;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files that this pod reads now, each on a thread of its own. Files are begun by one thread at a time; everything else is
 * thread-safe.
 */
final class FileRuns {
    private static final Logger LOG = LoggerFactory.getLogger(FileRuns.class);

    private final Function<QueueName, QueueWriter> writers;
    private final FileClaimer claimer;
    private final FileProblems problems;
    private final Map<SourceId, FileRun> runs = new ConcurrentHashMap<>();

    FileRuns(Function<QueueName, QueueWriter> writers, FileClaimer claimer, FileProblems problems) {
        this.writers = writers;
        this.claimer = claimer;
        this.problems = problems;
    }

    /**
     * @return how far this pod has read each file, oldest first
     */
    List<FileProgress> progress() {
        return runs.values().stream()
                .map(FileRun::progress)
                .sorted(Comparator.comparing(
                        progress -> progress.file().source().value()))
                .toList();
    }

    /**
     * Begins to read those of the files that get a place and that no other pod reads.
     *
     * @param files claimed files of one queue, oldest first
     * @param context of the files
     * @param threads runs the reading
     * @param ended called when a file has left its place
     */
    void begin(List<WorkFile> files, FileContext context, Executor threads, Runnable ended)
            throws InterruptedException {
        for (WorkFile file : files) {
            if (takePlace(file, context) && !begin(file, context, threads, ended)) {
                context.places().release();
            }
        }
    }

    /**
     * Files that wait give their place to other queues. Within their own queue no more wait than are read at the same time, because
     * what holds up one file of a queue mostly holds up the next one too.
     */
    private boolean takePlace(WorkFile file, FileContext context) throws InterruptedException {
        long ofQueue = runs.values().stream()
                .filter(run -> run.file().queue().equals(file.queue()))
                .count();
        return ofQueue < context.settings().atOnce()
                && !runs.containsKey(file.source())
                // With a time, unlike without one, the semaphore does not let newcomers overtake.
                && context.places().tryAcquire(0, TimeUnit.SECONDS);
    }

    /** Whether the file is being read now; not if another pod reads it. */
    private boolean begin(WorkFile file, FileContext context, Executor threads, Runnable ended) {
        WorkLock lock = null;
        try {
            lock = WorkLock.take(context.inbox().work(file));
            if (lock != null) {
                Stillness claimed = claimer.takeClaimedHere(file.source());
                if (claimed == null) {
                    LOG.info("{} is resumed", file);
                }
                FileRun run = new FileRun(
                        file,
                        lock,
                        context,
                        writers.apply(file.queue()),
                        claimed == null
                                ? new Stillness(context.settings().timing().quiet(), context.clock())
                                : claimed);
                runs.put(file.source(), run);
                threads.execute(() -> work(run, ended));
                return true;
            }
        } catch (IOException | RuntimeException e) {
            runs.remove(file.source());
            problems.report(file.toString(), "cannot be read: " + FileProblems.reason(e));
            if (lock != null) {
                lock.close();
            }
        }
        return false;
    }

    private void work(FileRun run, Runnable ended) {
        try {
            run.work();
        } finally {
            runs.remove(run.file().source());
            ended.run();
        }
    }
}
