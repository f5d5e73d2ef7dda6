package io.qbull.component;

import io.qbull.component.node.BoundedWorkers;
import io.qbull.component.node.SharedNode;
import io.qbull.engine.QueueNode;
import io.qbull.model.Delivery;
import io.qbull.model.JobHandler;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.LoggingLevel;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.spi.ShutdownStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.util.concurrent.ThreadType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs of the partitions that this process owns through a route. A job is done when its exchange has ended, not when the
 * route's first thread returns.
 *
 * <p>Suspend and stop drain: jobs in flight end and are committed, and the partitions are released, so that other processes continue at
 * once. A forced shutdown stops: jobs in flight are abandoned. Jobs that were fetched but not started stay in the queue; they are not
 * pending exchanges.
 */
public class QbullConsumer extends DefaultConsumer implements Suspendable, ShutdownAware {
    private static final Logger LOG = LoggerFactory.getLogger(QbullConsumer.class);
    /** The node ends a drain by itself; if it has not done so this much later, that is logged. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final QbullEndpoint endpoint;
    private final QueueNode.Consumption consumption;
    private final JobReader reader;
    private final FailureRules failures;
    private final AtomicInteger abandonedJobs = new AtomicInteger();
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
        this.failures = FailureRules.of(endpoint.getConfiguration(), endpoint.getCamelContext());
        // The node logs one line for a failed job; a stack trace for each would hide it.
        setExceptionHandler(
                new LoggingExceptionHandler(endpoint.getCamelContext(), QbullConsumer.class, LoggingLevel.DEBUG));
    }

    /**
     * @return the node through which it consumes; null while it is stopped
     */
    @Nullable
    SharedNode shared() {
        return shared;
    }

    /**
     * @return how many jobs the last suspend or stop did not wait for, because {@code drainTimeout} had passed or the shutdown was
     *     forced; they run again elsewhere
     */
    public int abandonedJobs() {
        return abandonedJobs.get();
    }

    /**
     * @return the partitions that this very consumer works on now, by index
     */
    public List<Integer> ownedPartitions() {
        SharedNode used = shared;
        return used == null
                ? List.of()
                : used.node().status().owned().stream()
                        .map(PartitionId::index)
                        .sorted()
                        .toList();
    }

    /**
     * @return whether this pod may work on a key's partition now; false for every key while the consumer is stopped or the queue's
     *     layout is not known
     */
    public Predicate<String> ownedKeys() {
        SharedNode used = shared;
        CompletableFuture<Layout> layout =
                used == null ? null : used.node().layout().toCompletableFuture();
        if (used == null || layout == null || !layout.isDone() || layout.isCompletedExceptionally()) {
            return key -> false;
        }
        Layout known = layout.join();
        Set<Integer> owned =
                used.node().status().owned().stream().map(PartitionId::index).collect(Collectors.toSet());
        return key -> owned.contains(known.indexOf(used.keyHash(), key));
    }

    @Override
    protected void doInit() throws Exception {
        super.doInit();
        QbullHealthCheck check = new QbullHealthCheck("consumer:qbull-" + getRouteId(), this::shared);
        check.setCamelContext(endpoint.getCamelContext());
        // A disabled check would be UNKNOWN for ever, and a pod with such a check never ready.
        setHealthCheck(endpoint.getComponent().isHealthCheckConsumerEnabled() ? check : null);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        warnOfTimeout();
        SharedNode used = endpoint.getComponent().acquireNode(endpoint);
        try {
            used.claim(String.valueOf(getRouteId()), consumption.lease().leaseTtl());
        } catch (RuntimeException e) {
            endpoint.getComponent().releaseNode(used);
            // By the id of the route its place can be told.
            throw new FailedToStartRouteException(getRouteId(), String.valueOf(e.getMessage()), e);
        }
        shared = used;
        consume(used);
    }

    private void warnOfTimeout() {
        ShutdownStrategy strategy = endpoint.getCamelContext().getShutdownStrategy();
        Duration longest =
                Duration.of(strategy.getTimeout(), strategy.getTimeUnit().toChronoUnit());
        Duration drain = consumption.pump().drainTimeout();
        if (drain.compareTo(longest) >= 0) {
            LOG.warn(
                    "queue={} drainTimeout ({}) is not below Camel's shutdownTimeout ({}): a stop abandons jobs in flight after {}",
                    endpoint.getQueue(),
                    drain,
                    longest,
                    longest);
        }
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        SharedNode used = shared;
        if (used != null) {
            consume(used);
        }
    }

    /**
     * Does not wait: a route policy may call this on the thread of the very job that would be waited for. Camel waits until {@link
     * #getPendingExchangesSize} is zero.
     */
    @Override
    protected void doSuspend() throws Exception {
        SharedNode used = shared;
        if (used != null) {
            drain(used);
        }
        super.doSuspend();
    }

    @Override
    protected void doStop() throws Exception {
        SharedNode used = shared;
        shared = null;
        if (used != null) {
            try {
                drainOrStop(used);
            } finally {
                used.unclaim();
                endpoint.getComponent().releaseNode(used);
            }
        }
        super.doStop();
    }

    /**
     * Waits for jobs in flight as long as Camel allows. When the shutdown timeout has passed, Camel interrupts the thread that stops
     * routes, and stops them on another thread too, before it announces that it forces the shutdown.
     */
    private void drainOrStop(SharedNode used) {
        boolean interrupted = Thread.interrupted();
        if (!interrupted && !endpoint.getCamelContext().getShutdownStrategy().isTimeoutOccurred()) {
            interrupted = awaitOrInterrupt(drain(used));
            if (!interrupted) {
                return;
            }
        }
        interrupted |= awaitOrInterrupt(stopNow(used));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
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
        if (used != null && forced && !suspendOnly) {
            stopNow(used);
        } else if (used != null) {
            drain(used);
        }
    }

    private CompletionStage<Void> drain(SharedNode used) {
        return counted(used.node().drain());
    }

    private CompletionStage<Void> stopNow(SharedNode used) {
        return counted(used.node().stop());
    }

    /** Camel may ask for the end several times; only the session that really ends has abandoned jobs. */
    private CompletionStage<Void> counted(CompletionStage<Integer> end) {
        return end.thenAccept(jobs -> abandonedJobs.accumulateAndGet(jobs, Math::max));
    }

    private void consume(SharedNode used) {
        abandonedJobs.set(0);
        used.node().consume(consumption, (delivery, outcome) -> run(used, delivery, outcome), workers(used));
    }

    /** With one job for each partition there are few enough threads by themselves, and virtual ones cost little. */
    private Executor workers(SharedNode used) {
        boolean few = consumption.pump().concurrency() == 1 || ThreadType.current() == ThreadType.VIRTUAL;
        return few ? used.workers() : new BoundedWorkers(used.workers());
    }

    /** Returns whether it was interrupted. */
    private boolean awaitOrInterrupt(CompletionStage<Void> drained) {
        Duration longest = consumption.pump().drainTimeout().plus(PATIENCE);
        try {
            drained.toCompletableFuture().get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("queue={} partitions were not released: {}", endpoint.getQueue(), String.valueOf(e));
        }
        return false;
    }

    /** Called on a worker thread for each run of a job. */
    private void run(SharedNode used, Delivery delivery, JobHandler.Outcome outcome) {
        Exchange exchange = createExchange(true);
        reader.read(delivery, exchange);
        JobCompletion completion =
                new JobCompletion(new UnlessForced(endpoint.getCamelContext(), () -> stopNow(used), outcome), failures);
        exchange.getExchangeExtension().addOnCompletion(completion);
        AsyncCallback callback = defaultConsumerCallback(exchange, true);
        getAsyncProcessor().process(exchange, doneSync -> {
            // Still there: Camel turned the exchange away before it entered the route, as in a forced shutdown.
            if (exchange.getExchangeExtension().containsOnCompletion(completion)) {
                completion.onFailure(exchange);
            }
            callback.done(doneSync);
        });
    }
}
