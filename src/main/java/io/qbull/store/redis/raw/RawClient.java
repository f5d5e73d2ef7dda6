package io.qbull.store.redis.raw;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.qbull.config.RedisSettings;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.RedisLocation;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A bare connection to one Redis server. Thread-safe; futures complete on a thread of the client. */
public final class RawClient implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int KEYS_A_CALL = 1000;
    private static final List<Script> SCRIPTS =
            List.of(Script.OPEN, Script.ACQUIRE, Script.ENQUEUE, Script.FETCH, Script.COMMIT);

    private final RedisClient client;
    private final StatefulRedisConnection<byte[], byte[]> connection;

    private RawClient(RedisClient client) {
        this.client = client;
        this.connection = client.connect(ByteArrayCodec.INSTANCE);
    }

    /**
     * Connects. Blocks.
     *
     * @param uri of one server, or of the sentinels of one
     * @return a connected client that knows the scripts; the caller closes it
     * @throws IllegalArgumentException if the URI has another form
     * @throws io.qbull.store.StoreException if Redis cannot be reached
     */
    public static RawClient open(String uri) {
        if (RedisLocation.of(new RedisSettings(uri, TIMEOUT), false).servers().size() > 1
                && !uri.contains("-sentinel://")) {
            throw new IllegalArgumentException("redisUri names several servers; the benchmark runs on one");
        }
        RedisURI server = RedisURI.create(uri.trim());
        server.setTimeout(TIMEOUT);
        // As the store does, which needs no right to CLIENT SETINFO.
        server.setLibraryName("");
        server.setLibraryVersion("");
        RedisClient client = RedisClient.create(server);
        try {
            RawClient opened = new RawClient(client);
            SCRIPTS.forEach(script -> await(opened.async().scriptLoad(bytes(script.source()))));
            return opened;
        } catch (RuntimeException e) {
            client.shutdown();
            throw RedisErrors.of(e, false);
        }
    }

    /** Closes the connection and ends the threads. Blocks for a moment. */
    @Override
    public void close() {
        client.shutdown(0, 1, TimeUnit.SECONDS);
    }

    /**
     * @param section of INFO
     * @return its names and values. Blocks
     */
    public Map<String, String> info(String section) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : await(async().info(section)).lines().toList()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.put(line.substring(0, colon), line.substring(colon + 1).trim());
            }
        }
        return values;
    }

    /**
     * Removes queues with all their keys, whoever wrote them. Blocks, and looks at the names of all keys in Redis.
     *
     * @param prefix of the names of queues that nobody uses any more
     */
    public void remove(String prefix) {
        List<byte[]> found = keysOf(prefix);
        for (int from = 0; from < found.size(); from += KEYS_A_CALL) {
            List<byte[]> some = found.subList(from, Math.min(found.size(), from + KEYS_A_CALL));
            await(async().unlink(some.toArray(byte[][]::new)));
        }
        await(async().smembers(bytes(Keys.QUEUES))).stream()
                .filter(name -> text(name).startsWith(prefix))
                .forEach(name -> await(async().srem(bytes(Keys.QUEUES), name)));
    }

    /**
     * @param prefix of the names of queues
     * @return whether Redis has a key of one of them. Blocks, and looks at the names of all keys in Redis
     */
    public boolean exists(String prefix) {
        return !keysOf(prefix).isEmpty();
    }

    private List<byte[]> keysOf(String prefix) {
        Pattern ours = Pattern.compile("\\{?" + Pattern.quote(prefix) + "[A-Za-z0-9_.-]*(:\\d+)?}?(:.*)?");
        List<byte[]> found = new ArrayList<>();
        ScanArgs page = ScanArgs.Builder.matches("*" + prefix + "*").limit(KEYS_A_CALL);
        KeyScanCursor<byte[]> cursor = await(async().scan(page));
        while (true) {
            cursor.getKeys().stream()
                    .filter(key -> ours.matcher(text(key)).matches())
                    .forEach(found::add);
            if (cursor.isFinished()) {
                return found;
            }
            cursor = await(async().scan(cursor, page));
        }
    }

    /** The commands of the connection. */
    RedisAsyncCommands<byte[], byte[]> async() {
        return connection.async();
    }

    /** A connection of its own, for commands that block it. */
    StatefulRedisConnection<byte[], byte[]> another() {
        return client.connect(ByteArrayCodec.INSTANCE);
    }

    /** Runs a task on a thread of the client, a millisecond later. */
    void soon(Runnable task) {
        var unused = client.getResources().eventExecutorGroup().schedule(task, 1, TimeUnit.MILLISECONDS);
    }

    /** Runs a script; its reply is an array. */
    CompletionStage<List<Object>> run(Script script, List<String> keys, List<byte[]> args) {
        byte[][] names = keys.stream().map(RawClient::bytes).toArray(byte[][]::new);
        return async().evalsha(script.sha(), ScriptOutputType.MULTI, names, args.toArray(byte[][]::new));
    }

    static <T> T await(CompletionStage<T> reply) {
        try {
            return reply.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw RedisErrors.of(e.getCause() == null ? e : e.getCause(), true);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(Object reply) {
        return reply instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(reply);
    }
}
