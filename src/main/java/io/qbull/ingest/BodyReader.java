package io.qbull.ingest;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads the body of one request as the bytes that were sent, whatever content type they claim, within {@link BodyLimits}.
 * Lives on the request's event loop.
 */
final class BodyReader {
    private static final long PATIENCE_MS = 60_000;
    private static final long MOST_DISCARDED = 64L << 20;

    private final BodyLimits limits;
    private final Vertx vertx;
    private final HttpServerRequest request;
    private final RoutingContext context;
    private final Promise<byte[]> result = Promise.promise();
    private final Buffer body = Buffer.buffer();
    private long taken;
    private long discarded;
    private boolean over;

    BodyReader(RoutingContext context, BodyLimits limits) {
        this.context = context;
        this.limits = limits;
        this.vertx = context.vertx();
        this.request = context.request();
    }

    /**
     * @return the bytes; fails with a {@link ProblemException}, or another exception if the client went away. What was taken
     *     from the limits stays taken until {@link #release}
     */
    Future<byte[]> read() {
        long timer = vertx.setTimer(PATIENCE_MS, id -> {
            fail(Problem.of(408, "The body did not arrive within " + PATIENCE_MS / 1000 + " s."));
            request.connection().close();
        });
        request.exceptionHandler(gone -> end(() -> result.tryFail(gone)));
        request.handler(this::chunk);
        request.endHandler(end -> end(() -> result.tryComplete(body.getBytes())));
        if (announced() > limits.largest()) {
            tooLarge();
        } else if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
            context.response().writeContinue();
        }
        return result.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    /** Gives back what the body took from the limits. Once, when nobody needs the body any more; any thread. */
    void release() {
        limits.giveBack(taken);
    }

    private void chunk(Buffer chunk) {
        if (over) {
            discard(chunk);
        } else if ((long) body.length() + chunk.length() > limits.largest()) {
            tooLarge();
        } else if (!limits.take(chunk.length())) {
            fail(Problem.later("The server holds as many bodies as it can; the job was not added. Try again.", 1));
        } else {
            taken += chunk.length();
            body.appendBuffer(chunk);
        }
    }

    /** Closing at once would reset the connection before the client has read why. */
    private void discard(Buffer chunk) {
        discarded += chunk.length();
        if (discarded > MOST_DISCARDED) {
            request.connection().close();
        }
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
        fail(Problem.of(413, "The body has more than " + limits.largest() + " bytes; the job was not added."));
    }

    private void fail(Problem problem) {
        end(() -> result.tryFail(new ProblemException(problem)));
    }

    private void end(Runnable how) {
        over = true;
        how.run();
    }
}
