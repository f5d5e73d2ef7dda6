package io.qbull.ingest.http;

import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpEngine;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Makes the consumers of {@code platform-http:} endpoints. Those with {@code useBodyHandler=false} get raw bytes, bounds and
 * no waiting threads ({@link RawHttpConsumer}); all others are Camel's own.
 */
public final class RawHttpEngine extends VertxPlatformHttpEngine {
    private final BodyLimits limits;
    private final int port;

    /**
     * @param limits shared by all raw endpoints
     * @param port where the server listens that serves the routes
     */
    public RawHttpEngine(BodyLimits limits, int port) {
        this.limits = limits;
        this.port = port;
    }

    /** Told, not guessed: with a second server in the context the engine of Camel takes port 8080, whatever was configured. */
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
