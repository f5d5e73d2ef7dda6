package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.engine.QueueNode;
import io.qbull.engine.QueueWriter;
import io.qbull.ingest.route.RecordRoute;
import io.qbull.model.Enqueued;
import io.qbull.model.FileClaim;
import io.qbull.model.JobFeed;
import io.qbull.model.JobFormat;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.RoutedRecord;
import io.qbull.model.StreamId;
import io.qbull.runtime.LogLimit;
import io.qbull.testing.CapturedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file whose bad records cannot be listed because the file system refuses to write, and a queue that takes all others. */
class FullDiskTest {
    private static final QueueName QUEUE = new QueueName("ORDERS");

    @TempDir
    private Path folder;

    private final AtomicLong clock = new AtomicLong();
    private final List<Long> pauses = new ArrayList<>();
    private final List<Long> added = new ArrayList<>();

    /** Takes no time, and lets the file system write again after the tenth pause. */
    private final class Pauses extends CountDownLatch {
        Pauses() {
            super(1);
        }

        @Override
        public boolean await(long time, TimeUnit unit) {
            pauses.add(unit.toMillis(time));
            clock.addAndGet(unit.toNanos(time));
            if (pauses.size() == 10) {
                try {
                    Files.createDirectory(elsewhere());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return false;
        }
    }

    private final class Feed implements JobFeed {
        @Override
        public CompletionStage<Enqueued> add(long offset, NewJob job) {
            added.add(offset);
            return CompletableFuture.completedFuture(
                    new Enqueued(job.id(), new PartitionId(QUEUE, 0), StreamId.START, false));
        }

        @Override
        public boolean broken() {
            return false;
        }

        @Override
        public void close() {}
    }

    @Test
    void attempts_are_farther_and_farther_apart_and_add_nothing_again() throws Exception {
        Inbox inbox = new Inbox(folder);
        inbox.prepare(Set.of(QUEUE));
        Path whole = Files.writeString(
                folder.resolve("ORDERS/a.jsonl"),
                "{\"key\":\"k\",\"body\":1}\nbad\n{\"key\":\"k\",\"body\":2}\nbad\n{\"key\":\"k\",\"body\":3}\n");
        WorkFile file = inbox.claim(QUEUE, whole);
        fillDisk();
        FileProblems problems = new FileProblems(clock::get);

        try (CapturedLog log = new CapturedLog()) {
            run(inbox, file, problems);

            assertThat(pauses)
                    .containsExactly(250L, 500L, 1_000L, 2_000L, 4_000L, 8_000L, 10_000L, 10_000L, 10_000L, 10_000L);
            assertThat(log.lines(" waits: ")).singleElement().asString().contains("its bad records cannot be listed");
            assertThat(log.lines(" continues")).isEmpty();
        }
        // Records behind the bad one were in the same batch; Redis knows that it has them.
        assertThat(added.stream().distinct()).hasSize(3);
        assertThat(Files.readAllLines(rejected().resolve(file.claimed()))).hasSize(2);
        assertThat(inbox.done(file)).exists();
    }

    @Test
    void a_csv_without_a_key_is_listed_and_read_no_further_once_there_is_room() throws Exception {
        Inbox inbox = new Inbox(folder);
        inbox.prepare(Set.of(QUEUE));
        Path whole = Files.writeString(folder.resolve("ORDERS/a.csv"), "name,key2\nx,1\ny,2\n");
        WorkFile file = inbox.claim(QUEUE, whole);
        fillDisk();

        try (CapturedLog log = new CapturedLog()) {
            run(inbox, file, new FileProblems(clock::get));

            assertThat(pauses).hasSize(10);
            assertThat(log.lines(" is finished: ")).singleElement().asString().contains("added=0 before=0 rejected=1");
        }
        assertThat(added).isEmpty();
        assertThat(Files.readAllLines(rejected().resolve(file.claimed())))
                .singleElement()
                .asString()
                .contains("the header has no column key");
        assertThat(inbox.done(file)).exists();
    }

    /** A link to nowhere lets nothing be written, as a full disk does, and everything else goes on. */
    private void fillDisk() throws IOException {
        Files.delete(rejected());
        Files.createSymbolicLink(rejected(), elsewhere());
    }

    private static void add(Object record) {
        RoutedRecord routed = (RoutedRecord) record;
        var unused = routed.add(QUEUE, routed.job());
    }

    private Path elsewhere() {
        return folder.resolve("elsewhere");
    }

    private Path rejected() {
        return folder.resolve("ORDERS/.rejected");
    }

    private void run(Inbox inbox, WorkFile file, FileProblems problems) throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:records")
                        .process(exchange -> ((List<?>) exchange.getMessage().getBody()).forEach(FullDiskTest::add));
            }
        });
        camel.start();
        try {
            run(inbox, file, problems, new RecordRoute(camel, "direct:records"));
        } finally {
            camel.stop();
        }
    }

    private void run(Inbox inbox, WorkFile file, FileProblems problems, RecordRoute route) throws IOException {
        FileContext context = new FileContext(
                inbox,
                "here",
                route,
                new FileSettings(folder, 1, 1_000, 10, List.of("key"), Map.of(), FileTiming.of(Duration.ZERO)),
                clock::get,
                new Pauses(),
                new FinishedFiles(clock::get),
                problems,
                new LogLimit(clock::get),
                new Semaphore(1));
        WorkLock lock = Objects.requireNonNull(WorkLock.take(inbox.work(file)));
        assertThat(context.places().tryAcquire()).isTrue();
        EnqueueSettings settings = new EnqueueSettings(
                Duration.ofMinutes(10), JobFormat.NATIVE, 1 << 20, 512, 500, Duration.ofSeconds(10), 0);
        new FileRun(
                        file,
                        lock,
                        context,
                        new QueueWriter(node(), settings, Runnable::run),
                        new Stillness(Duration.ZERO, clock::get))
                .work();
    }

    /** Answers what a file asks for. */
    private QueueNode node() {
        return (QueueNode) Proxy.newProxyInstance(
                QueueNode.class.getClassLoader(),
                new Class<?>[] {QueueNode.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "claim" -> CompletableFuture.completedFuture(new FileClaim(1, "a.jsonl", "pod", "here"));
                    case "open" -> CompletableFuture.completedFuture(new Feed());
                    case "drop" -> CompletableFuture.completedFuture(null);
                    default -> throw new IllegalStateException(method.getName());
                });
    }
}
