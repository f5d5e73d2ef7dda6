package io.qbull.ingest.file;

import io.qbull.engine.BulkEnqueuer;
import io.qbull.ingest.file.Content.DamagedContent;
import io.qbull.ingest.file.PendingRecords.Place;
import io.qbull.ingest.record.BulkRecord;
import io.qbull.ingest.record.FileFormat;
import io.qbull.ingest.record.LineSplitter;
import io.qbull.ingest.record.Lines;
import io.qbull.ingest.record.RefusedRecord;
import io.qbull.model.EnqueueException;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a file and gives its records to a feed. If the feed breaks, the next pass continues with the first record that has no answer.
 * Used by one thread at a time, which it blocks; any thread may read the counts.
 */
final class FileReading implements LineSplitter.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(FileReading.class);
    private static final int CHUNK = 1 << 16;

    private final WorkFile file;
    private final ContentSource source;
    private final FileFormat format;
    private final int longestLine;
    private final Listener listener;
    private final PendingRecords records;
    private BulkEnqueuer.@Nullable Adder feed;
    /** The first line of this pass. */
    private long firstLine = 1;

    private boolean stopped;
    /** Whether this pass came to a line with which the rest of the file is refused. */
    private boolean restRefused;
    /** Why the file, or its rest, is not read. */
    private @Nullable String refusal;

    /** How much of the file itself was read. */
    private volatile long fileOffset;

    /**
     * @param file that is read
     * @param source of its bytes
     * @param format of its lines
     * @param longestLine in bytes
     * @param rejects takes the bad records
     * @param listener hears how it goes
     */
    FileReading(
            WorkFile file,
            ContentSource source,
            FileFormat format,
            int longestLine,
            RejectedRecords rejects,
            Listener listener) {
        this.file = file;
        this.source = source;
        this.format = format;
        this.longestLine = longestLine;
        this.listener = listener;
        this.records = new PendingRecords(rejects, listener::settled, this::flush);
    }

    /** Hears how a reading goes, on its thread. */
    interface Listener {
        /** A record was added, now or before. */
        void settled();

        /**
         * All bytes that the file had were read. Waits a little if more may come.
         *
         * @param read how many
         * @return whether the file is complete
         * @throws IOException if the file cannot be looked at
         * @throws InterruptedException if the wait was interrupted
         */
        boolean complete(long read) throws IOException, InterruptedException;

        /**
         * @return whether the reading must stop
         */
        boolean stopping();
    }

    /** What became of the records so far. */
    PendingRecords records() {
        return records;
    }

    /**
     * Reads from the first record without an answer. On return every record that was given to the feed is answered.
     *
     * @param next takes the records
     * @return whether the file was read to its end; false = the reading had to stop
     * @throws EnqueueException if the feed broke; reading can continue with another one
     * @throws PendingRecords.UnwrittenException if a bad record cannot be listed; reading can continue there
     * @throws IOException if the file cannot be read
     * @throws InterruptedException if a wait for more was interrupted
     */
    boolean read(BulkEnqueuer.Adder next) throws IOException, InterruptedException {
        feed = next;
        records.restart();
        Place begin = records.resume();
        firstLine = begin.line();
        restRefused = false;
        refusal = source.refusal();
        if (refusal != null) {
            records.reject(begin, refusal, new byte[0]);
        }
        boolean end = refusal != null || readLines(begin.offset());
        records.settleAll();
        records.throwFailure();
        // A stop that came with the last line may have left it out.
        return restRefused || (end && !stopped);
    }

    /** Why the file, or its rest, was not read by the last pass; null = it was. */
    @Nullable
    String refusal() {
        return refusal;
    }

    /**
     * Whether the end of the file was reached, or of what can be read. What a growing file has so far is added before more is
     * awaited.
     */
    private boolean readLines(long from) throws IOException, InterruptedException {
        LineSplitter lines = new LineSplitter(longestLine, format.separator(), from, this);
        try (Content content = source.open(from)) {
            return readLines(content, lines);
        } catch (DamagedContent e) {
            refusal = e.reason();
            records.reject(place(lines.number(), lines.start()), e.reason(), new byte[0]);
            return true;
        }
    }

    private boolean readLines(Content content, LineSplitter lines)
            throws IOException, DamagedContent, InterruptedException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        while (!over()) {
            int count = content.read(chunk.clear());
            fileOffset = content.fileOffset();
            if (count >= 0) {
                lines.take(chunk.array(), 0, count);
                continue;
            }
            records.settleAll();
            if (!records.failed() && listener.complete(content.fileOffset())) {
                String missing = content.missing();
                if (missing != null) {
                    throw new DamagedContent(missing);
                }
                // Only now: before, its last line may be a part of one.
                lines.end();
                return true;
            }
        }
        return false;
    }

    /** Up to which byte of the file its records are answered; where the file is decoded, up to which it is read. */
    long position() {
        return source.plain() ? records.position() : fileOffset;
    }

    @Override
    public void line(long number, long offset, byte[] line) {
        if (over()) {
            return;
        }
        Place at = place(number, offset);
        byte[] content = offset == 0 ? Lines.withoutByteOrderMark(line) : line;
        NewJob job;
        try {
            BulkRecord record = format.read(content);
            if (record == null) {
                return;
            }
            job = job(record, at);
        } catch (RefusedRecord e) {
            restRefused = e.isWithRest();
            records.reject(at, e.reason(), content);
            return;
        } catch (RuntimeException e) {
            LOG.debug("{} has a record that cannot be read, at offset {}", file, offset, e);
            records.reject(at, RefusedRecord.UNREADABLE, content);
            return;
        }
        give(at, content, job);
    }

    @Override
    public void tooLong(long number, long offset, long bytes) {
        if (!over()) {
            String reason = "the line has " + bytes + " bytes, the longest may have " + longestLine;
            records.reject(place(number, offset), reason, new byte[0]);
        }
    }

    private void flush() {
        if (feed != null) {
            feed.flush();
        }
    }

    private void give(Place at, byte[] content, NewJob job) {
        if (feed == null) {
            throw new IllegalStateException("a line outside of a pass");
        }
        // The body may be the line itself, which then counts once.
        int jobBytes = job.body() == content ? 0 : job.body().length;
        records.add(at, content, jobBytes, feed.add(at.offset(), job).toCompletableFuture());
    }

    private Place place(long number, long offset) {
        return new Place(offset, firstLine + number - 1);
    }

    private boolean over() {
        stopped = stopped || listener.stopping();
        return stopped || records.failed() || restRefused;
    }

    private NewJob job(BulkRecord record, Place at) {
        JobId chosen = record.id();
        JobId id = chosen != null ? chosen : new JobId(file.source() + "-" + at.offset());
        return new NewJob(id, chosen != null, record.key(), record.body(), record.contentType(), Map.of())
                .due(record.due());
    }
}
