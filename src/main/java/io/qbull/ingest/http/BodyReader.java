package io.qbull.ingest.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads the body of one request as the bytes that were sent, whatever content type they claim, within {@link BodyLimits}.
 * Lives on the request's event loop. How long a body may take is the server's business.
 */
final class BodyReader {
    /** The buffer grows by doubling, so that up to half of it is empty. */
    private static final int BUFFERED = 2;

    private final BodyLimits limits;
    private final int largest;
    private final HttpServerRequest request;
    private final RoutingContext context;
    private final Promise<byte[]> result = Promise.promise();
    private Buffer body = Buffer.buffer();
    private long taken;
    private boolean over;

    BodyReader(RoutingContext context, BodyLimits limits) {
        this.context = context;
        this.limits = limits;
        this.largest = limits.largest(context.normalizedPath());
        this.request = context.request();
    }

    /**
     * @return the bytes; fails with a {@link ProblemException}, or another exception if the client went away. What was taken
     *     from the limits stays taken until {@link #release}
     */
    Future<byte[]> read() {
        request.exceptionHandler(gone -> end(() -> result.tryFail(gone)));
        request.handler(this::chunk);
        request.endHandler(end -> complete());
        if (announced() > largest) {
            tooLarge();
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            context.response().writeContinue();
        }
        return result.future();
    }

    /** Gives back what the body took from the limits. Once, when nobody needs the body any more; any thread. */
    void release() {
        limits.giveBack(taken);
    }

    private void chunk(Buffer chunk) {
        long needed = (long) chunk.length() * BUFFERED;
        if (over) {
            return;
        }
        if ((long) body.length() + chunk.length() > largest) {
            tooLarge();
        } else if (!limits.take(needed, (long) largest * BUFFERED)) {
            fail(Problem.later("The server holds as many bodies as it can; the job was not added. Try again.", 1));
        } else {
            taken += needed;
            body.appendBuffer(chunk);
        }
    }

    /** From now on there is an array of the exact size and no buffer. */
    private void complete() {
        if (over) {
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
        fail(Problem.of(413, "The body has more than " + largest + " bytes; the job was not added."));
    }

    private void fail(Problem problem) {
        end(() -> result.tryFail(new ProblemException(problem)));
    }

    private void end(Runnable how) {
        over = true;
        body = Buffer.buffer();
        how.run();
    }
}
