package io.qbull.app;

import io.qbull.ops.QueueApi;
import io.qbull.ops.Queues;
import io.qbull.store.Store;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import org.apache.camel.CamelContext;
import org.apache.camel.StaticService;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Mounts our handlers on the two servers. A service that the context starts right after the servers and before the routes,
 * because it was added after them.
 */
final class MountedHandlers extends ServiceSupport implements StaticService {
    private final HttpServers servers;
    private final CamelContext context;

    MountedHandlers(HttpServers servers, CamelContext context) {
        this.servers = servers;
        this.context = context;
    }

    @Override
    protected void doStart() {
        Router management = servers.complete(context);
        Store store = context.getRegistry().findSingleByType(Store.class);
        if (store != null) {
            QueueApi api = new QueueApi(new Queues(store.inspector()));
            management.route("/api/queues").method(HttpMethod.GET).handler(api::all);
            management.route("/api/queues/:queue").method(HttpMethod.GET).handler(api::one);
        }
    }
}
