package io.qbull.app;

import io.qbull.ops.QueueApi;
import io.qbull.ops.Queues;
import io.qbull.store.Store;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;

/** Mounts our handlers on Camel's servers once those exist, and ends the Vert.x that both share after they have ended. */
final class ServerLife extends LifecycleStrategySupport {
    private final HttpServers servers;
    private final Vertx vertx;

    ServerLife(HttpServers servers, Vertx vertx) {
        this.servers = servers;
        this.vertx = vertx;
    }

    @Override
    public void onContextStarting(CamelContext context) {
        servers.installErrors(context);
        Router management = servers.managementRoutes();
        Store store = context.getRegistry().findSingleByType(Store.class);
        if (management != null && store != null) {
            QueueApi api = new QueueApi(new Queues(store.inspector()));
            management.route("/api/queues").method(HttpMethod.GET).handler(api::all);
            management.route("/api/queues/:queue").method(HttpMethod.GET).handler(api::one);
        }
    }

    @Override
    public void onContextStopped(CamelContext context) {
        vertx.close();
    }
}
