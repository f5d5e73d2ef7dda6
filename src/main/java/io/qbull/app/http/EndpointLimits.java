package io.qbull.app.http;

import io.qbull.component.QbullConfiguration;
import io.qbull.component.QbullEndpoint;
import io.qbull.ingest.http.QueueLimits;
import io.qbull.model.QueueName;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** The limits of the queues for HTTP clients are those of their endpoints; for any other queue, those of the component. */
public final class EndpointLimits implements QueueLimits {
    private final CamelContext context;
    private final Set<QueueName> queues;
    private final QbullConfiguration component;

    /**
     * @param context with the endpoints
     * @param queues the queues that exist for clients; an endpoint is made for no other queue
     * @param component the options of the component
     */
    public EndpointLimits(CamelContext context, Set<QueueName> queues, QbullConfiguration component) {
        this.context = context;
        this.queues = queues;
        this.component = component;
    }

    @Override
    public int bodySize(@Nullable QueueName queue) {
        return options(queue).getMaxBodySize();
    }

    @Override
    public int keyLength(QueueName queue) {
        return options(queue).getMaxKeyLength();
    }

    /**
     * @return the longest key that any queue accepts, in bytes
     */
    public int longestKey() {
        return queues.stream().mapToInt(this::keyLength).max().orElse(component.getMaxKeyLength());
    }

    private QbullConfiguration options(@Nullable QueueName queue) {
        return queue == null || !queues.contains(queue)
                ? component
                : context.getEndpoint("qbull:" + queue, QbullEndpoint.class).getConfiguration();
    }
}
