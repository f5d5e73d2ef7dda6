package io.qbull.ingest.file;

import io.qbull.engine.QueueWriter;
import io.qbull.ingest.record.FileFormat;
import io.qbull.ingest.record.JsonRecords;
import io.qbull.model.EnqueueException;
import io.qbull.model.JobFeed;
import io.qbull.model.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod's work on one claimed file, until it is finished or the pod stops: opens the source, reads, opens it again when its feed
 * broke, for as long as it takes, and brings the file to its end. Runs on a thread of its own, which it blocks.
 */
final class FileRun implements FileReading.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(FileRun.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final WorkFile file;
    private final WorkLock lock;
    private final Workshop shop;
    private final QueueWriter entrance;
    private final long size;
    private final long startedAt;
    private @Nullable RejectedRecords rejects;
    private volatile @Nullable FileReading reading;
    private volatile boolean waiting;
    private Duration pause = FIRST_PAUSE;
    private int since;
    /** Whether it has one of the places of those that are read. */
    private boolean placed = true;

    /**
     * What the files of a pod have in common.
     *
     * @param inbox where they are
     * @param inboxId its id
     * @param settings how they are read
     * @param json reads lines of JSON
     * @param clock monotonic nanoseconds
     * @param stop at zero when the pod stops
     * @param places of the files that are read at the same time
     */
    record Workshop(
            Inbox inbox,
            String inboxId,
            FileSettings settings,
            JsonRecords json,
            LongSupplier clock,
            CountDownLatch stop,
            Semaphore places) {}

    /**
     * @param file claimed
     * @param lock on it; closed at the end of the work
     * @param shop its surroundings
     * @param entrance to its queue
     */
    FileRun(WorkFile file, WorkLock lock, Workshop shop, QueueWriter entrance) throws IOException {
        this.file = file;
        this.lock = lock;
        this.shop = shop;
        this.entrance = entrance;
        this.size = lock.channel().size();
        this.startedAt = shop.clock().getAsLong();
    }

    /** Works until the file is finished or the pod stops. Whoever calls has taken a place among those that are read. */
    void work() {
        try (lock) {
            // The claim must outlive the machine before there are jobs of it.
            shop.inbox().sync(file.queue());
            while (!stopping()) {
                if (attempt()) {
                    return;
                }
            }
            LOG.info(
                    "{} is left at {} of {} bytes, for this pod stops; any pod goes on with it",
                    file,
                    sight().bytes(),
                    size);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            discard();
            leave();
        }
    }

    @Override
    public boolean stopping() {
        return shop.stop().getCount() == 0;
    }

    @Override
    public void settled() {
        if (waiting) {
            waiting = false;
            pause = FIRST_PAUSE;
            LOG.info("{} goes on", file);
        }
    }

    /** What can be seen of it, at any time, by any thread. */
    FileProgress sight() {
        FileReading now = reading;
        long nanos = Math.max(1, shop.clock().getAsLong() - startedAt);
        if (now == null) {
            return new FileProgress(file, 0, size, 0, 0, 0, 0, Duration.ofNanos(nanos), waiting);
        }
        return new FileProgress(
                file,
                now.position(),
                size,
                now.added(),
                now.duplicates(),
                now.rejected(),
                (now.added() + now.duplicates() + now.rejected())
                        * Duration.ofSeconds(1).toNanos()
                        / nanos,
                Duration.ofNanos(nanos),
                waiting);
    }

    /** Whether it is over. */
    private boolean attempt() throws InterruptedException {
        try {
            if (size == 0 || readOn()) {
                finish();
                return true;
            }
        } catch (EnqueueException e) {
            trouble(String.valueOf(e.getMessage()));
        } catch (ExecutionException e) {
            trouble(
                    e.getCause() == null
                            ? e.toString()
                            : String.valueOf(e.getCause().getMessage()));
        } catch (TimeoutException e) {
            trouble("no answer within " + PATIENCE.toSeconds() + " s");
        } catch (IOException | RuntimeException e) {
            if (e instanceof NoSuchFileException && Files.notExists(shop.inbox().work(file))) {
                LOG.warn("{} was taken away while it was read: {}", file, Printable.of(e.toString()));
                return true;
            }
            // Half read and half written: from the start.
            discard();
            trouble(e.toString());
        }
        return false;
    }

    private boolean readOn() throws IOException, ExecutionException, TimeoutException, InterruptedException {
        if (since == 0) {
            since = await(entrance.node().claim(file.source(), file.name(), shop.inboxId()))
                    .since();
        }
        JobFeed feed = await(entrance.node().open(file.source(), since, Duration.ZERO, entrance.settings()));
        FileReading now = reading;
        if (now == null) {
            RejectedRecords bad = new RejectedRecords(
                    shop.inbox().rejected(file), shop.inbox().rejectedDraft(file));
            rejects = bad;
            now = new FileReading(
                    file,
                    lock.channel(),
                    FileFormat.of(file.name(), shop.settings().keyFields(), shop.json()),
                    shop.settings().longestLine(),
                    bad,
                    this);
            reading = now;
        }
        return now.read(feed);
    }

    private void finish() throws IOException, InterruptedException {
        if (rejects != null) {
            rejects.finish();
        }
        shop.inbox().finish(file);
        FileProgress end = sight();
        LOG.info(
                "{} is finished: added={} before={} rejected={} seconds={}",
                file,
                end.added(),
                end.duplicates(),
                end.rejected(),
                String.format(Locale.ROOT, "%.1f", end.time().toMillis() / 1000.0));
        if (end.rejected() > 0) {
            LOG.warn(
                    "{} has {} records that are no jobs: see {}",
                    file,
                    end.rejected(),
                    Printable.of(shop.inbox().rejected(file).toString()));
        }
        if (size > 0) {
            try {
                await(entrance.node().drop(file.source()));
            } catch (ExecutionException | TimeoutException e) {
                // A later scan finds its claim and does it again.
                LOG.debug("{} is not forgotten yet", file, e);
            }
        }
    }

    private void trouble(String why) throws InterruptedException {
        if (stopping()) {
            return;
        }
        if (!waiting) {
            waiting = true;
            LOG.warn("{} waits: {}", file, Printable.of(why));
        }
        leave();
        shop.stop().await(pause.toMillis(), TimeUnit.MILLISECONDS);
        while (!placed && !stopping()) {
            placed = shop.places().tryAcquire(LONGEST_PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        }
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
    }

    /** While it waits others may be read. */
    private void leave() {
        if (placed) {
            placed = false;
            shop.places().release();
        }
    }

    private void discard() {
        RejectedRecords bad = rejects;
        reading = null;
        rejects = null;
        if (bad != null) {
            try {
                bad.close();
            } catch (IOException e) {
                // They are written anew.
                LOG.debug("{} had bad records that could not be written", file, e);
            }
        }
    }

    private static <T> T await(CompletionStage<T> answer)
            throws ExecutionException, TimeoutException, InterruptedException {
        return answer.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
