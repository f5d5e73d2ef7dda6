package io.qbull.engine;

import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** How far the end of a session has come, and what it still waits for. On the event loop. */
final class Drain {
    private final EventLoop loop;
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private Phase phase = Phase.OPEN;
    private EventLoop.@Nullable Timer limit;
    /** Leases given up whose end Redis has not confirmed yet. */
    private int unconfirmed;

    private enum Phase {
        /** The session runs. */
        OPEN,
        /** Jobs in flight end and are committed, leases are released. */
        DRAINING,
        /** Every lease is released; the lease keeper was told to stop. */
        STOPPING,
        /** The session waits for nothing more. */
        ENDED
    }

    Drain(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * @param longest how long the drain may take
     * @param exceeded run when it has taken that long
     * @return false if it has begun before
     */
    boolean begin(Duration longest, Runnable exceeded) {
        if (phase != Phase.OPEN) {
            return false;
        }
        phase = Phase.DRAINING;
        limit = loop.schedule(longest, exceeded);
        return true;
    }

    void releasing() {
        unconfirmed++;
    }

    void released() {
        unconfirmed--;
    }

    /**
     * @param owned whether any partition is still worked on
     * @return whether the keeper is to be stopped; true once
     */
    boolean nothingLeft(boolean owned) {
        boolean now = phase == Phase.DRAINING && !owned && unconfirmed == 0;
        if (now) {
            phase = Phase.STOPPING;
        }
        return now;
    }

    /**
     * @param abandoned jobs that were not waited for
     */
    void end(int abandoned) {
        phase = Phase.ENDED;
        if (limit != null) {
            limit.cancel();
        }
        ended.complete(abandoned);
    }

    boolean hasEnded() {
        return phase == Phase.ENDED;
    }

    /**
     * @return completes at the end, with the number of jobs that were not waited for
     */
    CompletionStage<Integer> ended() {
        return ended;
    }
}
