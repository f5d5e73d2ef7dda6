package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.engine.DefaultShutdownStrategy;
import org.awaitility.Awaitility;
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
        });
        return created;
    }

    @Override
    protected RoutesBuilder createRouteBuilder() {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:ORDERS").to("mock:out");
            }
        };
    }

    @Test
    void an_exchange_that_is_turned_away_fails_its_job() {
        forced.set(true);

        FakeNode.Run run = node().deliver("j1", "x");

        Awaitility.await().until(run.end::isDone);
        assertThat(run.end.join()).startsWith("failed: RejectedExecutionException");
    }
}
