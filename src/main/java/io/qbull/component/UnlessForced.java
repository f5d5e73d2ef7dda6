package io.qbull.component;

import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import org.apache.camel.CamelContext;

/**
 * While Camel forces its shutdown it turns away the next step of an exchange and interrupts threads. The job is not to blame for such a
 * failure: it is abandoned before the queue hears of it.
 *
 * @param context may be forced to shut down
 * @param abandon stops the session, so that results no longer count
 * @param outcome gets the result
 */
record UnlessForced(CamelContext context, Runnable abandon, JobHandler.Outcome outcome) implements JobHandler.Outcome {
    @Override
    public void completed() {
        outcome.completed();
    }

    @Override
    public void failed(Failure failure) {
        if (context.getShutdownStrategy().isForceShutdown()) {
            abandon.run();
        }
        outcome.failed(failure);
    }
}
