package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import io.qbull.testing.CapturedLog;
import java.io.File;
import org.apache.camel.builder.AggregationStrategies;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What config/logback.xml lets through. */
class ShippedLogTest {
    private static final String LOST = "Error processing aggregated exchange";

    @Test
    void messages_that_an_aggregator_of_a_user_loses_are_logged() throws Exception {
        String logger = loggerOfLostMessages();
        LoggerContext shipped = new LoggerContext();
        try {
            JoranConfigurator configurator = new JoranConfigurator();
            configurator.setContext(shipped);
            configurator.doConfigure(new File("config/logback.xml"));

            assertThat(shipped.getLogger(logger).isWarnEnabled()).as(logger).isTrue();
        } finally {
            shipped.stop();
        }
    }

    /** Lets the steps of an aggregator fail, and returns the name of the logger that tells. */
    private static String loggerOfLostMessages() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext();
                CapturedLog log = new CapturedLog()) {
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in")
                            .aggregate(constant("all"), AggregationStrategies.groupedBody())
                            .completionSize(1)
                            .throwException(new IllegalStateException("lost"));
                }
            });
            context.start();
            context.createProducerTemplate().sendBody("direct:in", "message");
            await().until(() -> !log.seen(LOST).isEmpty());
            return log.seen(LOST).get(0).split(" ", -1)[1];
        }
    }
}
