package io.qbull.ingest;

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

    /**
     * @param limits shared by all raw endpoints
     */
    public RawHttpEngine(BodyLimits limits) {
        this.limits = limits;
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
