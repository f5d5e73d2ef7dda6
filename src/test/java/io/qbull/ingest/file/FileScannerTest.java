package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.engine.QueueWriter;
import io.qbull.ingest.route.RecordRoute;
import io.qbull.model.QueueName;
import io.qbull.runtime.LogLimit;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.util.concurrent.SizedScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileScannerTest {
    private static final QueueName QUEUE = new QueueName("ORDERS");
    /** As Camel's executors have it. */
    private static final int LONGEST_QUEUE = 1_000;

    private final ScheduledThreadPoolExecutor scanning = new ScheduledThreadPoolExecutor(1);
    private final ExecutorService reading = Executors.newCachedThreadPool();
    private final CountDownLatch looking = new CountDownLatch(1);
    private final CountDownLatch claimed = new CountDownLatch(1);
    private final AtomicInteger looks = new AtomicInteger();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        scanning.shutdownNow();
        reading.shutdownNow();
    }

    @Test
    void scans_continue_after_many_files_were_claimed_at_once() throws Exception {
        FileScanner scanner = scanner();
        scanner.start();
        assertThat(looking.await(10, TimeUnit.SECONDS)).isTrue();
        for (int n = 0; n < 10 * LONGEST_QUEUE; n++) {
            scanner.scanSoon();
        }
        claimed.countDown();
        await().until(() -> scanning.getQueue().size() <= 1);

        int before = looks.get();

        await().until(() -> looks.get() > before + 1);
    }

    private FileScanner scanner() throws Exception {
        FileTiming timing = new FileTiming(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofMillis(4));
        FileProblems problems = new FileProblems(System::nanoTime);
        FileContext context = new FileContext(
                new Inbox(folder),
                "here",
                new RecordRoute(new DefaultCamelContext(), "direct:records"),
                new FileSettings(folder, 4, 1_000, 10, List.of("key"), Map.of(), timing),
                System::nanoTime,
                new CountDownLatch(1),
                new FinishedFiles(System::nanoTime),
                problems,
                new LogLimit(System::nanoTime),
                new Semaphore(4, true));
        context.inbox().prepare(Set.of(QUEUE));
        FileClaimer claimer = new FileClaimer(
                context.inbox(), Set.of(QUEUE), problems, new WaitingFiles(timing.quiet(), System::nanoTime));
        return new FileScanner(
                context,
                Set.of(QUEUE),
                queue -> look(),
                new FileRuns(queue -> look(), claimer, problems),
                new FileScanner.Threads(new SizedScheduledExecutorService(scanning, LONGEST_QUEUE), reading));
    }

    /** Claims are checked at each tenth scan. The first check lasts until all files are claimed. */
    private QueueWriter look() {
        looks.incrementAndGet();
        looking.countDown();
        try {
            assertThat(claimed.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("no claims in this test");
    }
}
