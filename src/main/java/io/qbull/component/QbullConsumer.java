package io.qbull.component;

import io.qbull.engine.QueueNode;
import io.qbull.model.Delivery;
import io.qbull.model.JobHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.LoggingExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs of the partitions that this process holds through a route. A job is done when its exchange has ended, not
 * when the route's first thread returns.
 *
 * <p>Suspend and stop let jobs in flight end, commit them and release the partitions, so that other processes go on at once.
 * Jobs that were fetched and not started stay in the queue; they are not pending exchanges.
 */
public class QbullConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {
    private static final Logger LOG = LoggerFactory.getLogger(QbullConsumer.class);
    /** The node ends the drain itself; this much later somebody has to say that it did not. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final QbullEndpoint endpoint;
    private final QueueNode.Consumption consumption;
    private final JobReader reader;
    private volatile @Nullable SharedNode shared;

    /**
     * @param endpoint names the queue and the options
     * @param processor the route
     */
    QbullConsumer(QbullEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
        this.consumption = QbullSettings.consumption(endpoint.getConfiguration());
        this.reader = new JobReader(endpoint.getConfiguration().getHeaderFilterStrategy());
        // The node writes one line for a failed job; a stack trace for each would bury it.
        setExceptionHandler(
                new LoggingExceptionHandler(endpoint.getCamelContext(), QbullConsumer.class, LoggingLevel.DEBUG));
    }

    /**
     * @return the node it consumes through; null while it is stopped
     */
    @Nullable
    SharedNode shared() {
        return shared;
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        QbullHealthCheck check = new QbullHealthCheck("consumer:qbull-" + getRouteId(), this::shared);
        check.setCamelContext(endpoint.getCamelContext());
        check.setEnabled(endpoint.getComponent().isHealthCheckConsumerEnabled());
        setHealthCheck(check);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        SharedNode used = endpoint.getComponent().nodes().acquire(endpoint);
        try {
            used.claim(String.valueOf(getRouteId()), consumption.lease().leaseTtl());
        } catch (RuntimeException e) {
            endpoint.getComponent().nodes().release(used);
            throw e;
        }
        shared = used;
        consume(used);
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        SharedNode used = shared;
        if (used != null) {
            consume(used);
        }
    }

    @Override
    protected void doSuspend() throws Exception {
        SharedNode used = shared;
        if (used != null) {
            CompletableFuture<Void> drained = used.node().quiesce().toCompletableFuture();
            // When all routes stop, Camel waits for all of them at once: queues drain side by side.
            if (!endpoint.getCamelContext().getStatus().isStopping()) {
                await(drained);
            }
        }
        super.doSuspend();
    }

    @Override
    protected void doStop() throws Exception {
        SharedNode used = shared;
        shared = null;
        if (used != null) {
            try {
                await(used.node().quiesce().toCompletableFuture());
            } finally {
                used.unclaim();
                endpoint.getComponent().nodes().release(used);
            }
        }
        super.doStop();
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    @Override
    public int getPendingExchangesSize() {
        SharedNode used = shared;
        return used == null ? 0 : used.node().unfinished();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        SharedNode used = shared;
        if (used != null) {
            used.node().quiesce();
        }
    }

    private void consume(SharedNode used) {
        used.node().consume(consumption, this::run, used.workers());
    }

    private void await(CompletableFuture<Void> drained) {
        Duration longest = consumption.pump().drainTimeout().plus(PATIENCE);
        try {
            drained.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("queue={} interrupted while jobs in flight end", endpoint.getQueue());
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("queue={} partitions were not released: {}", endpoint.getQueue(), String.valueOf(e));
        }
    }

    /** Called on a worker thread for each run of a job. */
    private void run(Delivery delivery, JobHandler.Outcome outcome) {
        Exchange exchange = createExchange(true);
        reader.read(delivery, exchange);
        JobCompletion completion = new JobCompletion(outcome);
        exchange.getExchangeExtension().addOnCompletion(completion);
        AsyncCallback callback = defaultConsumerCallback(exchange, true);
        getAsyncProcessor().process(exchange, doneSync -> {
            // Still here: the exchange was turned away before it entered the route, as in a forced shutdown.
            if (exchange.getExchangeExtension().containsOnCompletion(completion)) {
                completion.onFailure(exchange);
            }
            callback.done(doneSync);
        });
    }
}
