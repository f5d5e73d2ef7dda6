package io.qbull.component;

import io.qbull.component.node.SharedNode;
import io.qbull.engine.QueueNode;
import io.qbull.model.Delivery;
import io.qbull.model.JobHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * One session of a queue whose jobs are polled, shared by all who poll that queue in one context. A polled exchange belongs to whoever
 * polled it: its job ends when its completions run, which {@code pollEnrich} and {@code poll} hand over to the exchange of their route
 * and {@link org.apache.camel.ConsumerTemplate#doneUoW} runs. Thread-safe.
 */
final class PollingSession {
    /** Guarded by the lock of {@link PollingSessions}. */
    int users;

    private final Endpoint endpoint;
    private final SharedNode shared;
    private final QueueNode.Consumption consumption;
    private final JobReader reader;
    private final FailureRules failures;
    private final PollQueue queue = new PollQueue();

    /**
     * @param endpoint makes the exchanges
     * @param options of the endpoint
     * @param shared the queue's node
     */
    PollingSession(Endpoint endpoint, QbullConfiguration options, SharedNode shared) {
        this.endpoint = endpoint;
        this.shared = shared;
        this.consumption = QbullSettings.consumption(options);
        this.reader = new JobReader(options.getHeaderFilterStrategy());
        this.failures = FailureRules.of(options, endpoint.getCamelContext());
    }

    SharedNode shared() {
        return shared;
    }

    CamelContext context() {
        return endpoint.getCamelContext();
    }

    void start() {
        shared.claimForPolling(consumption.lease().leaseTtl());
        shared.node().consume(consumption, this::begin, queue);
    }

    /**
     * @param other another endpoint of the queue
     * @param options of that endpoint
     * @throws IllegalArgumentException if it consumes in another way
     */
    void refuseOther(Endpoint other, QbullConfiguration options) {
        if (!consumption.equals(QbullSettings.consumption(options))
                || !failures.equals(FailureRules.of(options, other.getCamelContext()))) {
            throw new IllegalArgumentException(
                    other + " must have the consumer options of " + endpoint + ", which is polled already");
        }
    }

    /**
     * @param millis how long to wait for a job
     * @return the exchange of a job; null if none came in time
     */
    @Nullable
    Exchange poll(long millis) throws InterruptedException {
        return queue.poll(millis);
    }

    /** On the thread that polls. */
    private void begin(Delivery delivery, JobHandler.Outcome outcome) {
        Exchange exchange = endpoint.createExchange();
        reader.read(delivery, exchange);
        JobHandler.Outcome end = new UnlessForced(context(), () -> shared.node().stop(), outcome);
        exchange.getExchangeExtension().addOnCompletion(new JobCompletion(end, failures));
        queue.begin(exchange);
    }
}
