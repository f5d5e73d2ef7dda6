package io.qbull.partition;

import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.Printable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One run of one job. It starts on a worker and ends once, on any thread: by its handler or by its timeout. */
final class JobRun implements Runnable, JobHandler.Outcome {
    private static final int LONGEST_REASON = 500;

    private final Delivery delivery;
    private final JobHandler handler;
    private final Ending ending;
    private final AtomicBoolean ended = new AtomicBoolean();
    /** Where the handler runs; guarded by this. */
    private @Nullable Thread thread;
    /** It has succeeded before the handler returned. */
    private volatile boolean inPlace;

    JobRun(Delivery delivery, JobHandler handler, Ending ending) {
        this.delivery = delivery;
        this.handler = handler;
        this.ending = ending;
    }

    @Override
    public void run() {
        if (!ending.mayStart()) {
            // The thread came late, for example after a pause of the process: by now the job is the next owner's.
            if (ended.compareAndSet(false, true)) {
                ending.notStarted();
            }
            return;
        }
        synchronized (this) {
            if (ended.get()) {
                // The thread came after the timeout: by now the job may run again.
                return;
            }
            thread = Thread.currentThread();
        }
        try {
            handler.handle(delivery, this);
        } catch (RuntimeException | Error e) {
            String type = e.getClass().getName();
            failed(new Failure(type + ": " + e.getMessage(), type, Failure.Course.RETRY));
        } finally {
            synchronized (this) {
                thread = null;
            }
            // An interrupt, be it that of the timeout or one that a route kept, was meant for this job, not for the
            // next one here.
            Thread.interrupted();
        }
    }

    @Override
    public void completed() {
        boolean here;
        synchronized (this) {
            here = thread == Thread.currentThread();
        }
        end(null, here);
    }

    /** The thread on which its handler is; empty if it is on none. From any thread. */
    synchronized String threadName() {
        return thread == null ? "" : thread.getName();
    }

    /** Whether it has succeeded on the thread and before the return of its handler: another may run there at once. From any thread. */
    boolean succeededInPlace() {
        return inPlace;
    }

    @Override
    public void failed(Failure failure) {
        Failure printable = new Failure(
                Printable.of(failure.reason(), LONGEST_REASON),
                Printable.of(failure.exception(), LONGEST_REASON),
                failure.course(),
                Printable.of(failure.cause()),
                failure.retryAfter());
        end(printable, false);
    }

    /** The run has failed, whatever the handler still does. A handler that blocks is interrupted. */
    void timeOut(Failure failure) {
        if (end(failure, false)) {
            synchronized (this) {
                if (thread != null) {
                    thread.interrupt();
                }
            }
        }
    }

    private boolean end(@Nullable Failure failure, boolean here) {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            inPlace = here;
            ending.ended(failure);
        }
        return first;
    }

    /** Is asked before a run and told its end, on any thread. */
    interface Ending {
        /**
         * @return whether the lease is still trusted, just before the job is handed to the handler
         */
        boolean mayStart();

        /** The lease was no longer trusted; the job was not touched. */
        void notStarted();

        /**
         * @param failure why it failed; null if it did not
         */
        void ended(@Nullable Failure failure);
    }
}
