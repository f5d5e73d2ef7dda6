package io.qbull.app;

import io.qbull.component.QbullConfiguration;
import io.qbull.component.QbullEndpoint;
import io.qbull.model.QueueName;
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

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        if (endpoint instanceof QbullEndpoint queue) {
            apply(context, options.getOrDefault(new QueueName(queue.getQueue()), Map.of()), queue.getConfiguration());
        }
        return endpoint;
    }

    /**
     * @throws IllegalArgumentException if there is no such option, or its value has a wrong form
     */
    static void apply(CamelContext context, Map<String, String> values, QbullConfiguration configuration) {
        values.forEach((option, value) -> {
            boolean known;
            try {
                known = PropertyBindingSupport.build()
                        .withMandatory(false)
                        .withIgnoreCase(true)
                        .bind(context, configuration, option, value);
            } catch (RuntimeException e) {
                throw new IllegalArgumentException(option + " (" + value + ") has a wrong form", e);
            }
            if (!known) {
                throw new IllegalArgumentException(option + " (" + value + ") is no option of a queue");
            }
        });
    }
}
