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

/** Makes connections, all with the same rules: no reconnecting, no replay, no waiting without an end. */
public final class Connector {
    /** How long a blocking read waits in the server. */
    static final Duration BLOCK = Duration.ofSeconds(5);

    private static final Pattern RUN_ID = Pattern.compile("^run_id:(\\w+)\\r?$", Pattern.MULTILINE);
    private static final Pattern VERSION = Pattern.compile("^redis_version:(\\d+)\\.(\\d+)", Pattern.MULTILINE);
    private static final Pattern CLUSTER = Pattern.compile("^redis_mode:cluster\\r?$", Pattern.MULTILINE);

    private final SharedResources shared;
    private final ClientResources resources;
    private final RedisClient client;

    public Connector(SharedResources shared, Duration commandTimeout) {
        this.shared = shared;
        this.resources = shared.acquire();
        this.client = RedisClient.create(resources);
        client.setOptions(options(commandTimeout));
    }

    /**
     * @param uri a server
     * @param suffix appended to the identity of the process
     * @return a connection to a process that said who it is; fails with a {@link StoreException}
     */
    CompletionStage<ServerConnection> open(RedisURI uri, String suffix) {
        CompletableFuture<ServerConnection> result = new CompletableFuture<>();
        String server = Uris.name(uri);
        Futures.end(client.connectAsync(ByteArrayCodec.INSTANCE, uri), (connection, error) -> {
            if (error != null) {
                result.completeExceptionally(RedisErrors.ofConnect(error, server));
            } else {
                identify(connection, server, suffix, result);
            }
        });
        return result;
    }

    /**
     * @param uri a server
     * @return a connection that listens; fails with a {@link StoreException}
     */
    CompletionStage<StatefulRedisPubSubConnection<String, String>> openPubSub(RedisURI uri) {
        CompletableFuture<StatefulRedisPubSubConnection<String, String>> result = new CompletableFuture<>();
        Futures.end(client.connectPubSubAsync(StringCodec.UTF8, uri), (connection, error) -> {
            if (error != null) {
                result.completeExceptionally(RedisErrors.ofConnect(error, Uris.name(uri)));
            } else {
                result.complete(connection);
            }
        });
        return result;
    }

    /** Runs a short task later, unless everything is closed by then. */
    void schedule(Duration delay, Runnable task) {
        try {
            var unused = resources.eventExecutorGroup().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The last store was closed: nobody waits for the task.
            return;
        }
    }

    /** Ends all connections. Does not block. */
    public void close() {
        Futures.end(client.shutdownAsync(0, 1, TimeUnit.SECONDS), (done, error) -> shared.release());
    }

    private static void identify(
            StatefulRedisConnection<byte[], byte[]> connection,
            String server,
            String suffix,
            CompletableFuture<ServerConnection> result) {
        ServerConnection unknown = new ServerConnection(connection, server, "", "", false);
        Futures.end(unknown.send(Request.of(CommandType.INFO, "server")), (reply, error) -> {
            try {
                if (error != null) {
                    throw RedisErrors.ofConnect(error, server);
                }
                String info = reply.text(0);
                result.complete(new ServerConnection(
                        connection,
                        server,
                        find(RUN_ID, info).group(1),
                        suffix,
                        CLUSTER.matcher(info).find()));
            } catch (StoreException e) {
                unknown.close();
                result.completeExceptionally(e);
            }
        });
    }

    private static Matcher find(Pattern wanted, String info) {
        Matcher version = VERSION.matcher(info);
        Matcher found = wanted.matcher(info);
        if (!version.find() || !found.find()) {
            throw RedisErrors.misconfigured("the server does not say that it is Redis 6.2 or later (INFO server)");
        }
        int major = Integer.parseInt(version.group(1));
        if (major < 6 || (major == 6 && Integer.parseInt(version.group(2)) < 2)) {
            throw RedisErrors.misconfigured("Redis 6.2 or later is needed, the server is "
                    + version.group().substring(version.group().indexOf(':') + 1));
        }
        return found;
    }

    private static ClientOptions options(Duration commandTimeout) {
        return ClientOptions.builder()
                // A connection that is gone is replaced by a new one, which first says whom it leads to.
                .autoReconnect(false)
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

    /** Blocking reads take as long as they were told to, and then as long as any other command. */
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
