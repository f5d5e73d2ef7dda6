package io.qbull.ingest.file;

import io.qbull.engine.QueueNode;
import io.qbull.engine.QueueWriter;
import io.qbull.ingest.record.JsonRecords;
import io.qbull.model.FileClaim;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the files that a route shows it, and reads claimed files: its own, and those that other pods left. It looks for them again and
 * again, from the start of its route to the end, on a thread of its own; each file is read on a thread of a pool.
 */
public final class FileIngest extends AsyncProcessorSupport {
    private static final Logger LOG = LoggerFactory.getLogger(FileIngest.class);
    private static final long LOOK_EVERY_MILLIS = 1_500;
    private static final int LOOK_JITTER_MILLIS = 1_000;
    /** Every so many looks the claims in Redis are compared with the files. */
    private static final int TIDY_EVERY = 10;

    private static final Duration REPORT_EVERY = Duration.ofSeconds(5);
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(20);

    private final CamelContext context;
    private final Set<QueueName> queues;
    private final Function<QueueName, QueueWriter> entrances;
    private final FileSettings settings;
    private final LongSupplier clock;
    private final Inbox inbox;
    private final Map<SourceId, FileRun> runs = new ConcurrentHashMap<>();
    /** What was said already, so that it is not said with every look. */
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    private final Set<SourceId> claimedHere = ConcurrentHashMap.newKeySet();

    private volatile @Nullable Crew crew;
    private int looks;

    private record Crew(FileRun.Workshop shop, ScheduledExecutorService looker, ExecutorService readers) {}

    /**
     * @param context makes the threads
     * @param queues that have a folder
     * @param entrances the ways into them
     * @param settings how files are read
     * @param clock monotonic nanoseconds
     */
    public FileIngest(
            CamelContext context,
            Set<QueueName> queues,
            Function<QueueName, QueueWriter> entrances,
            FileSettings settings,
            LongSupplier clock) {
        this.context = context;
        this.queues = Set.copyOf(queues);
        this.entrances = entrances;
        this.settings = settings;
        this.clock = clock;
        this.inbox = new Inbox(settings.inbox());
    }

    @Override
    protected void doStart() throws Exception {
        inbox.prepare(queues);
        looks = 0;
        FileRun.Workshop shop = new FileRun.Workshop(
                inbox,
                inbox.id(),
                settings,
                new JsonRecords(settings.keyFields(), settings.deepest()),
                clock,
                new CountDownLatch(1),
                // Fair, so that one that has waited is not passed by new ones for ever.
                new Semaphore(settings.atOnce(), true));
        Crew fresh = new Crew(
                shop,
                context.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "qbull-files-look"),
                context.getExecutorServiceManager().newCachedThreadPool(this, "qbull-files"));
        crew = fresh;
        lookAfter(fresh, LOOK_JITTER_MILLIS);
        var unused = fresh.looker.scheduleWithFixedDelay(
                this::report, REPORT_EVERY.toMillis(), REPORT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() throws Exception {
        Crew old = crew;
        crew = null;
        if (old == null) {
            return;
        }
        old.shop.stop().countDown();
        context.getExecutorServiceManager().shutdownNow(old.looker);
        context.getExecutorServiceManager().shutdown(old.readers);
        if (!old.readers.awaitTermination(LAST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)) {
            context.getExecutorServiceManager().shutdownNow(old.readers);
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        File shown = exchange.getMessage().getBody(File.class);
        if (shown != null) {
            claim(shown.toPath());
        }
        callback.done(true);
        return true;
    }

    /**
     * @return the files that this pod reads now, oldest first
     */
    List<FileProgress> sights() {
        return runs.values().stream()
                .map(FileRun::sight)
                .sorted(Comparator.comparing(sight -> sight.file().source().value()))
                .toList();
    }

    private void claim(Path waiting) {
        QueueName queue = queueOf(waiting);
        if (queue == null) {
            return;
        }
        boolean usable = Files.isRegularFile(waiting, LinkOption.NOFOLLOW_LINKS)
                && Files.isReadable(waiting)
                && Files.isWritable(waiting);
        if (!usable && Files.exists(waiting, LinkOption.NOFOLLOW_LINKS)) {
            tell(waiting + " stays where it is: it must be a plain file that this pod may read and write");
            return;
        }
        try {
            WorkFile file = inbox.claim(queue, waiting);
            claimedHere.add(file.source());
            LOG.info("{} is claimed", file);
            lookSoon();
        } catch (NoSuchFileException e) {
            LOG.debug("another pod has claimed {}", Printable.of(waiting.toString()));
        } catch (IOException e) {
            tell(waiting + " stays where it is: " + e);
        }
    }

    private @Nullable QueueName queueOf(Path waiting) {
        String folder = waiting.getParent() == null
                ? ""
                : String.valueOf(waiting.getParent().getFileName());
        for (QueueName queue : queues) {
            if (queue.value().equals(folder)) {
                return queue;
            }
        }
        tell("the files in " + waiting.getParent() + " stay where they are: this pod has no such queue");
        return null;
    }

    private void lookSoon() {
        Crew current = crew;
        if (current != null) {
            try {
                current.looker.execute(() -> look(current));
            } catch (RejectedExecutionException e) {
                LOG.debug("no more looks, for this pod stops");
            }
        }
    }

    private void lookAfter(Crew current, long millis) {
        try {
            var unused = current.looker.schedule(() -> lookAgainAndAgain(current), millis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("no more looks, for this pod stops");
        }
    }

    private void lookAgainAndAgain(Crew current) {
        look(current);
        if (looks++ % TIDY_EVERY == 0) {
            queues.forEach(queue -> tidy(current, queue));
        }
        lookAfter(current, LOOK_EVERY_MILLIS + ThreadLocalRandom.current().nextInt(LOOK_JITTER_MILLIS));
    }

    private void look(Crew current) {
        for (QueueName queue : queues) {
            try {
                for (WorkFile file : inbox.claimed(queue)) {
                    if (mayBegin(current, file) && !begin(current, file)) {
                        current.shop.places().release();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | RuntimeException e) {
                tell("the files of queue " + queue + " cannot be looked at: " + e);
            }
        }
    }

    /**
     * Those that wait keep no place from other queues, but in their own one no more wait than are read at the same time: what holds
     * up one file of a queue mostly holds up the next one too.
     *
     * @return whether it has got a place
     */
    private boolean mayBegin(Crew current, WorkFile file) throws InterruptedException {
        long ofQueue = runs.values().stream()
                .filter(run -> run.sight().file().queue().equals(file.queue()))
                .count();
        return ofQueue < settings.atOnce()
                && !runs.containsKey(file.source())
                // Unlike without a time, in its turn.
                && current.shop.places().tryAcquire(0, TimeUnit.SECONDS);
    }

    /**
     * @return whether it is read now; not if somebody else reads it
     */
    private boolean begin(Crew current, WorkFile file) {
        WorkLock lock = null;
        try {
            lock = WorkLock.take(inbox.work(file));
            if (lock != null) {
                FileRun run = new FileRun(file, lock, current.shop, entrances.apply(file.queue()));
                if (!claimedHere.remove(file.source())) {
                    LOG.info("{} is resumed", file);
                }
                runs.put(file.source(), run);
                current.readers.execute(() -> work(run, file));
                return true;
            }
        } catch (IOException | RuntimeException e) {
            runs.remove(file.source());
            tell(file + " cannot be read: " + e);
            if (lock != null) {
                lock.close();
            }
        }
        return false;
    }

    private void work(FileRun run, WorkFile file) {
        try {
            run.work();
        } finally {
            runs.remove(file.source());
            lookSoon();
        }
    }

    /** A crash may have left a claim of a file that is finished; one whose file is gone needs a person. */
    private void tidy(Crew current, QueueName queue) {
        try {
            QueueNode node = entrances.apply(queue).node();
            node.claims()
                    .thenAccept(claims -> claims.forEach((source, claim) -> {
                        if (claim.inbox().equals(current.shop.inboxId())) {
                            tidy(node, queue, source, claim);
                        }
                    }));
        } catch (RuntimeException e) {
            tell("the claims of queue " + queue + " cannot be looked at: " + e);
        }
    }

    private void tidy(QueueNode node, QueueName queue, SourceId source, FileClaim claim) {
        switch (inbox.find(queue, source, claim.file())) {
            case WORK -> LOG.trace("{} is being read or will be", source);
            case DONE -> {
                inbox.sync(queue);
                node.drop(source);
            }
            case NOWHERE ->
                tell("queue=" + queue + " file=" + claim.file() + " ulid=" + source + " was being read by pod "
                        + claim.pod()
                        + " and is gone: put it back into .work, or give it up by ./qbull files forget " + queue + " "
                        + source);
        }
    }

    private void report() {
        for (FileProgress sight : sights()) {
            if (sight.time().compareTo(REPORT_EVERY) >= 0) {
                LOG.info(
                        "{} records={} rate={}/s done={}% rejected={}{}",
                        sight.file(),
                        sight.records(),
                        sight.rate(),
                        String.format(Locale.ROOT, "%.1f", sight.share() * 100),
                        sight.rejected(),
                        sight.waiting() ? ", waits" : "");
            }
        }
    }

    private void tell(String what) {
        if (told.add(what)) {
            LOG.warn("{}", Printable.of(what, 500));
        }
    }
}
