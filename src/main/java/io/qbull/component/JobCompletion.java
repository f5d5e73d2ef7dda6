package io.qbull.component;

import io.qbull.model.Failure;
import io.qbull.model.JobHandler;
import io.qbull.model.Printable;
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
    private final FailureClasses classes;

    /**
     * @param outcome gets the result
     * @param classes judges failures
     */
    JobCompletion(JobHandler.Outcome outcome, FailureClasses classes) {
        this.outcome = outcome;
        this.classes = classes;
    }

    @Override
    public void onComplete(Exchange exchange) {
        // Camel completes an exchange that was marked for rollback without an exception.
        if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
            outcome.failed(failure("marked rollback-only", caught(exchange)));
        } else {
            outcome.completed();
        }
    }

    @Override
    public void onFailure(Exchange exchange) {
        outcome.failed(failure("", caught(exchange)));
    }

    private static @Nullable Throwable caught(Exchange exchange) {
        Throwable failure = exchange.getException();
        return failure != null ? failure : exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }

    private Failure failure(String start, @Nullable Throwable failure) {
        String type = failure == null ? "" : failure.getClass().getName();
        return new Failure(reason(start, failure), type, classes.course(failure));
    }

    private static String reason(String start, @Nullable Throwable failure) {
        if (failure == null) {
            return start.isEmpty() ? "failed without an exception" : start;
        }
        String name = failure.getClass().getName();
        String type = name.substring(name.lastIndexOf('.') + 1);
        String message = failure.getMessage();
        String said = message == null ? type : type + ": " + Printable.of(message);
        return start.isEmpty() ? said : start + ": " + said;
    }
}
