package io.qbull.store.redis.client;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.qbull.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Opens connections by the same rules: no reconnect, no replay, a timeout for every command. Thread-safe; futures complete on a
 * thread of the client.
 */
public final class Connector {
    /** How long a blocking read waits on the server. */
    static final Duration BLOCK = Duration.ofSeconds(5);

    private static final Pattern RUN_ID = Pattern.compile("^run_id:(\\w+)\\r?$", Pattern.MULTILINE);
    private static final Pattern VERSION = Pattern.compile("^redis_version:(\\d+)\\.(\\d+)", Pattern.MULTILINE);
    private static final Pattern CLUSTER = Pattern.compile("^redis_mode:cluster\\r?$", Pattern.MULTILINE);

    private final SharedResources shared;
    private final ClientResources resources;
    private final RedisClient client;

    /**
     * @param shared threads; {@link #close} gives them back
     * @param commandTimeout how long a command, or an attempt to connect, may take
     */
    public Connector(SharedResources shared, Duration commandTimeout) {
        this.shared = shared;
        this.resources = shared.acquire();
        this.client = RedisClient.create(resources);
        client.setOptions(options(commandTimeout));
    }

    /**
     * @param uri a server
     * @return a connection to a process whose run id is known; fails with a {@link StoreException}
     */
    CompletionStage<ServerConnection> open(RedisURI uri) {
        CompletableFuture<ServerConnection> result = new CompletableFuture<>();
        String server = Uris.name(uri);
        Futures.whenDone(
                Futures.attempt(() -> client.connectAsync(ByteArrayCodec.INSTANCE, uri)),
                result,
                (connection, error) -> {
                    if (error != null) {
                        result.completeExceptionally(RedisErrors.ofConnect(error, server));
                    } else {
                        identify(connection, uri, result);
                    }
                });
        return result;
    }

    /**
     * @param uri a server
     * @return a connection for subscriptions; fails with a {@link StoreException}
     */
    CompletionStage<StatefulRedisPubSubConnection<String, String>> openPubSub(RedisURI uri) {
        CompletableFuture<StatefulRedisPubSubConnection<String, String>> result = new CompletableFuture<>();
        Futures.whenDone(
                Futures.attempt(() -> client.connectPubSubAsync(StringCodec.UTF8, uri)),
                result,
                (connection, error) -> {
                    if (error != null) {
                        result.completeExceptionally(RedisErrors.ofConnect(error, Uris.name(uri)));
                    } else {
                        result.complete(connection);
                    }
                });
        return result;
    }

    /** Runs a short task later on a thread of the client. Drops it if the last store of the process is closed by then. */
    public void schedule(Duration delay, Runnable task) {
        try {
            var unused = resources.eventExecutorGroup().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The last store is closed: nobody waits for the task.
            return;
        }
    }

    /** Closes all connections. Does not block. */
    public void close() {
        Futures.whenDone(client.shutdownAsync(0, 1, TimeUnit.SECONDS), (done, error) -> shared.release());
    }

    private static void identify(
            StatefulRedisConnection<byte[], byte[]> connection,
            RedisURI uri,
            CompletableFuture<ServerConnection> result) {
        String server = Uris.name(uri);
        ServerConnection unidentified = new ServerConnection(connection, server, "", "", false);
        Futures.whenDone(unidentified.send(Request.of(CommandType.INFO, "server")), result, (reply, error) -> {
            if (error != null) {
                throw RedisErrors.ofFirstCommand(error, server, uri.isSsl());
            }
            String info = reply.text(0);
            result.complete(new ServerConnection(
                    connection,
                    server,
                    find(RUN_ID, info).group(1),
                    "",
                    CLUSTER.matcher(info).find()));
        });
        Futures.whenDone(result, (identified, error) -> {
            if (error != null) {
                unidentified.close();
            }
        });
    }

    private static Matcher find(Pattern wanted, String info) {
        Matcher version = VERSION.matcher(info);
        Matcher found = wanted.matcher(info);
        if (!version.find() || !found.find()) {
            throw RedisErrors.misconfigured("INFO server does not show that the server is Redis 6.2 or later");
        }
        int major = Integer.parseInt(version.group(1));
        if (major < 6 || (major == 6 && Integer.parseInt(version.group(2)) < 2)) {
            throw RedisErrors.misconfigured("Redis 6.2 or later is required, the server has version "
                    + version.group().substring(version.group().indexOf(':') + 1));
        }
        return found;
    }

    private static ClientOptions options(Duration commandTimeout) {
        return ClientOptions.builder()
                // A new connection replaces a lost one, because it may lead to another process.
                .autoReconnect(false)
                // PING is refused where writes are, and where an ACL user has no right to it; INFO follows in any case.
                .pingBeforeActivateConnection(false)
                .replayFilter(command -> true)
                .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .protocolVersion(ProtocolVersion.RESP2)
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(commandTimeout)
                        .keepAlive(KeepAliveOptions.builder()
                                .enable()
                                .idle(Duration.ofSeconds(10))
                                .interval(Duration.ofSeconds(3))
                                .count(3)
                                .build())
                        .build())
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutCommands()
                        .timeoutSource(new Timeouts(commandTimeout))
                        .build())
                .build();
    }

    /** A blocking read may take its own time, and the command timeout on top. */
    private static final class Timeouts extends TimeoutOptions.TimeoutSource {
        private final Duration other;

        Timeouts(Duration other) {
            this.other = other;
        }

        @Override
        public long getTimeout(RedisCommand<?, ?, ?> command) {
            return (command.getType() == CommandType.XREAD ? BLOCK.plus(other) : other).toMillis();
        }

        @Override
        public TimeUnit getTimeUnit() {
            return TimeUnit.MILLISECONDS;
        }
    }
}
