package io.qbull.ingest.http;

import io.qbull.engine.ImpatientCaller;
import io.vertx.core.Vertx;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The requests of a route that still wait for their clients. A client may be silent for as long as it likes, so the route ends them when it
 * stops. Thread-safe.
 */
final class OpenRequests {
    /** How long a stop waits for answers of Redis: with all else a client has its answer within a second. */
    static final long LAST_ANSWERS_MILLIS = 800;

    private final Set<Runnable> ends = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /**
     * @param end ends the request soon; called on any thread, at most twice, at once if the route stops already
     * @return to be called when the request needs no end any more
     */
    Runnable add(Runnable end) {
        // Another object for each request: lambdas may be shared.
        Runnable own = new Runnable() {
            @Override
            public void run() {
                end.run();
            }
        };
        ends.add(own);
        if (ended) {
            own.run();
        }
        return () -> ends.remove(own);
    }

    /**
     * @param vertx has the timers
     * @return the client of a request that has arrived as a whole
     */
    ImpatientCaller client(Vertx vertx) {
        return end -> add(() -> vertx.setTimer(LAST_ANSWERS_MILLIS, late -> end.run()));
    }

    /** Ends all requests, also those that are added from now on. */
    void end() {
        ended = true;
        ends.forEach(Runnable::run);
    }

    /** New requests are welcome again. */
    void reopen() {
        ended = false;
    }
}
