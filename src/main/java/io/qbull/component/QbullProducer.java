package io.qbull.component;

import io.qbull.component.node.SharedNode;
import io.qbull.config.EnqueueSettings;
import io.qbull.engine.ImpatientCaller;
import io.qbull.engine.QueueWriter;
import io.qbull.model.Causes;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.QueueName;
import io.qbull.model.RoutedRecord;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.WritableHealthCheckRepository;
import org.apache.camel.support.DefaultAsyncProducer;
import org.jspecify.annotations.Nullable;

/**
 * Adds the message of an exchange to the queue or, if its body is a collection, an iterator, a stream or another iterable, each element.
 * The exchange continues once Redis has all jobs. It fails with a {@link io.qbull.model.EnqueueException} if Redis does not or may not
 * have one of them, and with an {@link IllegalArgumentException} if it makes no job.
 */
public class QbullProducer extends DefaultAsyncProducer {
    private final QbullEndpoint endpoint;
    private final QueueName queue;
    private final JobWriter writer;
    private final EnqueueSettings settings;
    private volatile @Nullable SharedNode shared;
    private @Nullable QbullHealthCheck healthCheck;

    /**
     * @param endpoint names the queue and the options
     */
    QbullProducer(QbullEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
        this.queue = new QueueName(endpoint.getQueue());
        this.writer = new JobWriter(endpoint.getConfiguration(), endpoint.getCamelContext(), endpoint.toString());
        this.settings = QbullSettings.enqueue(endpoint.getConfiguration());
    }

    /**
     * @return the way in for code that adds many jobs at once
     * @throws RejectedExecutionException if this producer is stopped
     */
    public QueueWriter queueWriter() {
        SharedNode used = shared;
        if (used == null) {
            throw new RejectedExecutionException("the producer of " + endpoint + " is stopped");
        }
        return queueWriter(used);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        shared = endpoint.getComponent().acquireNode(endpoint);
        addHealthCheck();
    }

    @Override
    protected void doStop() throws Exception {
        removeHealthCheck();
        SharedNode used = shared;
        shared = null;
        if (used != null) {
            endpoint.getComponent().releaseNode(used);
        }
        super.doStop();
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        SharedNode used = shared;
        if (used == null) {
            exchange.setException(new RejectedExecutionException("the producer of " + endpoint + " is stopped"));
            callback.done(true);
            return true;
        }
        BulkBody many = BulkBody.of(exchange);
        if (many != null) {
            new BulkSend(exchange, many, writer, queue, queueWriter(used), callback).run();
            return false;
        }
        RoutedRecord record = BulkBody.record(exchange);
        if (record != null) {
            add(exchange, record);
            callback.done(true);
            return true;
        }
        try {
            NewJob job = writer.write(exchange);
            limited(exchange, used.node().enqueue(job, settings))
                    .whenComplete((answer, failure) -> used.continueRoute(
                            new Continuation(exchange, callback, () -> answered(exchange, job, answer, failure))));
            return false;
        } catch (Exception e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
    }

    /** The source of the record hears the outcome, so that this exchange need not wait for it, nor the records behind it. */
    private void add(Exchange exchange, RoutedRecord record) {
        try {
            var unused = record.add(queue, writer.write(record, () -> exchange));
        } catch (Exception e) {
            exchange.setException(e);
        }
    }

    /** The call itself goes on. */
    private static CompletionStage<Enqueued> limited(Exchange exchange, CompletionStage<Enqueued> added) {
        ImpatientCaller caller = exchange.getProperty(ImpatientCaller.PROPERTY, ImpatientCaller.class);
        return caller == null
                ? added
                : caller.limit(
                        added,
                        () -> new EnqueueException(
                                EnqueueException.Kind.UNKNOWN, "Redis did not answer before this pod stopped"));
    }

    private QueueWriter queueWriter(SharedNode used) {
        return new QueueWriter(used.node(), settings, used::continueRoute);
    }

    private static void answered(
            Exchange exchange, NewJob job, @Nullable Enqueued answer, @Nullable Throwable failure) {
        if (answer != null) {
            tell(exchange.getMessage(), answer);
            if (!job.callerId()) {
                InheritedId.mark(exchange, answer.id());
            }
        } else if (failure != null) {
            exchange.setException(Causes.bare(failure));
        }
    }

    private static void tell(Message message, Enqueued answer) {
        message.setHeader(QbullConstants.JOB_ID, answer.id().value());
        message.setHeader(QbullConstants.QUEUE, answer.partition().queue().value());
        message.setHeader(QbullConstants.PARTITION, answer.partition().index());
        message.setHeader(QbullConstants.STREAM_ID, answer.streamId().toString());
        message.setHeader(QbullConstants.DUPLICATE, answer.duplicate());
    }

    private void addHealthCheck() {
        WritableHealthCheckRepository producers = HealthCheckHelper.getHealthCheckRepository(
                endpoint.getCamelContext(), "producers", WritableHealthCheckRepository.class);
        if (producers != null && endpoint.getComponent().isHealthCheckProducerEnabled()) {
            QbullHealthCheck check = new QbullHealthCheck("producer:qbull-" + endpoint.getQueue(), () -> shared);
            check.setCamelContext(endpoint.getCamelContext());
            producers.addHealthCheck(check);
            healthCheck = check;
        }
    }

    private void removeHealthCheck() {
        WritableHealthCheckRepository producers = HealthCheckHelper.getHealthCheckRepository(
                endpoint.getCamelContext(), "producers", WritableHealthCheckRepository.class);
        if (producers != null && healthCheck != null) {
            producers.removeHealthCheck(healthCheck);
            healthCheck = null;
        }
    }
}
