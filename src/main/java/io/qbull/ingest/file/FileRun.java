package io.qbull.ingest.file;

import io.qbull.engine.QueueWriter;
import io.qbull.ingest.file.PendingRecords.UnwrittenException;
import io.qbull.ingest.record.FileFormats;
import io.qbull.ingest.route.RecordFeed;
import io.qbull.model.EnqueueException;
import io.qbull.model.JobFeed;
import io.qbull.model.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pod's work on one claimed file, until the file is finished or the pod stops. Opens the source in Redis and reads; when the feed
 * breaks, opens the source again, as often as it takes. Runs on a thread of its own, which it blocks; any thread may ask for the
 * progress.
 */
final class FileRun implements FileReading.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(FileRun.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /** Between two looks at a file that may still grow. */
    private static final Duration LONGEST_LOOK = Duration.ofMillis(250);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final WorkFile file;
    private final WorkLock lock;
    private final FileContext context;
    private final QueueWriter writer;
    private final RunPlace place;
    private final Stillness stillness;
    private volatile long size;
    private boolean changes;
    private final long startedAt;
    private @Nullable RejectedRecords rejects;
    private volatile @Nullable FileReading reading;
    private volatile boolean waiting;
    /** Whether the log says that it waits. */
    private boolean told;

    private Duration pause = FIRST_PAUSE;
    /**
     * After a failure of the file system. Only the end of the file resets it: a full disk lets every attempt get a little further, or read
     * what was read before.
     */
    private Duration filePause = FIRST_PAUSE;
    /** Whether there is nothing more to read. */
    private boolean readToEnd;
    /** The layout version at the claim; 0 = not known yet. */
    private int since;

    /**
     * @param file a claimed file, which has taken a place among those that are read
     * @param lock on it; closed at the end of the work
     * @param context shared by all files
     * @param writer to its queue
     * @param stillness tells when it is complete
     */
    FileRun(WorkFile file, WorkLock lock, FileContext context, QueueWriter writer, Stillness stillness)
            throws IOException {
        this.file = file;
        this.lock = lock;
        this.context = context;
        this.writer = writer;
        this.place = new RunPlace(context.places());
        this.startedAt = context.clock().getAsLong();
        this.stillness = stillness;
        var unused = look();
    }

    WorkFile file() {
        return file;
    }

    /** Works until the file is finished or the pod stops. Then leaves its place. */
    void work() {
        try (lock) {
            // The claim must survive a crash of the machine before there are jobs of it.
            context.inbox().sync(file.queue());
            while (!stopping()) {
                if (attempt()) {
                    return;
                }
            }
            LOG.info(
                    "{} is left at {} of {} bytes because this pod stops; any pod continues with it",
                    file,
                    progress().bytes(),
                    size);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            discard();
            place.leave();
        }
    }

    @Override
    public boolean stopping() {
        return context.stopping();
    }

    @Override
    public void settled() {
        if (waiting) {
            waiting = false;
            pause = FIRST_PAUSE;
            if (told) {
                told = false;
                LOG.info("{} continues", file);
            }
        }
    }

    /** Reads on for as long as the file grows, and until it has then stood still. */
    @Override
    public boolean complete(long read) throws IOException, InterruptedException {
        if (look() && size <= read) {
            return true;
        }
        Duration left = stillness.left();
        // At least a moment: a file system may show a size before it gives the bytes.
        leavePlace((left.compareTo(LONGEST_LOOK) < 0 ? left : LONGEST_LOOK).plusMillis(1));
        return false;
    }

    /** Looks at the file, and says whether it has stood still. */
    private boolean look() throws IOException {
        FileLook before = stillness.last();
        FileLook now = FileLook.at(context.inbox().work(file));
        size = now.size();
        if (before != null && !now.equals(before) && !changes) {
            changes = true;
            LOG.warn("{} changes although it is claimed; it is read on until it has stood still", file);
        }
        return stillness.still(now);
    }

    FileProgress progress() {
        FileReading current = reading;
        Duration time = Duration.ofNanos(Math.max(1, context.clock().getAsLong() - startedAt));
        if (current == null) {
            return new FileProgress(file, 0, size, 0, 0, 0, 0, time, waiting);
        }
        PendingRecords records = current.records();
        return new FileProgress(
                file,
                current.position(),
                size,
                records.added(),
                records.duplicates(),
                records.rejected(),
                records.skipped(),
                time,
                waiting);
    }

    /** Whether the work is over. If not, the pause before the next attempt has passed. */
    private boolean attempt() throws InterruptedException {
        try {
            readToEnd = readToEnd || (size == 0 && complete(0)) || readOn();
            if (readToEnd) {
                finish();
                return true;
            }
        } catch (EnqueueException e) {
            pause(String.valueOf(e.getMessage()));
        } catch (ExecutionException e) {
            pause(
                    e.getCause() == null
                            ? e.toString()
                            : String.valueOf(e.getCause().getMessage()));
        } catch (TimeoutException e) {
            pause("no answer within " + ANSWER_TIMEOUT.toSeconds() + " s");
        } catch (IOException | RuntimeException e) {
            if (e instanceof NoSuchFileException
                    && Files.notExists(context.inbox().work(file))) {
                LOG.warn("{} was removed while it was read: {}", file, Printable.of(e.toString()));
                return true;
            }
            if (!readToEnd && !(e instanceof UnwrittenException)) {
                // Nobody knows how far the pass came: start again from the beginning.
                discard();
            }
            pauseForFiles(FileProblems.reason(e));
        }
        return false;
    }

    private boolean readOn() throws IOException, ExecutionException, TimeoutException, InterruptedException {
        if (since == 0) {
            since = await(writer.node().claim(file.source(), file.name(), context.inboxId()))
                    .since();
        }
        JobFeed feed = await(writer.node().open(file.source(), since, Duration.ZERO, writer.settings()));
        // The steps of the route run on this thread, which they may block.
        return reading().read(new RecordFeed(context.route(), file.queue(), feed::add, Runnable::run));
    }

    private FileReading reading() throws IOException {
        FileReading current = reading;
        if (current == null) {
            FileSettings settings = context.settings();
            ContentSource source =
                    ContentSource.of(lock.channel(), FileFormats.packed(file.name()), settings.text(file.queue()));
            RejectedRecords bad = new RejectedRecords(
                    context.inbox().rejected(file), context.inbox().rejectedDraft(file));
            rejects = bad;
            current = new FileReading(
                    file,
                    source,
                    FileFormats.of(file.name(), settings.keyFields(), settings.deepest(), source.text()),
                    settings.longestLine(),
                    bad,
                    this);
            reading = current;
        }
        return current;
    }

    private void finish() throws IOException, InterruptedException {
        if (rejects != null) {
            rejects.finish();
        }
        context.inbox().finish(file);
        FileLook end = stillness.last();
        if (end != null) {
            context.finished().add(file, context.inbox().done(file), end);
        }
        logFinished();
        if (since > 0) {
            try {
                await(writer.node().drop(file.source()));
            } catch (ExecutionException | TimeoutException e) {
                // A later check of the claims finds it and drops it.
                LOG.debug("{} is not forgotten yet", file, e);
            }
        }
    }

    private void logFinished() {
        FileProgress end = progress();
        LOG.info(
                "{} is finished: added={} before={} rejected={}{} seconds={}",
                file,
                end.added(),
                end.duplicates(),
                end.rejected(),
                end.skipped() == 0 ? "" : " skipped=" + end.skipped(),
                String.format(Locale.ROOT, "%.1f", end.time().toMillis() / 1000.0));
        if (end.rejected() > 0) {
            String why = reading == null ? null : reading.refusal();
            LOG.warn(
                    "{} {}: see {}",
                    file,
                    why == null ? "has " + end.rejected() + " records that are not jobs" : "is refused: " + why,
                    Printable.of(context.inbox().rejected(file).toString()));
        }
    }

    /** Waits before the next attempt. */
    private void pause(String why) throws InterruptedException {
        if (stopping()) {
            return;
        }
        waiting = true;
        if (!told) {
            told = context.lines().log(why, more -> LOG.warn("{} waits: {}{}", file, Printable.of(why), more));
        }
        leavePlace(pause);
        pause = doubled(pause);
    }

    /** Waits before the next attempt after a failure of the file system, which a person may have to end. */
    private void pauseForFiles(String why) throws InterruptedException {
        if (stopping()) {
            return;
        }
        waiting = true;
        context.problems().report(file.toString(), "waits: " + why);
        leavePlace(filePause);
        filePause = doubled(filePause);
    }

    private static Duration doubled(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    /** Other files may have the place meanwhile. */
    private void leavePlace(Duration time) throws InterruptedException {
        place.leave();
        boolean stopped = context.stop().await(time.toMillis(), TimeUnit.MILLISECONDS);
        while (!stopped && !place.take(LONGEST_PAUSE)) {
            stopped = stopping();
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
                // They will be written again.
                LOG.debug("{} had bad records that could not be written", file, e);
            }
        }
    }

    private static <T> T await(CompletionStage<T> answer)
            throws ExecutionException, TimeoutException, InterruptedException {
        return answer.toCompletableFuture().get(ANSWER_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }
}
