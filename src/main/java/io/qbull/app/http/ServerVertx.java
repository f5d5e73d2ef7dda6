package io.qbull.app.http;

import io.qbull.app.settings.AppSettings;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerImpl;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import java.util.function.IntSupplier;

/** Makes HTTP servers with our options. Camel makes its servers through Vert.x and offers no other way to set their options. */
public final class ServerVertx extends VertxWrapper {
    /** Room for the method, the path with the longest name of a queue in any encoding, and other parameters. */
    private static final int BESIDES_KEY = 2048;
    /** Characters of a percent-encoded byte. */
    private static final int ENCODED = 3;

    private final IntSupplier longestKey;
    private final Connections connections;
    private final AppSettings.Web web;

    /**
     * @param vertx makes the servers
     * @param web the settings of the servers
     * @param longestKey the longest key in bytes, asked when a server is made
     * @param connections limits the connections of each server
     */
    public ServerVertx(Vertx vertx, AppSettings.Web web, IntSupplier longestKey, Connections connections) {
        super((VertxInternal) vertx);
        this.longestKey = longestKey;
        this.connections = connections;
        this.web = web;
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        int line = Math.max(
                HttpServerOptions.DEFAULT_MAX_INITIAL_LINE_LENGTH, ENCODED * longestKey.getAsInt() + BESIDES_KEY);
        // One request at a time on a connection: the limits count connections and close them.
        options.setHttp2ClearTextEnabled(false);
        HttpServer server = new GatedServer(options.setMaxInitialLineLength(line));
        Handler<HttpConnection> limit = connections.ofOneServer();
        server.connectionHandler(connection -> {
            ClientStream.watch(connection);
            limit.handle(connection);
        });
        return server.invalidRequestHandler(ServerVertx::unreadable);
    }

    private static void unreadable(HttpServerRequest request) {
        ClientStream stream = ClientStream.of(request);
        if (stream != null && stream.begins(request)) {
            stream.end(request, HttpErrors.unreadable(request));
        }
    }

    /** Whatever handles the requests of the server, the gate stands before it from the first request on. */
    private final class GatedServer extends HttpServerImpl {
        GatedServer(HttpServerOptions options) {
            super(delegate, options);
        }

        @Override
        public synchronized HttpServer requestHandler(Handler<HttpServerRequest> handler) {
            return super.requestHandler(RequestGate.of(ServerVertx.this, web, handler));
        }
    }
}
