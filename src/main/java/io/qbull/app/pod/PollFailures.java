package io.qbull.app.pod;

import io.qbull.model.Printable;
import io.qbull.runtime.LogLimit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.support.ScheduledPollEndpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the failures of routes that poll. Their consumers, such as that of {@code sql:}, do not all do so, and then nothing would tell that
 * a route does nothing but fail. Each cause has one line in ten seconds.
 */
final class PollFailures implements RoutePolicyFactory {
    private static final Logger LOG = LoggerFactory.getLogger(PollFailures.class);

    @Override
    public @Nullable RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode route) {
        // Others would pay for a policy with each exchange.
        String uri = route instanceof RouteDefinition definition
                ? String.valueOf(definition.getInput().getEndpointUri())
                : "";
        return uri.matches("(qbull|platform-http|direct|seda):.*") ? null : new Policy();
    }

    private static final class Policy extends RoutePolicySupport {
        private final LogLimit limit = new LogLimit();

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            boolean silent = route.getEndpoint() instanceof ScheduledPollEndpoint
                    && !(route.getEndpoint() instanceof GenericFileEndpoint);
            Exception failure = exchange.getException();
            if (silent && failure != null) {
                String cause = Printable.of(String.valueOf(failure), 1_000);
                limit.log(cause, more -> LOG.warn("route {} failed: {}{}", route.getRouteId(), cause, more));
            }
        }
    }
}
