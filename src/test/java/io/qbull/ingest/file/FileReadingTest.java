package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.qbull.engine.BulkEnqueuer;
import io.qbull.ingest.record.CsvRecords;
import io.qbull.ingest.record.FileFormat;
import io.qbull.ingest.record.FileFormats;
import io.qbull.ingest.record.FileText;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.testing.Patience;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files against a queue that answers only who waits for it. */
class FileReadingTest {
    private static final QueueName QUEUE = new QueueName("Q");
    private static final WorkFile FILE = WorkFile.of(QUEUE, "wide.csv");

    @TempDir
    private Path folder;

    private long held;
    private long mostHeld;
    private int added;

    private final class Feed implements JobFeed {
        @Override
        public CompletionStage<Enqueued> add(long offset, NewJob job) {
            held += job.body().length;
            mostHeld = Math.max(mostHeld, held);
            added++;
            return new CompletableFuture<>() {
                @Override
                public Enqueued get() throws InterruptedException, ExecutionException {
                    held -= job.body().length;
                    complete(new Enqueued(job.id(), new PartitionId(QUEUE, 0), StreamId.START, false));
                    return super.get();
                }
            };
        }

        @Override
        public boolean broken() {
            return false;
        }

        @Override
        public void close() {}
    }

    private static final class Patient implements FileReading.Listener {
        @Override
        public void settled() {}

        @Override
        public boolean complete(long read) {
            return true;
        }

        @Override
        public boolean stopping() {
            return false;
        }
    }

    /** Jobs that are far smaller than their lines, to a feed that collects them until it is told to send. */
    @Test
    void records_that_are_only_collected_are_sent_before_their_answers_are_awaited() throws Exception {
        Path json = Files.writeString(
                folder.resolve("loose.ndjson"), ("{\"key\":\"k\",\"body\":1" + " ".repeat(100_000) + "}\n").repeat(50));
        List<CompletableFuture<Enqueued>> collected = new ArrayList<>();
        BulkEnqueuer.Adder collecting = new BulkEnqueuer.Adder() {
            @Override
            public CompletionStage<Enqueued> add(long offset, NewJob job) {
                added++;
                collected.add(new CompletableFuture<>());
                return collected.get(collected.size() - 1);
            }

            @Override
            public void flush() {
                collected.forEach(answer -> answer.complete(
                        new Enqueued(new JobId("a"), new PartitionId(QUEUE, 0), StreamId.START, false)));
                collected.clear();
            }
        };
        try (FileChannel channel = FileChannel.open(json);
                RejectedRecords rejects = new RejectedRecords(folder.resolve("bad"), folder.resolve("bad.part"))) {
            ContentSource source = ContentSource.of(channel, false, FileText.preset(QUEUE));
            FileFormat format = FileFormats.of("loose.ndjson", List.of("key"), 10, FileText.preset(QUEUE));
            FileReading reading = new FileReading(FILE, source, format, 1 << 20, rejects, new Patient());

            assertTimeoutPreemptively(
                    Patience.LIMIT, () -> assertThat(reading.read(collecting)).isTrue());
        }

        assertThat(added).isEqualTo(50);
        assertThat(collected).isEmpty();
    }

    /** A row of CSV names no columns, its body names them all. */
    @Test
    void bodies_that_are_larger_than_their_lines_are_bounded_too() throws Exception {
        String names = "x".repeat(100_000);
        Path csv = Files.writeString(folder.resolve("wide.csv"), "to," + names + "\n" + "1,2\n".repeat(500));
        FileFormat format = new CsvRecords(List.of("to"), FileText.preset(QUEUE));
        try (FileChannel channel = FileChannel.open(csv);
                RejectedRecords rejects = new RejectedRecords(folder.resolve("bad"), folder.resolve("bad.part"))) {
            ContentSource source = ContentSource.of(channel, false, FileText.preset(QUEUE));
            FileReading reading = new FileReading(FILE, source, format, 1 << 20, rejects, new Patient());

            assertThat(reading.read(new Feed()::add)).isTrue();
        }

        assertThat(added).isEqualTo(500);
        assertThat(mostHeld).isBetween(1L << 20, 3L << 20);
    }
}
