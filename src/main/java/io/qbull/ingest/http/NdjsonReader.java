package io.qbull.ingest.http;

import com.github.f4b6a3.ulid.UlidCreator;
import io.qbull.engine.BulkEnqueuer;
import io.qbull.engine.BulkResult;
import io.qbull.ingest.record.BulkRecord;
import io.qbull.ingest.record.ContentDecoder;
import io.qbull.ingest.record.JsonRecords;
import io.qbull.ingest.record.LineSplitter;
import io.qbull.ingest.record.Lines;
import io.qbull.ingest.record.MalformedContent;
import io.qbull.ingest.record.RefusedRecord;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the lines of one request and gives them to a {@link BulkEnqueuer}. Pauses the request while the enqueuer is crowded: the client
 * waits, and memory stays bounded. Runs on the request's event loop.
 */
final class NdjsonReader implements LineSplitter.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(NdjsonReader.class);
    /** Roughly the memory of a job in addition to its body. */
    private static final int OVERHEAD = 500;
    /** Bytes that are decoded at once. */
    private static final int PIECE = 1 << 14;
    /** After so many bytes other requests have their turn: a small chunk can decode to a thousand times its size. */
    private static final int TURN = 1 << 20;
    /** What a coding may add to a body that is small or cannot be compressed. */
    private static final int CODING = 1 << 16;

    private final RequestStream stream;
    private final JsonRecords records;
    private final BulkLimits limits;
    private final BulkEnqueuer.Adder adder;
    private final BulkEnqueuer enqueuer;
    private final LineSplitter lines;
    private final ContentCoding coding;
    private final ContentDecoder decoder;
    private final byte[] piece = new byte[PIECE];
    private final CompletableFuture<BulkResult> result = new CompletableFuture<>();
    /** Bytes of the body, and what they are decoded. */
    private long sent;

    private long size;
    private long buffered;
    private long silence;
    private boolean over;

    /**
     * @param stream the request
     * @param coding of its body
     * @param records reads lines
     * @param limits of the request
     * @param adder adds its jobs
     */
    NdjsonReader(
            RequestStream stream,
            ContentCoding coding,
            JsonRecords records,
            BulkLimits limits,
            BulkEnqueuer.Adder adder) {
        this.stream = stream;
        this.coding = coding;
        this.decoder = coding.decoder();
        this.records = records;
        this.limits = limits;
        this.adder = adder;
        this.enqueuer = new BulkEnqueuer(
                (number, job) -> counted(adder, number, job),
                () -> stream.loop().runOnContext(room -> goOn()),
                limits.bodies()::tight);
        this.lines = new LineSplitter(limits.longestLine(), false, this);
    }

    /**
     * May be called on any thread.
     *
     * @return the outcome of the lines; fails with a {@link ProblemException}, also if the client disconnected. Completes on any thread
     */
    CompletionStage<BulkResult> read() {
        stream.loop().runOnContext(begin -> begin());
        return result;
    }

    private void begin() {
        Runnable leave = stream.open().add(() -> stream.loop().runOnContext(now -> stop()));
        var unused = result.whenComplete((read, thrown) -> leave.run());
        // Nobody receives this answer; lines that arrived are added all the same.
        stream.request().exceptionHandler(gone -> fail(refusal(400, "The request was cut off.")));
        stream.request().handler(this::chunk);
        stream.request().endHandler(end -> end());
        if ("100-continue".equalsIgnoreCase(stream.request().getHeader(HttpHeaders.EXPECT))) {
            stream.request().response().writeContinue();
        }
        if (stream.request().response().ended() || stream.request().response().closed()) {
            // The connection ended before the handlers were set, or ends: the request was refused meanwhile.
            fail(refusal(400, "The request was cut off."));
            return;
        }
        listen();
        stream.request().resume();
    }

    private void chunk(Buffer chunk) {
        if (over) {
            return;
        }
        listen();
        sent += chunk.length();
        // What is sent counts also where nothing comes out of it, as of a gzip header without end.
        if ((sent - CODING) / 2 > limits.requestSize()) {
            tooLarge();
            return;
        }
        decoder.give(chunk.getBytes());
        if (!decoded()) {
            stream.request().pause();
            stream.loop().owner().cancelTimer(silence);
        }
    }

    /** Decodes what has arrived. Returns false if the rest of that must wait; then {@link #goOn} comes later. */
    private boolean decoded() {
        long turn = size + TURN;
        try {
            int count;
            while (!over && (count = decoder.read(piece)) > 0) {
                content(count);
                if (!over && enqueuer.crowded()) {
                    return false;
                }
                if (!over && size > turn) {
                    stream.loop().runOnContext(next -> goOn());
                    return false;
                }
            }
        } catch (MalformedContent e) {
            malformed(e);
        }
        return true;
    }

    private void content(int count) {
        size += count;
        if (size > limits.requestSize()) {
            tooLarge();
            return;
        }
        lines.take(piece, 0, count);
        adder.flush();
        if (!account(lines.buffered())) {
            fail(new ProblemException(Problem.later(
                    "The server cannot take more request bodies now; the first lines were added. Try again.", 1)));
        } else if (enqueuer.failed()) {
            finish();
        }
    }

    private void tooLarge() {
        fail(refusal(
                413,
                "The request has more than " + limits.requestSize() + " bytes" + coding.decoded()
                        + "; its first lines were added."));
    }

    private void malformed(MalformedContent e) {
        fail(refusal(
                400,
                "The gzip body " + e.getMessage() + "; the lines before were added. Repeat the whole request; with the"
                        + " same Idempotency-Key, lines that were added are not added again."));
    }

    private void goOn() {
        if (!over && decoded()) {
            if (!over) {
                listen();
            }
            // Also when it is over: a connection that is closed with unread bytes loses its answer.
            stream.request().resume();
        }
    }

    private void end() {
        if (over) {
            return;
        }
        try {
            decoder.end();
        } catch (MalformedContent e) {
            malformed(e);
            return;
        }
        lines.end();
        finish();
    }

    /** Lines that arrived are added; later ones are dropped. */
    private void finish() {
        close();
        adder.flush();
        enqueuer.end().whenComplete((read, thrown) -> {
            if (thrown == null) {
                result.complete(read);
            } else {
                result.completeExceptionally(thrown);
            }
        });
    }

    private void fail(Throwable why) {
        if (!over) {
            close();
            adder.flush();
            // A client learns the outcome of the first lines by repeating the request with its Idempotency-Key.
            enqueuer.end().whenComplete((read, thrown) -> result.completeExceptionally(why));
        }
    }

    /** The server stops: whatever client and queue do, the client learns soon what became of the lines that have arrived. */
    private void stop() {
        if (!over) {
            enqueuer.stop(new EnqueueException(EnqueueException.Kind.UNAVAILABLE, "the server is stopping"));
            finish();
            // A connection that is closed with unread bytes loses its answer.
            stream.request().resume();
        }
        stream.loop().owner().setTimer(OpenRequests.LAST_ANSWERS_MILLIS, late -> enqueuer.giveUp());
    }

    private void close() {
        over = true;
        decoder.close();
        stream.loop().owner().cancelTimer(silence);
        account(0);
    }

    /** Restarts the timer of silence: a client may be slow, but not silent. */
    private void listen() {
        stream.loop().owner().cancelTimer(silence);
        silence = stream.loop()
                .owner()
                .setTimer(
                        limits.patience().toMillis(),
                        late -> fail(refusal(
                                408,
                                "The client sent nothing for "
                                        + limits.patience().toSeconds() + " s.")));
    }

    private boolean account(long bytes) {
        long more = bytes - buffered;
        if (more > 0 && !limits.bodies().take(more, limits.longestLine())) {
            return false;
        }
        if (more < 0) {
            limits.bodies().giveBack(-more);
        }
        buffered = bytes;
        return true;
    }

    /** Adds a job and counts its memory until it is answered. */
    private CompletionStage<Enqueued> counted(BulkEnqueuer.Adder adder, long number, NewJob job) {
        long bytes = OVERHEAD + (long) job.body().length;
        CompletionStage<Enqueued> end = adder.add(number, job);
        limits.bodies().use(bytes);
        return end.whenComplete((added, thrown) -> limits.bodies().giveBack(bytes));
    }

    private static ProblemException refusal(int status, String detail) {
        return new ProblemException(Problem.of(status, detail));
    }

    @Override
    public void line(long number, long offset, byte[] line) {
        byte[] text = number == 1 ? Lines.withoutByteOrderMark(line) : line;
        if (Lines.blank(text)) {
            return;
        }
        NewJob job;
        try {
            job = job(records.read(text));
        } catch (RefusedRecord e) {
            enqueuer.refuse(number, e.reason());
            return;
        } catch (RuntimeException e) {
            LOG.debug("a line of a request cannot be read", e);
            enqueuer.refuse(number, RefusedRecord.UNREADABLE);
            return;
        }
        enqueuer.take(number, job);
    }

    @Override
    public void tooLong(long number, long offset, long bytes) {
        enqueuer.refuse(number, "the line has " + bytes + " bytes, the longest may have " + limits.longestLine());
    }

    private static NewJob job(BulkRecord record) {
        JobId chosen = record.id();
        JobId id = chosen != null
                ? chosen
                : new JobId(UlidCreator.getMonotonicUlid().toString());
        return new NewJob(id, chosen != null, record.key(), record.body(), record.contentType(), Map.of())
                .due(record.due());
    }
}
