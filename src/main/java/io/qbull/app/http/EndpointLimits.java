package io.qbull.app.http;

import io.qbull.component.QbullConfiguration;
import io.qbull.component.QbullEndpoint;
import io.qbull.ingest.http.QueueLimits;
import io.qbull.model.QueueName;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** The limits of the endpoints to which requests go, so that both say the same; of all others those of the component. */
public final class EndpointLimits implements QueueLimits {
    private final CamelContext context;
    private final Set<QueueName> queues;
    private final QbullConfiguration component;

    /**
     * @param queues the queues that exist for clients: only for them an endpoint may be made
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

    /** The longest key that any queue takes. */
    public int longestKey() {
        return queues.stream().mapToInt(this::keyLength).max().orElse(component.getMaxKeyLength());
    }

    private QbullConfiguration options(@Nullable QueueName queue) {
        return queue == null || !queues.contains(queue)
                ? component
                : context.getEndpoint("qbull:" + queue, QbullEndpoint.class).getConfiguration();
    }
}
