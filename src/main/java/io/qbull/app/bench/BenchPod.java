package io.qbull.app.bench;

import io.qbull.component.QbullComponent;
import io.qbull.component.QbullConstants;
import io.qbull.model.QueueName;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;

/** A pod as in an application: the component and, if it consumes, one route. */
final class BenchPod implements AutoCloseable {
    private final DefaultCamelContext context;

    private BenchPod(DefaultCamelContext context) {
        this.context = context;
    }

    /** A pod that only adds jobs. */
    static BenchPod producing(String redisUri) {
        DefaultCamelContext context = new DefaultCamelContext();
        QbullComponent component = new QbullComponent();
        component.getConfiguration().setRedisUri(redisUri);
        context.addComponent("qbull", component);
        context.start();
        return new BenchPod(context);
    }

    /**
     * @param queue to consume
     * @param options of the consumer
     * @param step the whole route
     * @throws Exception if the route cannot be started
     */
    static BenchPod consuming(String redisUri, QueueName queue, String options, Processor step) throws Exception {
        BenchPod pod = producing(redisUri);
        pod.context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("qbull:" + queue + "?" + options).process(step);
            }
        });
        return pod;
    }

    CamelContext context() {
        return context;
    }

    /** The payload of a job. */
    static Payload payload(Exchange job) {
        return Payload.of(job.getMessage().getBody(byte[].class));
    }

    /** The partition of a job. */
    static int partition(Exchange job) {
        return job.getMessage().getHeader(QbullConstants.PARTITION, Integer.class);
    }

    /** Drains and stops. Blocks. */
    @Override
    public void close() {
        context.stop();
    }
}
