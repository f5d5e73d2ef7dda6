package io.qbull.store.redis.client;

import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A connection for blocking reads. Another connection to the same process ends such a read.
 *
 * @param connection the connection, used for nothing else
 * @param clientId by which the server unblocks it
 * @param server to which it leads
 */
record Subscription(ServerConnection connection, String clientId, ServerNode server) {
    /**
     * @param connector opens the connection
     * @param server to connect to
     * @return the subscription; fails with a {@link io.qbull.store.StoreException}
     */
    static CompletionStage<Subscription> open(Connector connector, ServerNode server) {
        return connector
                .open(server.uri())
                .thenCompose(connection -> connection
                        .send(Request.of(CommandType.CLIENT, "ID"))
                        .handle((id, error) -> {
                            if (error != null) {
                                connection.close();
                                throw RedisErrors.of(error, false);
                            }
                            return new Subscription(connection, Long.toString(id.number(0)), server);
                        }));
    }

    /**
     * Waits for one new entry.
     *
     * @param streams keys of streams on this server
     * @param after the last entry known of each
     * @return the reply to XREAD; empty after {@link Connector#BLOCK} and after {@link #unblock}
     */
    CompletableFuture<Reply> read(List<String> streams, List<String> after) {
        String[] options = {"COUNT", "1", "BLOCK", Long.toString(Connector.BLOCK.toMillis()), "STREAMS"};
        return connection.send(
                Request.of(CommandType.XREAD, options).with(streams).with(after));
    }

    /**
     * Ends the read under way. May overtake it on its way to the server, and then does nothing.
     *
     * @return completes when the server has answered; fails if it cannot be asked
     */
    CompletionStage<Reply> unblock() {
        return server.connection(Traffic.LEASES).thenCompose(shared -> {
            if (!sameProcess(shared)) {
                // In another process the id belongs to another client.
                connection.close();
                throw RedisErrors.unavailable("another server process answers now");
            }
            return shared.send(Request.of(CommandType.CLIENT, "UNBLOCK", clientId));
        });
    }

    /** Passes on that the server process is no longer a primary. */
    void demoted() {
        Futures.whenDone(server.connection(Traffic.LEASES), (shared, error) -> {
            if (error == null && sameProcess(shared)) {
                server.demoted(shared);
            }
        });
    }

    private boolean sameProcess(ServerConnection other) {
        return other.process().equals(connection.process());
    }
}
