package io.qbull.app;

import io.qbull.component.QbullEndpoint;
import io.qbull.model.QueueName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.support.PropertyBindingSupport;

/** Gives every endpoint of a queue the options that {@code qbull.queue.NAME.OPTION} says; they win over those of a route. */
final class QueueOptions implements EndpointStrategy {
    private final CamelContext context;
    private final Map<QueueName, Map<String, String>> options;

    QueueOptions(CamelContext context, Map<QueueName, Map<String, String>> options) {
        this.context = context;
        this.options = options;
    }

    /**
     * Makes an endpoint with the options of each queue, for nobody: the component knows what is right.
     *
     * @throws Refusal for the first queue with an unknown option or a wrong value
     */
    void check() throws Refusal {
        for (Map.Entry<QueueName, Map<String, String>> queue : options.entrySet()) {
            Map<String, Object> parameters = new LinkedHashMap<>(queue.getValue());
            try {
                context.getComponent("qbull").createEndpoint("qbull:" + queue.getKey(), parameters);
            } catch (Exception e) {
                Throwable root = e;
                while (root.getCause() != null) {
                    root = root.getCause();
                }
                throw new Refusal(
                        ExitCode.USAGE, Setting.QUEUE_PREFIX + queue.getKey() + " is wrong: " + root.getMessage(), e);
            }
        }
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        if (endpoint instanceof QbullEndpoint queue) {
            options.getOrDefault(new QueueName(queue.getQueue()), Map.of())
                    .forEach((option, value) -> PropertyBindingSupport.build()
                            .withIgnoreCase(true)
                            .bind(context, queue.getConfiguration(), option, value));
        }
        return endpoint;
    }
}
