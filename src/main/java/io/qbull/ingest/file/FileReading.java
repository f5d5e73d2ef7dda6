package io.qbull.ingest.file;

import io.qbull.ingest.record.BulkRecord;
import io.qbull.ingest.record.FileFormat;
import io.qbull.ingest.record.LineSplitter;
import io.qbull.ingest.record.RefusedRecord;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a file, gives its records to a feed and counts what becomes of them. A bounded number of them waits for its answers, which are
 * counted in the order of the file; so there is always a place up to which all is answered, and reading goes on from there when a
 * feed has broken. Used by one thread at a time, which it blocks; what it counts can be seen by all.
 */
final class FileReading implements LineSplitter.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(FileReading.class);
    private static final int CHUNK = 1 << 16;
    private static final int MOST_UNDER_WAY = 2_000;
    private static final long MOST_BYTES_UNDER_WAY = 2L << 20;

    private final WorkFile file;
    private final FileChannel channel;
    private final FileFormat format;
    private final int longestLine;
    private final RejectedRecords rejects;
    private final Listener listener;
    private final ArrayDeque<Given> underWay = new ArrayDeque<>();
    private long bytesUnderWay;
    /** Where this pass over the file begins, and the next one will. */
    private Place begin = new Place(0, 1);

    private @Nullable JobFeed feed;
    private @Nullable EnqueueException failure;
    private boolean stopped;
    private volatile long position;
    private final AtomicLong added = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong rejected = new AtomicLong();

    /**
     * @param file which
     * @param channel to its bytes
     * @param format of its lines
     * @param longestLine in bytes
     * @param rejects takes the bad records
     * @param listener hears how it goes
     */
    FileReading(
            WorkFile file,
            FileChannel channel,
            FileFormat format,
            int longestLine,
            RejectedRecords rejects,
            Listener listener) {
        this.file = file;
        this.channel = channel;
        this.format = format;
        this.longestLine = longestLine;
        this.rejects = rejects;
        this.listener = listener;
    }

    /**
     * Reads on, from the first record without an answer. On return all that were given have theirs.
     *
     * @param next takes the records
     * @return whether the file was read to its end; else it was told to stop
     * @throws EnqueueException if the feed broke; reading can go on with another one
     * @throws IOException if the file cannot be read
     * @throws UncheckedIOException if its bad records cannot be written
     */
    boolean read(JobFeed next) throws IOException {
        feed = next;
        failure = null;
        LineSplitter lines = new LineSplitter(longestLine, format.quotes(), begin.offset, this);
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long at = begin.offset;
        boolean end = false;
        while (!over() && !end) {
            int count = channel.read(chunk.clear(), at);
            end = count < 0;
            if (end) {
                lines.end();
            } else {
                lines.take(chunk.array(), 0, count);
                at += count;
            }
        }
        while (!underWay.isEmpty()) {
            settle();
        }
        if (failure != null) {
            throw failure;
        }
        // A stop that came with the last line may have left it out.
        return format.unreadable() || (end && !stopped);
    }

    @Override
    public void line(long number, long offset, byte[] line) {
        if (over()) {
            return;
        }
        Place at = new Place(offset, begin.line + number - 1);
        byte[] content = at.offset == 0 ? FileFormat.withoutMark(line) : line;
        NewJob job;
        try {
            BulkRecord record = format.read(content);
            if (record == null) {
                return;
            }
            job = job(record, at);
        } catch (RefusedRecord e) {
            refuse(at, e.reason(), content);
            return;
        } catch (RuntimeException e) {
            LOG.debug("{} has a record that cannot be read, at offset {}", file, offset, e);
            refuse(at, RefusedRecord.UNREADABLE, content);
            return;
        }
        // A body may be the line itself, or be made of it.
        int body = job.body() == content ? 0 : job.body().length;
        give(at, content, body, feed().add(at.offset, job).toCompletableFuture());
    }

    @Override
    public void tooLong(long number, long offset, long bytes) {
        if (!over()) {
            refuse(
                    new Place(offset, begin.line + number - 1),
                    "the line has " + bytes + " bytes, the longest may have " + longestLine,
                    new byte[0]);
        }
    }

    long position() {
        return position;
    }

    /** Newly added. */
    long added() {
        return added.get();
    }

    /** Added before. */
    long duplicates() {
        return duplicates.get();
    }

    long rejected() {
        return rejected.get();
    }

    private JobFeed feed() {
        if (feed == null) {
            throw new IllegalStateException("a line without a reading");
        }
        return feed;
    }

    private boolean over() {
        stopped = stopped || listener.stopping();
        return stopped || failure != null || format.unreadable();
    }

    private NewJob job(BulkRecord record, Place at) {
        JobId chosen = record.id();
        JobId id = chosen != null ? chosen : new JobId(file.source() + "-" + at.offset);
        return new NewJob(id, chosen != null, record.key(), record.body(), record.contentType(), Map.of())
                .due(record.due());
    }

    /** It takes its turn with those that wait, so that it is counted once, in its place. */
    private void refuse(Place at, String reason, byte[] content) {
        give(
                at,
                content,
                0,
                CompletableFuture.failedFuture(new EnqueueException(EnqueueException.Kind.INVALID, reason)));
    }

    private void give(Place at, byte[] content, int body, CompletableFuture<Enqueued> answer) {
        Given given = new Given(at, content, body, answer);
        underWay.add(given);
        bytesUnderWay += given.held();
        while (!underWay.isEmpty() && (full() || underWay.element().answer.isDone())) {
            settle();
        }
    }

    private boolean full() {
        return underWay.size() >= MOST_UNDER_WAY || bytesUnderWay >= MOST_BYTES_UNDER_WAY;
    }

    /** Waits for the oldest answer and counts it. After a failure the others are only waited for. */
    private void settle() {
        Given oldest = underWay.remove();
        bytesUnderWay -= oldest.held();
        try {
            Enqueued answer = oldest.answer.get();
            if (failure == null) {
                count(answer);
                position = oldest.at.offset + oldest.content.length;
                listener.settled();
            }
        } catch (ExecutionException e) {
            if (failure == null) {
                failed(oldest, e.getCause());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = new EnqueueException(EnqueueException.Kind.UNKNOWN, "interrupted");
            underWay.clear();
        }
    }

    private void count(Enqueued answer) {
        (answer.duplicate() ? duplicates : added).incrementAndGet();
    }

    private void failed(Given record, @Nullable Throwable why) {
        if (why instanceof EnqueueException e && e.kind() == EnqueueException.Kind.INVALID) {
            try {
                rejects.add(record.at.line, record.at.offset, String.valueOf(e.getMessage()), record.content);
            } catch (IOException io) {
                throw new UncheckedIOException(io);
            }
            rejected.incrementAndGet();
        } else {
            begin = record.at;
            failure = why instanceof EnqueueException e
                    ? e
                    : new EnqueueException(EnqueueException.Kind.UNKNOWN, "the pod failed: " + why);
        }
    }

    /** Hears how a reading goes, on its thread. */
    interface Listener {
        /** A record was added, or had been. */
        void settled();

        /**
         * @return whether the reading must stop
         */
        boolean stopping();
    }

    private record Place(long offset, long line) {}

    /**
     * @param at its place
     * @param content its line
     * @param body bytes that its job has beside the line
     * @param answer what becomes of it
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record Given(Place at, byte[] content, int body, CompletableFuture<Enqueued> answer) {
        long held() {
            return (long) content.length + body;
        }
    }
}
