package io.qbull.app.coalesce;

import io.qbull.model.QueueName;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RMap;
import org.redisson.api.RScript.Mode;
import org.redisson.api.RScript.ReturnType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.client.codec.Codec;
import org.redisson.client.codec.StringCodec;
import org.redisson.codec.CompositeCodec;

/**
 * The windows of one queue in Redis, as bytes. A change succeeds only if the caller has read the latest state, so it needs no lock.
 * Each method waits for Redis and throws Redisson's unchecked exceptions. Thread-safe.
 */
final class WindowTable {
    private static final Codec FIELDS = new CompositeCodec(StringCodec.INSTANCE, ByteArrayCodec.INSTANCE);

    private final QueueName queue;
    private final Supplier<RedissonClient> client;

    /**
     * @param queue whose messages the windows collect
     * @param client asked for at each call
     */
    WindowTable(QueueName queue, Supplier<RedissonClient> client) {
        this.queue = queue;
        this.client = client;
    }

    /** The digest of a state, which names the state that a change starts from. */
    static String digest(byte[] state) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(state));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    Set<String> openKeys() {
        return fields(Keys.windows(queue)).readAllKeySet();
    }

    Set<String> closedNames() {
        return fields(Keys.closedWindows(queue)).readAllKeySet();
    }

    byte @Nullable [] open(String key) {
        return fields(Keys.windows(queue)).get(key);
    }

    byte @Nullable [] closed(String name) {
        return fields(Keys.closedWindows(queue)).get(name);
    }

    /**
     * @param seen digest of the state that the caller read; empty = there was no window
     * @return whether the window has the new state now
     */
    boolean put(String key, String seen, byte[] state) {
        return run(Script.PUT_WINDOW, List.of(Keys.windows(queue)), bytes(key), bytes(seen), state);
    }

    /**
     * @param seen digest of the state that the caller read
     * @return whether this call closed the window
     */
    boolean close(String key, String seen, String name, byte[] state) {
        return run(
                Script.CLOSE_WINDOW,
                List.of(Keys.windows(queue), Keys.closedWindows(queue)),
                bytes(key),
                bytes(seen),
                bytes(name),
                state);
    }

    void removeClosed(String name) {
        fields(Keys.closedWindows(queue)).fastRemove(name);
    }

    /** Whether a message of the window is still in its queue, from where it can come again. */
    boolean queued(String key, Window window) {
        return window.sources().entrySet().stream().anyMatch(source -> queued(key, source.getKey(), source.getValue()));
    }

    private boolean queued(String key, String stream, List<String> entries) {
        return run(
                Script.QUEUED,
                List.of(stream, Keys.held(Keys.partition(stream))),
                Stream.concat(Stream.of(key), entries.stream())
                        .map(WindowTable::bytes)
                        .toArray());
    }

    private boolean run(Script script, List<Object> keys, Object... values) {
        script.check(keys.size(), values.length);
        return client.get()
                .getScript(ByteArrayCodec.INSTANCE)
                .<Boolean>eval(Mode.READ_WRITE, script.source(), ReturnType.BOOLEAN, keys, values);
    }

    private RMap<String, byte[]> fields(String name) {
        return client.get().getMap(name, FIELDS);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
