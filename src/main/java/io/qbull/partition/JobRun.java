package io.qbull.partition;

import io.qbull.model.Delivery;
import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.Printable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One run of one job. Started on a worker; ends once, from any thread: by its handler, or by its time. */
final class JobRun implements Runnable, JobHandler.Outcome {
    private static final int LONGEST_REASON = 500;

    private final Delivery delivery;
    private final JobHandler handler;
    private final Ending ending;
    private final AtomicBoolean ended = new AtomicBoolean();
    /** Where the handler runs; guarded by this. */
    private @Nullable Thread thread;

    private boolean interrupted;

    JobRun(Delivery delivery, JobHandler handler, Ending ending) {
        this.delivery = delivery;
        this.handler = handler;
        this.ending = ending;
    }

    @Override
    public void run() {
        if (!ending.mayStart()) {
            // The thread came late, as after a pause of the process: the job belongs to the next owner by now.
            if (ended.compareAndSet(false, true)) {
                ending.notStarted();
            }
            return;
        }
        synchronized (this) {
            if (ended.get()) {
                // The thread came when its time was over: the job may run again by now.
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
                if (interrupted) {
                    // It was meant for this job, not for the next one on this thread.
                    Thread.interrupted();
                }
            }
        }
    }

    @Override
    public void completed() {
        end(null);
    }

    @Override
    public void failed(Failure failure) {
        end(new Failure(
                Printable.of(failure.reason(), LONGEST_REASON),
                Printable.of(failure.exception(), LONGEST_REASON),
                failure.course()));
    }

    /** Its time is over: it has failed, whatever it still does. A handler that blocks is interrupted. */
    void timeOut(Failure failure) {
        if (end(failure)) {
            synchronized (this) {
                if (thread != null) {
                    interrupted = true;
                    thread.interrupt();
                }
            }
        }
    }

    private boolean end(@Nullable Failure failure) {
        boolean first = ended.compareAndSet(false, true);
        if (first) {
            ending.ended(failure);
        }
        return first;
    }

    /** Takes the end of a run, on any thread. */
    interface Ending {
        /**
         * @return whether the lease is still trusted, just before the job is handed to the handler
         */
        boolean mayStart();

        /** The lease was not trusted any more; the job is as it was. */
        void notStarted();

        /**
         * @param failure why it failed; null if it did not
         */
        void ended(@Nullable Failure failure);
    }
}
