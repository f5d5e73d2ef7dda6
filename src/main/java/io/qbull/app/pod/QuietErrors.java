package io.qbull.app.pod;

import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.impl.DefaultModelReifierFactory;
import org.apache.camel.model.RedeliveryPolicyDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;

/**
 * Makes the error handler of routes that configure none. It logs at DEBUG: the queue logs a failed job in one line, and any other
 * consumer logs its failures too, or {@link PollFailures} does. As the context's error handler it would replace the one that a YAML file
 * declares for all routes.
 */
final class QuietErrors extends DefaultModelReifierFactory {
    @Override
    public ErrorHandlerFactory createDefaultErrorHandler() {
        RedeliveryPolicyDefinition policy = new RedeliveryPolicyDefinition();
        policy.setMaximumRedeliveries("0");
        policy.setRetriesExhaustedLogLevel("DEBUG");
        policy.setLogStackTrace("false");
        policy.setLogExhaustedMessageHistory("false");
        DefaultErrorHandlerDefinition handler = new DefaultErrorHandlerDefinition();
        handler.setRedeliveryPolicy(policy);
        // Routes without any onException ignore the level of the policy.
        handler.setLevel("DEBUG");
        return handler;
    }
}
