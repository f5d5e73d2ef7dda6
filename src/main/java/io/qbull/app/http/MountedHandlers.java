package io.qbull.app.http;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.qbull.app.exit.CliException;
import io.qbull.app.redis.StoreAccess;
import io.qbull.ingest.file.FilesApi;
import io.qbull.ops.dead.DeadApi;
import io.qbull.ops.dead.DeadLetterAdmin;
import io.qbull.ops.deletion.DeletionApi;
import io.qbull.ops.held.HeldApi;
import io.qbull.ops.pause.PauseAdmin;
import io.qbull.ops.pause.PauseApi;
import io.qbull.ops.resize.ResizeAdmin;
import io.qbull.ops.resize.ResizeApi;
import io.qbull.ops.status.QueueApi;
import io.qbull.ops.status.Queues;
import io.qbull.ops.why.Jobs;
import io.qbull.ops.why.JobsApi;
import io.qbull.ops.why.WhyApi;
import io.qbull.store.Store;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.StaticService;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Mounts our handlers on the two servers. The context starts services in the order in which they were added: this one right after the
 * servers, and before the routes.
 */
public final class MountedHandlers extends ServiceSupport implements StaticService {
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServers servers;
    private final CamelContext context;

    /**
     * @param servers already added to the context
     * @param context that has the store
     */
    public MountedHandlers(HttpServers servers, CamelContext context) {
        this.servers = servers;
        this.context = context;
    }

    @Override
    protected void doStart() throws CliException {
        Router management = servers.complete(context);
        Store store = context.getRegistry().findSingleByType(Store.class);
        if (store != null) {
            QueueApi api = new QueueApi(new Queues(store.inspector()));
            management.route("/api/queues").method(HttpMethod.GET).handler(api::all);
            management.route("/api/queues/:queue").method(HttpMethod.GET).handler(api::one);
            WhyApi why = new WhyApi(StoreAccess.why(store));
            management.route("/api/queues/:queue/why").method(HttpMethod.GET).handler(why::ask);
            JobsApi jobs = new JobsApi(new Jobs(store));
            management.route("/api/queues/:queue/find").method(HttpMethod.GET).handler(jobs::find);
            management.route("/api/queues/:queue/peek").method(HttpMethod.GET).handler(jobs::peek);
            dead(management, new DeadApi(new DeadLetterAdmin(store.deadLetters())));
            held(management, new HeldApi(StoreAccess.heldKeyAdmin(store)));
            DeletionApi deletion = new DeletionApi(StoreAccess.queueDeleter(store));
            management
                    .route("/api/queues/:queue/delete")
                    .method(HttpMethod.POST)
                    .handler(deletion::delete);
            pause(management, new PauseApi(new PauseAdmin(store.pauses())));
            ResizeApi resize = new ResizeApi(new ResizeAdmin(store));
            management.route("/api/queues/:queue/resize").method(HttpMethod.GET).handler(resize::status);
            management
                    .route("/api/queues/:queue/resize")
                    .method(HttpMethod.POST)
                    .handler(resize::resize);
        }
        FilesApi files = context.getRegistry().findSingleByType(FilesApi.class);
        if (files != null) {
            management.route("/api/ingest/files").method(HttpMethod.GET).handler(files);
        }
        PrometheusMeterRegistry meters = context.getRegistry().findSingleByType(PrometheusMeterRegistry.class);
        if (meters != null) {
            // Camel mounts its own handler only on a server that starts before the meters.
            management
                    .route("/observe/metrics")
                    .method(HttpMethod.GET)
                    .blockingHandler(http -> scrape(meters, http), false);
        }
    }

    private void dead(Router management, DeadApi api) {
        String path = "/api/queues/:queue/dead";
        management.route(path).method(HttpMethod.GET).handler(api::list);
        management.route(path + "/retry").method(HttpMethod.POST).handler(api::retry);
        management.route(path + "/drop").method(HttpMethod.POST).handler(api::drop);
        management.route(path + "/:id").method(HttpMethod.GET).handler(api::one);
    }

    private void held(Router management, HeldApi api) {
        String path = "/api/queues/:queue/held";
        management.route(path).method(HttpMethod.GET).handler(api::list);
        management.route(path + "/retry").method(HttpMethod.POST).handler(api::retry);
        management.route(path + "/drop").method(HttpMethod.POST).handler(api::drop);
    }

    private void pause(Router management, PauseApi api) {
        String path = "/api/queues/:queue";
        management.route(path + "/pause").method(HttpMethod.POST).handler(api::pause);
        management.route(path + "/drain").method(HttpMethod.POST).handler(api::drain);
        management.route(path + "/resume").method(HttpMethod.POST).handler(api::resume);
    }

    private static void scrape(PrometheusMeterRegistry meters, RoutingContext http) {
        http.response().putHeader("Content-Type", METRICS);
        http.end(meters.scrape(METRICS));
    }
}
