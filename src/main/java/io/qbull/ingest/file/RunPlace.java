package io.qbull.ingest.file;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One file's place among those that are read at the same time. Used by the thread of the file. */
final class RunPlace {
    private final Semaphore places;
    private boolean taken = true;

    /**
     * @param places of which one was taken for this file
     */
    RunPlace(Semaphore places) {
        this.places = places;
    }

    void leave() {
        if (taken) {
            taken = false;
            places.release();
        }
    }

    /** Whether the file has its place, after waiting for it this long at most. */
    boolean take(Duration atMost) throws InterruptedException {
        taken = taken || places.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS);
        return taken;
    }
}
