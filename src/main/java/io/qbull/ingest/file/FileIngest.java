package io.qbull.ingest.file;

import io.qbull.engine.QueueWriter;
import io.qbull.ingest.route.RecordRoute;
import io.qbull.model.QueueName;
import io.qbull.runtime.LogLimit;
import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.LifecycleStrategySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The step of the route {@code ingest-files}. Claims the files that the route shows it, and while the route runs reads claimed files:
 * its own, and those that other pods left.
 */
public final class FileIngest extends AsyncProcessorSupport {
    /** The endpoint of the route that takes the records. */
    private static final String ROUTE = "direct:ingest-files-records";

    private static final Logger LOG = LoggerFactory.getLogger(FileIngest.class);
    private static final Duration REPORT_EVERY = Duration.ofSeconds(10);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

    private final CamelContext camel;
    private final Set<QueueName> queues;
    private final Function<QueueName, QueueWriter> writers;
    private final FileSettings settings;
    private final LongSupplier clock;
    private final Inbox inbox;
    private final FileProblems problems;
    private final FileHealthCheck health;
    private final FileClaimer claimer;
    private final FileRuns runs;
    /** Null while the route does not run. */
    private volatile @Nullable Session session;

    private record Session(FileContext context, FileScanner scanner, FileScanner.Threads threads) {}

    /**
     * @param camel makes the threads
     * @param queues that have a folder
     * @param writers the ways into the queues
     * @param settings how files are read
     * @param clock monotonic nanoseconds
     */
    public FileIngest(
            CamelContext camel,
            Set<QueueName> queues,
            Function<QueueName, QueueWriter> writers,
            FileSettings settings,
            LongSupplier clock) {
        this.camel = camel;
        this.queues = Set.copyOf(queues);
        this.writers = writers;
        this.settings = settings;
        this.clock = clock;
        this.inbox = new Inbox(settings.inbox());
        this.problems = new FileProblems(clock);
        this.health = new FileHealthCheck(problems);
        this.claimer = new FileClaimer(
                inbox, this.queues, problems, new WaitingFiles(settings.timing().quiet(), clock));
        this.runs = new FileRuns(writers, claimer, problems);
        camel.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                readNoMore();
            }
        });
    }

    /** Comes first when the context stops: it waits for the records that are in the routes, and there would be more and more. */
    private void readNoMore() {
        Session ending = session;
        if (ending != null) {
            ending.context.stop().countDown();
        }
    }

    @Override
    protected void doStart() throws Exception {
        inbox.prepare(queues);
        FileContext context = new FileContext(
                inbox,
                inbox.id(),
                new RecordRoute(camel, ROUTE),
                settings,
                clock,
                new CountDownLatch(1),
                new FinishedFiles(clock),
                problems,
                new LogLimit(clock),
                // Fair, so that newcomers cannot overtake a file that waits for a place.
                new Semaphore(settings.atOnce(), true));
        ExecutorServiceManager executors = camel.getExecutorServiceManager();
        FileScanner.Threads threads = new FileScanner.Threads(
                executors.newSingleThreadScheduledExecutor(this, "qbull-files-look"),
                executors.newCachedThreadPool(this, "qbull-files"));
        FileScanner scanner = new FileScanner(context, queues, writers, runs, threads);
        session = new Session(context, scanner, threads);
        scanner.start();
        HealthCheckRegistry checks = HealthCheckRegistry.get(camel);
        if (checks != null) {
            checks.register(health);
        }
        var unused = threads.scanning()
                .scheduleWithFixedDelay(
                        this::report, REPORT_EVERY.toMillis(), REPORT_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() throws Exception {
        Session ending = session;
        session = null;
        if (ending == null) {
            return;
        }
        HealthCheckRegistry checks = HealthCheckRegistry.get(camel);
        if (checks != null) {
            checks.unregister(health);
        }
        ending.context.stop().countDown();
        ExecutorServiceManager executors = camel.getExecutorServiceManager();
        executors.shutdownNow(ending.threads.scanning());
        executors.shutdown(ending.threads.reading());
        if (!ending.threads.reading().awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
            executors.shutdownNow(ending.threads.reading());
        }
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Path waiting = path(exchange.getMessage().getBody(File.class));
        Session current = session;
        if (waiting != null && claimer.claim(waiting) && current != null) {
            current.scanner.scanSoon();
        }
        callback.done(true);
        return true;
    }

    private static @Nullable Path path(@Nullable File file) {
        try {
            return file == null ? null : file.toPath();
        } catch (InvalidPathException e) {
            // A name that this pod's locale cannot carry: a scan reports it.
            return null;
        }
    }

    /**
     * @return how far this pod has read each file, oldest first
     */
    List<FileProgress> progress() {
        return runs.progress();
    }

    private void report() {
        for (FileProgress progress : progress()) {
            if (progress.time().compareTo(REPORT_EVERY) >= 0) {
                LOG.info(
                        "{} records={} rate={}/s done={}% rejected={}{}",
                        progress.file(),
                        progress.records(),
                        progress.rate(),
                        String.format(Locale.ROOT, "%.1f", progress.share() * 100),
                        progress.rejected(),
                        progress.waiting() ? ", waits" : "");
            }
        }
    }
}
