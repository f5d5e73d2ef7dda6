package io.qbull.model;

/** What runs the jobs. */
public interface JobHandler {
    /**
     * Starts a job. Called on a worker thread, which the handler may block. It ends the job through {@code outcome}, from any
     * thread, once; an exception thrown from here counts as a failure if the outcome is still open.
     *
     * @param delivery the job
     * @param outcome takes the result
     */
    void handle(Delivery delivery, Outcome outcome);

    /** Takes the result of one run of a job; only the first call counts. */
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
