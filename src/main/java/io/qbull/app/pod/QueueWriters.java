package io.qbull.app.pod;

import io.qbull.component.QbullEndpoint;
import io.qbull.component.QbullProducer;
import io.qbull.engine.QueueWriter;
import io.qbull.model.QueueName;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.support.service.ServiceHelper;

/** The writers of the {@code qbull:} endpoints, with their options, for bulk requests and files. Thread-safe. */
final class QueueWriters implements Function<QueueName, QueueWriter> {
    private final CamelContext context;
    private final Map<QueueName, QbullProducer> producers = new ConcurrentHashMap<>();

    /**
     * @param context starts and stops the producers
     */
    QueueWriters(CamelContext context) {
        this.context = context;
    }

    @Override
    public QueueWriter apply(QueueName queue) {
        return producers.computeIfAbsent(queue, this::start).queueWriter();
    }

    private QbullProducer start(QueueName queue) {
        try {
            QbullProducer producer = (QbullProducer)
                    context.getEndpoint("qbull:" + queue, QbullEndpoint.class).createProducer();
            context.addService(producer);
            // A context that is about to have started puts this off and may forget it.
            ServiceHelper.startService(producer);
            return producer;
        } catch (Exception e) {
            throw RuntimeCamelException.wrapRuntimeCamelException(e);
        }
    }
}
