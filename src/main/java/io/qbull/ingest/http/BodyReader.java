package io.qbull.ingest.http;

import io.qbull.ingest.record.ContentDecoder;
import io.qbull.ingest.record.MalformedContent;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads the content of one request, whatever its content type says: the bytes that were sent, or what they are when decoded, within {@link
 * BodyLimits}. Runs on the request's event loop. The server limits the time of a body.
 */
final class BodyReader {
    /** The buffer grows by doubling, so up to half of it is empty. */
    private static final int BUFFERED = 2;
    /** Bytes that are decoded at once. */
    private static final int PIECE = 1 << 13;
    /** What a coding may add to a body that is small or cannot be compressed. */
    private static final int OVERHEAD = 1 << 16;

    private final BodyLimits limits;
    private final int largest;
    private final HttpServerRequest request;
    private final RoutingContext context;
    private final Promise<byte[]> result = Promise.promise();
    private Buffer body = Buffer.buffer();
    private ContentCoding coding = ContentCoding.IDENTITY;
    private ContentDecoder decoder = new ContentDecoder.Identity();
    private long sent;
    private long taken;
    private boolean over;

    BodyReader(RoutingContext context, BodyLimits limits) {
        this.context = context;
        this.limits = limits;
        this.largest = limits.largest(context.normalizedPath());
        this.request = context.request();
    }

    /**
     * @return the bytes; fails with a {@link ProblemException}, or with another exception if the client disconnected. Memory
     *     taken from the limits stays taken until {@link #release}
     */
    Future<byte[]> read() {
        request.exceptionHandler(gone -> end(() -> result.tryFail(gone)));
        request.handler(this::chunk);
        request.endHandler(end -> complete());
        try {
            coding = ContentCoding.of(request.headers().getAll(HttpHeaders.CONTENT_ENCODING));
            decoder = coding.decoder();
        } catch (ProblemException e) {
            fail(e.problem());
            return result.future();
        }
        if (coding == ContentCoding.IDENTITY && announced() > largest) {
            tooLarge();
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            context.response().writeContinue();
        }
        return result.future();
    }

    /** Returns the memory of the body to the limits. To be called once, when the body is not needed any more; any thread. */
    void release() {
        limits.giveBack(taken);
    }

    /** Refuses a body that is not complete, because the server stops. On the event loop. */
    void stop() {
        if (!over) {
            fail(Problem.later("The server is stopping; the job was not added. Try again.", 1));
        }
    }

    private void chunk(Buffer chunk) {
        if (over) {
            return;
        }
        sent += chunk.length();
        if (sent > (long) largest * BUFFERED + OVERHEAD) {
            // It may decode to nothing.
            tooLarge();
            return;
        }
        decoder.give(chunk.getBytes());
        byte[] piece = new byte[PIECE];
        int count;
        try {
            while (!over && (count = decoder.read(piece)) > 0) {
                content(piece, count);
            }
        } catch (MalformedContent e) {
            malformed(e);
        }
    }

    private void content(byte[] piece, int count) {
        long needed = (long) count * BUFFERED;
        if ((long) body.length() + count > largest) {
            tooLarge();
        } else if (!limits.take(needed, (long) largest * BUFFERED)) {
            fail(Problem.later("The server cannot take more request bodies now; the job was not added. Try again.", 1));
        } else {
            taken += needed;
            body.appendBytes(piece, 0, count);
        }
    }

    private void malformed(MalformedContent e) {
        fail(Problem.of(400, "The gzip body " + e.getMessage() + "; the job was not added."));
    }

    /** Replaces the buffer by an array of the exact size. */
    private void complete() {
        if (over) {
            return;
        }
        try {
            decoder.end();
        } catch (MalformedContent e) {
            malformed(e);
            return;
        }
        byte[] bytes = body.getBytes();
        limits.giveBack(taken - bytes.length);
        taken = bytes.length;
        end(() -> result.tryComplete(bytes));
    }

    private long announced() {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        try {
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private void tooLarge() {
        fail(Problem.of(
                413, "The body has more than " + largest + " bytes" + coding.decoded() + "; the job was not added."));
    }

    private void fail(Problem problem) {
        end(() -> result.tryFail(new ProblemException(problem)));
    }

    private void end(Runnable how) {
        over = true;
        decoder.close();
        body = Buffer.buffer();
        how.run();
    }
}
