package io.qbull.ingest.http;

import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Creates the consumers of {@code platform-http:} endpoints: a {@link RawHttpConsumer} for {@code useBodyHandler=false}, Camel's own for
 * all others.
 */
public final class RawHttpEngine extends VertxPlatformHttpEngine {
    private final BodyLimits limits;
    private final int port;

    /**
     * @param limits shared by all raw endpoints
     * @param port of the server that serves the routes
     */
    public RawHttpEngine(BodyLimits limits, int port) {
        this.limits = limits;
        this.port = port;
    }

    /** The configured port: with a second server in the context Camel's engine would assume 8080. */
    @Override
    public int getServerPort() {
        return port;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        if (endpoint.isUseBodyHandler()) {
            return super.createConsumer(endpoint, processor);
        }
        String router = VertxPlatformHttpRouter.getRouterNameFromPort(getServerPort());
        return new RawHttpConsumer(endpoint, processor, getHandlers(), router, limits);
    }
}
