package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.engine.DefaultShutdownStrategy;
import org.junit.jupiter.api.Test;

/** While Camel forces a shutdown it turns exchanges away before a unit of work, and so any completion, exists. */
class TurnedAwayTest extends QbullTestSupport {
    private final AtomicBoolean forced = new AtomicBoolean();

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        created.setShutdownStrategy(new DefaultShutdownStrategy(created) {
            @Override
            public boolean isForceShutdown() {
                return forced.get();
            }

            @Override
            public boolean hasTimeoutOccurred() {
                return forced.get();
            }

            @Override
            public boolean isTimeoutOccurred() {
                return forced.get();
            }
        });
        return created;
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:ORDERS?drainTimeout=1s").routeId("orders").to("mock:out");
            }
        };
    }

    @Test
    void an_exchange_that_is_turned_away_leaves_its_job_as_it_was() {
        forced.set(true);

        FakeNode.Run run = node().deliver("j1", "x");

        assertEnds(run, "ignored");
    }

    @Test
    void a_consumer_stopped_after_the_timeout_waits_for_no_job() {
        node().open.incrementAndGet();
        forced.set(true);

        context.getRoute("orders").getConsumer().stop();

        assertThat(node().stopped).isTrue();
    }
}
