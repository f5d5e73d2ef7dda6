package io.qbull.bench;

import io.qbull.component.QbullComponent;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A pod as in an application: the component and one route. */
final class BenchPod {
    /** The queue of all measurements. */
    static final String QUEUE = "BENCH";

    private BenchPod() {}

    /**
     * @param redisUri where Redis is
     * @param options of the consumer
     * @param work called for each job, on a thread of the consumer
     * @return a context that consumes
     */
    static CamelContext start(String redisUri, String options, Consumer<Exchange> work) throws Exception {
        CamelContext context = producerOnly(redisUri);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:" + QUEUE + "?" + options).process(work::accept);
            }
        });
        return context;
    }

    /** A started context with the component and no route. */
    static CamelContext producerOnly(String redisUri) {
        DefaultCamelContext context = new DefaultCamelContext();
        QbullComponent component = new QbullComponent();
        component.getConfiguration().setRedisUri(redisUri);
        context.addComponent("qbull", component);
        context.start();
        return context;
    }
}
