package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.ingest.record.FileFormats;
import io.qbull.ingest.record.FileText;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files whose bytes are not those of their records, read in one pass, in many, and while they grow. */
class DecodedFileTest {
    private static final QueueName QUEUE = new QueueName("Q");
    private static final int RECORDS = 5_000;

    @TempDir
    private Path folder;

    /** Bodies by offset. */
    private final SortedMap<Long, String> added = new TreeMap<>();

    /** Takes so many records, then fails. */
    private final class Feed implements JobFeed {
        private int left;

        Feed(int left) {
            this.left = left;
        }

        @Override
        public CompletionStage<Enqueued> add(long offset, NewJob job) {
            if (left-- <= 0) {
                return CompletableFuture.failedFuture(
                        new EnqueueException(EnqueueException.Kind.UNKNOWN, "the connection is lost"));
            }
            assertThat(added.put(offset, new String(job.body(), StandardCharsets.UTF_8)))
                    .as("added before at this offset")
                    .isNull();
            return CompletableFuture.completedFuture(
                    new Enqueued(job.id(), new PartitionId(QUEUE, 0), StreamId.START, false));
        }

        @Override
        public boolean broken() {
            return left < 0;
        }

        @Override
        public void close() {}
    }

    /** A file that is complete, or gets its second part when its first was read. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Growing(Path file, byte[] rest) implements FileReading.Listener {
        @Override
        public void settled() {}

        @Override
        public boolean complete(long read) throws IOException {
            if (read < rest.length) {
                Files.write(file, Arrays.copyOfRange(rest, (int) read, rest.length), StandardOpenOption.APPEND);
                return false;
            }
            return true;
        }

        @Override
        public boolean stopping() {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"words.txt, UTF-16", "words.txt.gz, UTF-8", "words.txt.gz, UTF-16", "words.txt.gz, windows-1252"})
    void offsets_are_the_same_in_one_pass_and_in_many_and_while_the_file_grows(String name, Charset encoding)
            throws Exception {
        byte[] content = content(name, encoding);
        read(name, encoding, content, content.length, Integer.MAX_VALUE);
        TreeMap<Long, String> once = new TreeMap<>(added);
        assertThat(once.values())
                .containsExactlyElementsOf(
                        IntStream.range(0, RECORDS).mapToObj(n -> "mañana " + n).toList());

        read(name, encoding, content, content.length, 701);
        assertThat(added).as("in many passes").isEqualTo(once);

        read(name, encoding, content, content.length / 3, Integer.MAX_VALUE);
        assertThat(added).as("while it grows").isEqualTo(once);
    }

    private void read(String name, Charset encoding, byte[] content, int first, int perPass) throws Exception {
        added.clear();
        Path file = Files.write(folder.resolve(name), Arrays.copyOf(content, first));
        FileText text = new FileText(QUEUE, encoding, ',');
        try (FileChannel channel = FileChannel.open(file);
                RejectedRecords rejects = new RejectedRecords(folder.resolve("bad"), folder.resolve("bad.part"))) {
            FileReading reading = new FileReading(
                    WorkFile.of(QUEUE, name),
                    ContentSource.of(channel, FileFormats.packed(name), text),
                    FileFormats.of(name, List.of(), 1, text),
                    1_000,
                    rejects,
                    new Growing(file, content));
            while (!passed(reading, perPass)) {
                // Until the file is read to its end.
            }
            assertThat(reading.records().rejected()).isZero();
        }
    }

    private boolean passed(FileReading reading, int records) throws Exception {
        try {
            return reading.read(new Feed(records)::add);
        } catch (EnqueueException e) {
            return false;
        }
    }

    private static byte[] content(String name, Charset encoding) throws IOException {
        byte[] text = IntStream.range(0, RECORDS)
                .mapToObj(n -> "mañana " + n + "\r\n")
                .collect(Collectors.joining())
                .getBytes(encoding);
        if (!FileFormats.packed(name)) {
            return text;
        }
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(text);
        }
        return packed.toByteArray();
    }
}
