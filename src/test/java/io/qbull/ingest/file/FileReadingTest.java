package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.ingest.record.CsvRecords;
import io.qbull.ingest.record.FileFormat;
import io.qbull.ingest.record.FileText;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
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
