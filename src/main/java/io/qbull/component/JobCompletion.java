package io.qbull.component;

import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import org.apache.camel.Exchange;
import org.apache.camel.spi.Synchronization;
import org.jspecify.annotations.Nullable;

/**
 * Ends a job when its exchange has ended, after error handling and redelivery. Camel passes it on with the exchange where a route
 * continues elsewhere ({@code seda}), so it may be called on any thread, long after the consumer's own call returned. It keeps no
 * reference to an exchange: a pooled one may be in use again by then.
 */
final class JobCompletion implements Synchronization {
    private final JobHandler.Outcome outcome;
    private final FailureRules rules;

    /**
     * @param outcome gets the result
     * @param rules judge failures
     */
    JobCompletion(JobHandler.Outcome outcome, FailureRules rules) {
        this.outcome = outcome;
        this.rules = rules;
    }

    @Override
    public void onComplete(Exchange exchange) {
        // Camel completes an exchange that was marked for rollback without an exception.
        if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
            outcome.failed(failure("marked rollback-only", exchange));
        } else {
            outcome.completed();
        }
    }

    @Override
    public void onFailure(Exchange exchange) {
        outcome.failed(failure("", exchange));
    }

    private static @Nullable Throwable caught(Exchange exchange) {
        Throwable failure = exchange.getException();
        return failure != null ? failure : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }

    private Failure failure(String start, Exchange exchange) {
        Throwable caught = caught(exchange);
        try {
            return rules.judge(start, caught, exchange.getMessage().getHeader(QbullConstants.RETRY_AFTER));
        } catch (RuntimeException e) {
            // The exception itself throws when it is asked; without an end the job would be in flight for ever.
            String type = caught == null ? "" : caught.getClass().getName();
            return new Failure("failed with an exception that cannot be read", type, Failure.Course.RETRY, type, null);
        }
    }
}
