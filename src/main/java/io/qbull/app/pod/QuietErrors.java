package io.qbull.app.pod;

import org.apache.camel.ErrorHandlerFactory;
import org.apache.camel.impl.DefaultModelReifierFactory;
import org.apache.camel.model.RedeliveryPolicyDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;

/**
 * The error handler of routes for which nobody configured one: it logs at DEBUG, because a failed job is told to its queue,
 * which writes one line, and any other consumer logs what failed, too. Set as the context's error handler it would replace
 * the one that a YAML file declares for all routes.
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
        // Routes without any onException never look at the policy's level.
        handler.setLevel("DEBUG");
        return handler;
    }
}
