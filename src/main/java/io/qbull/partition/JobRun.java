package io.qbull.partition;

import io.qbull.model.Delivery;
import io.qbull.model.JobHandler;
import io.qbull.model.Printable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One run of one job. Started on a worker; ends once, from any thread. */
final class JobRun implements Runnable, JobHandler.Outcome {
    private static final int LONGEST_REASON = 500;

    final Delivery delivery;
    private final JobHandler handler;
    private final Ending ending;
    private final AtomicBoolean ended = new AtomicBoolean();

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
        try {
            handler.handle(delivery, this);
        } catch (RuntimeException | Error e) {
            failed(e.getClass().getName() + ": " + e.getMessage());
        }
    }

    @Override
    public void completed() {
        end(null);
    }

    @Override
    public void failed(String reason) {
        end(Printable.of(reason, LONGEST_REASON));
    }

    private void end(@Nullable String failure) {
        if (ended.compareAndSet(false, true)) {
            ending.ended(this, failure);
        }
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
         * @param run the run
         * @param failure why it failed; null if it did not
         */
        void ended(JobRun run, @Nullable String failure);
    }
}
