package io.qbull.ingest.file;

import io.qbull.ingest.route.RecordRoute;
import io.qbull.runtime.LogLimit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * What all files that a pod reads share, from one start of the route to its stop.
 *
 * @param inbox the folders of the files
 * @param inboxId tells this inbox from those of other machines
 * @param route takes the records
 * @param settings how files are read
 * @param clock monotonic nanoseconds
 * @param stop at zero once the pod stops
 * @param finished the files that were read to their end
 * @param problems what needs a person
 * @param lines of files that wait, which mostly wait for the same
 * @param places one for each file that may be read at the same time
 */
record FileContext(
        Inbox inbox,
        String inboxId,
        RecordRoute route,
        FileSettings settings,
        LongSupplier clock,
        CountDownLatch stop,
        FinishedFiles finished,
        FileProblems problems,
        LogLimit lines,
        Semaphore places) {
    boolean stopping() {
        return stop.getCount() == 0;
    }
}
