package io.qbull.app.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import java.util.function.IntSupplier;

/** Makes HTTP servers as this app needs them: Camel, which asks it for them, chooses the options itself and offers no other way. */
public final class ServerVertx extends VertxWrapper {
    /** Method, path with a queue's longest name in any encoding, and what else a query may carry. */
    private static final int BESIDES_KEY = 2048;
    /** Characters of a byte that is percent-encoded. */
    private static final int ENCODED = 3;

    private final IntSupplier longestKey;
    private final Connections connections;

    /**
     * @param longestKey in bytes, asked when a server is made
     * @param connections told of all
     */
    public ServerVertx(Vertx vertx, IntSupplier longestKey, Connections connections) {
        super((VertxInternal) vertx);
        this.longestKey = longestKey;
        this.connections = connections;
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        int line = Math.max(
                HttpServerOptions.DEFAULT_MAX_INITIAL_LINE_LENGTH, ENCODED * longestKey.getAsInt() + BESIDES_KEY);
        // One request at a time on a connection: the guards count connections and close them.
        options.setHttp2ClearTextEnabled(false);
        HttpServer server = super.createHttpServer(options.setMaxInitialLineLength(line));
        server.connectionHandler(connections.ofOneServer());
        return server.invalidRequestHandler(request -> {
            HttpErrors.unreadable(request);
            BodyTimeout.linger(this, request);
        });
    }
}
