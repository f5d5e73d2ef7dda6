package io.qbull.app.coalesce;

import io.qbull.component.QbullConsumer;
import io.qbull.component.QbullEndpoint;
import io.qbull.model.QueueName;
import io.qbull.runtime.LogLimit;
import io.qbull.store.redis.client.RedisLocation;
import io.qbull.store.redis.schema.Keys;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.redis.processor.aggregate.RedisAggregationRepository;
import org.apache.camel.spi.OptimisticLockingAggregationRepository.OptimisticLockingException;
import org.apache.camel.support.DefaultExchangeHolder;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the collection windows of a queue in Redis and divides them among the pods. Camel's own repository assumes one pod and a lock;
 * this one differs in three ways:
 *
 * <ul>
 *   <li>A pod closes and recovers only windows of keys whose partition it owns, including those that a dead pod left.
 *   <li>A window closes when its time is up or it is full, no earlier window of its key is unsent, and none of its messages can
 *       come again from the queue.
 *   <li>A pod changes a window only if it has seen the latest state, so a pod that was paused overwrites nothing. No lock is needed.
 * </ul>
 *
 * <p>Camel asks {@link #getKeys} every {@code completionInterval} and closes the windows it returns. Any exception that Camel's own
 * tasks do not expect would end them for good, so the methods they call log a failure of Redis and return nothing.
 */
public final class CoalesceRepository extends RedisAggregationRepository implements CamelContextAware {
    private static final Logger LOG = LoggerFactory.getLogger(CoalesceRepository.class);
    private static final String STATE = "QbullCoalesceState";
    private static final String NO_STATE = "";
    private static final long LOCATION_TIMEOUT_SECONDS = 20;

    private final QueueName queue;
    private final CoalesceStrategy strategy;
    private final Supplier<CompletionStage<RedisLocation>> redis;
    private final WindowTable table;
    private final DueWindows due;
    private final LogLimit lines = new LogLimit();
    /** Whether the log says that the windows cannot be read. */
    private final AtomicBoolean unreadable = new AtomicBoolean();
    /** The closed windows that the last scan found. */
    private volatile Set<String> scanned = Set.of();

    private @Nullable CamelContext context;

    /**
     * @param queue whose messages are collected
     * @param length of a window
     * @param strategy that fills windows
     * @param redis where Redis is; asked at each start
     */
    public CoalesceRepository(
            QueueName queue,
            Duration length,
            CoalesceStrategy strategy,
            Supplier<CompletionStage<RedisLocation>> redis) {
        this.queue = queue;
        this.strategy = strategy;
        this.redis = redis;
        this.table = new WindowTable(queue, this::getRedisson);
        this.due = new DueWindows(length);
        setMapName(Keys.windows(queue));
        setPersistenceMapName(Keys.closedWindows(queue));
        // Unlimited: a closed window has no dead-letter queue.
        setMaximumRedeliveries(0);
    }

    @Override
    protected void doStart() throws Exception {
        RedisLocation location = redis.get().toCompletableFuture().get(LOCATION_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        setRedisson(Redisson.create(RedissonSettings.of(location)));
        super.doStart();
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        RedissonClient client = getRedisson();
        if (client != null) {
            client.shutdown();
        }
        due.clear();
        scanned = Set.of();
    }

    @Override
    public @Nullable Exchange get(CamelContext camel, String key) {
        try {
            byte[] state = table.open(key);
            if (state == null) {
                return null;
            }
            Exchange exchange = unmarshallExchange(camel, ExchangeCodec.read(state));
            exchange.setProperty(STATE, WindowTable.digest(state));
            return exchange;
        } catch (RuntimeException | IOException e) {
            // As if there were none: a later add() fails, because the window still exists.
            warn("a window cannot be read", e);
            return null;
        }
    }

    /**
     * @throws WindowException if Redis does not take the window now, or if another pod changed it since it was read
     * @throws IllegalStateException if the window is none
     */
    @Override
    public @Nullable Exchange add(CamelContext camel, String key, Exchange exchange) {
        String seen = takeSeen(exchange);
        byte[] state = state(exchange);
        if (!ask(() -> table.put(key, seen, state))) {
            throw refused(key);
        }
        due.added(key, strategy.full(exchange), System.nanoTime());
        return null;
    }

    /** Why a window was not changed. */
    private RuntimeException refused(String key) {
        byte[] state = ask(() -> table.open(key));
        try {
            if (state != null) {
                ExchangeCodec.read(state);
            }
        } catch (RuntimeException | IOException e) {
            return new IllegalStateException("the window of this key cannot be read", e);
        }
        return WindowException.changed();
    }

    private static <T extends @Nullable Object> T ask(Supplier<T> redis) {
        try {
            return redis.get();
        } catch (RuntimeException e) {
            throw WindowException.unreachable(e);
        }
    }

    private void warn(String what, Exception failure) {
        String reason = WindowException.reason(failure);
        lines.log(what + reason, more -> LOG.warn("queue={} {}: {}{}", queue, what, reason, more));
    }

    /** Closes a window. Camel tries again later if this throws. */
    @Override
    public void remove(CamelContext camel, String key, Exchange exchange) {
        try {
            String seen = takeSeen(exchange);
            if (!table.queued(key, CoalesceStrategy.window(exchange))
                    && table.close(key, seen, exchange.getExchangeId(), state(exchange))) {
                due.closed(key);
                return;
            }
        } catch (RuntimeException e) {
            warn("a window cannot be closed", e);
        }
        throw new OptimisticLockingException();
    }

    /** The keys whose windows this pod closes now. */
    @Override
    public Set<String> getKeys() {
        try {
            Set<String> keys = dueKeys();
            if (unreadable.compareAndSet(true, false)) {
                LOG.info("queue={} its windows can be read again", queue);
            }
            return keys;
        } catch (RuntimeException e) {
            if (!unreadable.get()) {
                String reason = WindowException.reason(e);
                unreadable.set(lines.log(
                        "unreadable",
                        more -> LOG.warn("queue={} its windows cannot be read: {}{}", queue, reason, more)));
            }
            return Set.of();
        }
    }

    private Set<String> dueKeys() {
        Set<String> open = table.openKeys();
        Predicate<String> owned = owned();
        Set<String> unsent =
                table.closedNames().stream().map(CoalesceStrategy::key).collect(Collectors.toSet());
        return due.select(open, unsent, owned, System.nanoTime());
    }

    /**
     * The closed windows that this pod sends. A window must be found by two scans, because a pod that has just handed over its
     * partition may be about to confirm it.
     */
    @Override
    public Set<String> scan(CamelContext camel) {
        try {
            Predicate<String> owned = owned();
            Set<String> closed = table.closedNames();
            Set<String> again = new HashSet<>(closed);
            again.retainAll(scanned);
            again.removeIf(name -> !owned.test(CoalesceStrategy.key(name)));
            scanned = closed;
            return again;
        } catch (RuntimeException e) {
            // getKeys() runs more often and has logged it.
            LOG.debug("queue={} its closed windows cannot be read", queue, e);
            return Set.of();
        }
    }

    @Override
    public @Nullable Exchange recover(CamelContext camel, String exchangeId) {
        try {
            byte[] state = table.closed(exchangeId);
            if (state == null) {
                return null;
            }
            lines.log(
                    "again",
                    more -> LOG.info("queue={} a closed window that was not confirmed is sent again{}", queue, more));
            return unmarshallExchange(camel, ExchangeCodec.read(state));
        } catch (RuntimeException | IOException e) {
            warn("a closed window cannot be read", e);
            return null;
        }
    }

    @Override
    public void confirm(CamelContext camel, String exchangeId) {
        table.removeClosed(exchangeId);
    }

    @Override
    public boolean confirmWithResult(CamelContext camel, String exchangeId) {
        try {
            confirm(camel, exchangeId);
            return true;
        } catch (RuntimeException e) {
            warn("a sent window cannot be removed yet", e);
            return false;
        }
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        this.context = camelContext;
    }

    @Override
    public @Nullable CamelContext getCamelContext() {
        return context;
    }

    /** Whether this pod owns the partition of a key now, as the consumer of the queue says. */
    private Predicate<String> owned() {
        CamelContext camel = context;
        return camel == null
                ? key -> false
                : camel.getRoutes().stream()
                        .filter(route -> route.getEndpoint() instanceof QbullEndpoint endpoint
                                && endpoint.getQueue().equals(queue.value()))
                        .map(Route::getConsumer)
                        .filter(QbullConsumer.class::isInstance)
                        .map(consumer -> ((QbullConsumer) consumer).ownedKeys())
                        .findFirst()
                        .orElse(key -> false);
    }

    /** Takes from the exchange the digest of the state that it was read from, which must not be stored with it. */
    private static String takeSeen(Exchange exchange) {
        return exchange.removeProperty(STATE) instanceof String digest ? digest : NO_STATE;
    }

    private byte[] state(Exchange exchange) {
        return ExchangeCodec.write(DefaultExchangeHolder.marshal(exchange, true, isAllowSerializedHeaders()));
    }
}
