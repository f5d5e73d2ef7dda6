package io.qbull.model;

/** Runs jobs. */
public interface JobHandler {
    /**
     * Starts a job, on a worker thread that the handler may block. The handler ends the job through {@code outcome}, once, on any thread.
     * An exception counts as a failure if the outcome is still open.
     *
     * @param delivery the job
     * @param outcome receives the result
     */
    void handle(Delivery delivery, Outcome outcome);

    /** Receives the result of one run of a job. Only the first call counts. Thread-safe. */
    interface Outcome {
        /** The job is done: it leaves the queue with the next commit. */
        void completed();

        /**
         * The run failed.
         *
         * @param failure why
         */
        void failed(Failure failure);
    }
}
