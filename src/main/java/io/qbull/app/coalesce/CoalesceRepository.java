package io.qbull.app.coalesce;

import io.qbull.component.QbullConsumer;
import io.qbull.component.QbullEndpoint;
import io.qbull.model.QueueName;
import io.qbull.store.redis.client.RedisLocation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.redis.processor.aggregate.RedisAggregationRepository;
import org.apache.camel.spi.OptimisticLockingAggregationRepository.OptimisticLockingException;
import org.apache.camel.support.DefaultExchangeHolder;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RMap;
import org.redisson.api.RScript;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.codec.CompositeCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The windows of a queue in Redis, for pods that each see some of its keys. Differs from what it extends in that
 *
 * <ul>
 *   <li>a pod closes and recovers only windows of keys whose partition it holds, those of a pod that died included;
 *   <li>a window closes when its time is up or it is full, its key has no closed window that is not sent yet, and none of its messages
 *       is still in the queue, from where it would come again;
 *   <li>a window is changed only by who has seen its latest state, so that a pod that was paused overwrites nothing. This needs no lock.
 * </ul>
 *
 * <p>Camel asks {@link #getKeys} each {@code completionInterval} and closes what it names. What Camel's own tasks call throws nothing but
 * what they expect: any other exception would end them for good.
 */
public final class CoalesceRepository extends RedisAggregationRepository implements CamelContextAware {
    private static final Logger LOG = LoggerFactory.getLogger(CoalesceRepository.class);
    private static final String STATE = "QbullCoalesceState";
    private static final String NONE = "";
    private static final long PATIENCE_SECONDS = 20;

    /** KEYS: windows. ARGV: key, digest of the state that was seen or nothing, new state. Returns whether that is the state now. */
    private static final String PUT = """
            local state = redis.call('HGET', KEYS[1], ARGV[1])
            if state ~= ARGV[3] then
              if (state and redis.sha1hex(state) or '') ~= ARGV[2] then
                return 0
              end
              redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
            end
            return 1
            """;

    /** KEYS: windows, closed. ARGV: key, digest of the state that was seen, id, state when closed. Returns whether it was closed. */
    private static final String CLOSE = """
            local state = redis.call('HGET', KEYS[1], ARGV[1])
            if not state or redis.sha1hex(state) ~= ARGV[2] then
              return 0
            end
            redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
            redis.call('HDEL', KEYS[1], ARGV[1])
            return 1
            """;

    /** KEYS: stream, held keys. ARGV: key, ids. Returns whether one of them is in the stream, or may be held with its key. */
    private static final String QUEUED = """
            if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 1 then
              return 1
            end
            for i = 2, #ARGV do
              if #redis.call('XRANGE', KEYS[1], ARGV[i], ARGV[i]) > 0 then
                return 1
              end
            end
            return 0
            """;

    private final QueueName queue;
    private final Duration length;
    private final CoalesceStrategy strategy;
    private final Supplier<CompletionStage<RedisLocation>> redis;
    /** When windows that this pod may close are due, by key. */
    private final Map<String, Long> due = new ConcurrentHashMap<>();
    /** Whether the windows could not be looked at when that was tried last. */
    private final AtomicBoolean away = new AtomicBoolean();
    /** Closed windows that the last scan met. */
    private volatile Set<String> scanned = Set.of();

    private @Nullable CamelContext context;

    /**
     * @param queue whose messages are collected
     * @param length of a window
     * @param strategy that fills windows
     * @param redis where Redis is; asked for at each start
     */
    public CoalesceRepository(
            QueueName queue,
            Duration length,
            CoalesceStrategy strategy,
            Supplier<CompletionStage<RedisLocation>> redis) {
        this.queue = queue;
        this.length = length;
        this.strategy = strategy;
        this.redis = redis;
        setMapName("{" + queue + "}:windows");
        setPersistenceMapName("{" + queue + "}:closed");
        // For ever: a closed window has nowhere else to go.
        setMaximumRedeliveries(0);
    }

    @Override
    protected void doStart() throws Exception {
        setRedisson(Redisson.create(
                RedissonSettings.of(redis.get().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS))));
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
            byte[] state = states(getMapName()).get(key);
            if (state == null) {
                return null;
            }
            Exchange exchange = unmarshallExchange(camel, Holders.read(state));
            exchange.setProperty(STATE, Holders.digest(state));
            return exchange;
        } catch (RuntimeException | IOException e) {
            // As if there were none: who then adds one is refused, for there is one.
            LOG.warn("queue={} a window could not be read: {}", queue, e.toString());
            return null;
        }
    }

    @Override
    public @Nullable Exchange add(CamelContext camel, String key, Exchange exchange) {
        String seen = seen(exchange);
        boolean put = run(PUT, List.of(getMapName()), bytes(key), bytes(seen), state(exchange));
        if (!put) {
            throw new IllegalStateException("the window of this key was changed by another pod or cannot be read");
        }
        long now = System.nanoTime();
        if (strategy.full(exchange)) {
            due.put(key, now);
        } else {
            due.putIfAbsent(key, now + length.toNanos());
        }
        return null;
    }

    @Override
    public void remove(CamelContext camel, String key, Exchange exchange) {
        try {
            String seen = seen(exchange);
            if (!queued(key, CoalesceStrategy.window(exchange))
                    && run(
                            CLOSE,
                            List.of(getMapName(), getPersistenceMapName()),
                            bytes(key),
                            bytes(seen),
                            bytes(exchange.getExchangeId()),
                            state(exchange))) {
                due.remove(key);
                return;
            }
        } catch (RuntimeException e) {
            LOG.warn("queue={} a window could not be closed: {}", queue, e.toString());
        }
        // Not now.
        throw new OptimisticLockingException();
    }

    /** The windows that this pod is to close now. */
    @Override
    public Set<String> getKeys() {
        try {
            Set<String> keys = dueKeys();
            if (away.compareAndSet(true, false)) {
                LOG.info("queue={} its windows are looked at again", queue);
            }
            return keys;
        } catch (RuntimeException e) {
            if (away.compareAndSet(false, true)) {
                LOG.warn("queue={} its windows cannot be looked at: {}", queue, e.toString());
            }
            return Set.of();
        }
    }

    private Set<String> dueKeys() {
        Set<String> open = states(getMapName()).readAllKeySet();
        Predicate<String> owned = owned();
        long now = System.nanoTime();
        due.entrySet()
                .removeIf(entry ->
                        !owned.test(entry.getKey()) || (!open.contains(entry.getKey()) && entry.getValue() - now <= 0));
        Set<String> closed = states(getPersistenceMapName()).readAllKeySet().stream()
                .map(CoalesceStrategy::key)
                .collect(Collectors.toSet());
        return open.stream()
                .filter(key -> owned.test(key) && !closed.contains(key))
                // One that another pod has opened gets its whole time once more.
                .filter(key -> due.computeIfAbsent(key, found -> now + length.toNanos()) - now <= 0)
                .collect(Collectors.toSet());
    }

    /**
     * The closed windows that this pod is to send: those that the scan before met too, because a pod that has just handed a partition over
     * may be about to confirm one.
     */
    @Override
    public Set<String> scan(CamelContext camel) {
        try {
            Predicate<String> owned = owned();
            Set<String> closed = states(getPersistenceMapName()).readAllKeySet();
            Set<String> again = new HashSet<>(closed);
            again.retainAll(scanned);
            again.removeIf(id -> !owned.test(CoalesceStrategy.key(id)));
            scanned = closed;
            return again;
        } catch (RuntimeException e) {
            // Said by those who look oftener.
            LOG.debug("queue={} its closed windows cannot be looked at", queue, e);
            return Set.of();
        }
    }

    @Override
    public @Nullable Exchange recover(CamelContext camel, String exchangeId) {
        try {
            byte[] state = states(getPersistenceMapName()).get(exchangeId);
            return state == null ? null : unmarshallExchange(camel, Holders.read(state));
        } catch (RuntimeException | IOException e) {
            LOG.warn("queue={} a closed window could not be read: {}", queue, e.toString());
            return null;
        }
    }

    @Override
    public void confirm(CamelContext camel, String exchangeId) {
        states(getPersistenceMapName()).fastRemove(exchangeId);
    }

    @Override
    public boolean confirmWithResult(CamelContext camel, String exchangeId) {
        try {
            confirm(camel, exchangeId);
            return true;
        } catch (RuntimeException e) {
            LOG.warn("queue={} a sent window could not be removed yet: {}", queue, e.toString());
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

    /** Which keys are this pod's now. */
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

    private boolean queued(String key, Window window) {
        RScript script = getRedisson().getScript(StringCodec.INSTANCE);
        return window.sources().entrySet().stream()
                .anyMatch(source -> script.<Boolean>eval(
                        Mode.READ_WRITE,
                        QUEUED,
                        ReturnType.BOOLEAN,
                        List.of(source.getKey(), "{" + source.getKey() + "}:held"),
                        Stream.concat(Stream.of(key), source.getValue().stream())
                                .toArray()));
    }

    private boolean run(String script, List<Object> keys, Object... values) {
        return getRedisson()
                .getScript(ByteArrayCodec.INSTANCE)
                .<Boolean>eval(Mode.READ_WRITE, script, ReturnType.BOOLEAN, keys, values);
    }

    private RMap<String, byte[]> states(String map) {
        return getRedisson().getMap(map, new CompositeCodec(StringCodec.INSTANCE, ByteArrayCodec.INSTANCE));
    }

    /** Digest of the state that this exchange was read from, which is no part of it. */
    private static String seen(Exchange exchange) {
        return exchange.removeProperty(STATE) instanceof String digest ? digest : NONE;
    }

    private byte[] state(Exchange exchange) {
        return Holders.write(DefaultExchangeHolder.marshal(exchange, true, isAllowSerializedHeaders()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
