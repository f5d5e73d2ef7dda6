package io.qbull.app.http;

import io.qbull.app.exit.CliException;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.Hosts;
import io.qbull.app.settings.Setting;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.impl.TCPServerBase;
import io.vertx.ext.web.Router;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;

/**
 * Camel's two HTTP servers with our addresses. They are made here because Camel reads the properties {@code camel.server.*} before any
 * code of an application runs. Authentication is the task of {@link RequestGate}: Camel's own protects single paths and has let sub-paths
 * through.
 */
public final class HttpServers {
    private final AppSettings.Web web;
    private final Connections connections;
    private final MainHttpServer http = new MainHttpServer();
    private final ManagementHttpServer management = new ManagementHttpServer();

    /**
     * @param web the settings of the servers
     * @param connections limits of both
     */
    public HttpServers(AppSettings.Web web, Connections connections) {
        this.web = web;
        this.connections = connections;
    }

    /**
     * Gives both servers to a context, which starts and stops them.
     *
     * @param context not yet started
     * @throws Exception if the context refuses them
     */
    public void add(CamelContext context) throws Exception {
        http.setCamelContext(context);
        http.setHost(web.http().host());
        http.setPort(web.http().port());
        http.setPath("/");
        management.setCamelContext(context);
        management.setHost(web.management().host());
        management.setPort(web.management().port());
        management.setPath("/");
        management.setHealthCheckEnabled(true);
        management.setHealthPath(Probes.HEALTH);
        management.setMetricsEnabled(true);
        context.addService(http, true, true);
        context.addService(management, true, true);
    }

    /**
     * Adds error handlers and timeouts. Called when the servers run.
     *
     * @return the routes of the management server
     * @throws CliException if a server does not listen; Camel itself only logs a warning
     */
    Router complete(CamelContext context) throws CliException {
        requireListening(http.getRouter(), web.http(), Setting.HTTP_HOST, Setting.HTTP_PORT);
        requireListening(management.getRouter(), web.management(), Setting.MANAGEMENT_HOST, Setting.MANAGEMENT_PORT);
        complete(http.getRouter(), context);
        Router root = complete(management.getRouter(), context);
        RequestGate gate = gate(management.getRouter());
        root.route()
                .order(Integer.MIN_VALUE)
                .handler(new Probes(context, request -> !Probes.asked(request) || gate.authorized(request)));
        gate.open(Probes::asked);
        return management.getRouter();
    }

    private static void requireListening(
            VertxPlatformHttpRouter routes, AppSettings.Address address, Setting host, Setting port)
            throws CliException {
        HttpServer listener = routes.getServer().getServer();
        // Vert.x has no public way to tell whether a server listens.
        if (!(listener instanceof TCPServerBase tcp) || !tcp.isListening()) {
            throw Hosts.cannotListen(address, host, port, "another program has just taken it");
        }
    }

    /** Returns the router above the one that Camel shows: a request that no route answers ends there. */
    private Router complete(VertxPlatformHttpRouter routes, CamelContext context) {
        HttpErrors errors = new HttpErrors(routes, context::isStarted);
        errors.install(routes);
        if (!(gate(routes).server() instanceof Router root)) {
            throw new IllegalStateException("an HTTP server of another Vert.x has no router");
        }
        errors.install(root);
        root.route().order(Integer.MIN_VALUE).handler(connections);
        root.route().order(Integer.MIN_VALUE).handler(new BodyTimeout(web.bodyTimeout()));
        return root;
    }

    private static RequestGate gate(VertxPlatformHttpRouter routes) {
        if (routes.getServer().getServer().requestHandler() instanceof RequestGate gate) {
            return gate;
        }
        throw new IllegalStateException("an HTTP server of another Vert.x answers requests without any check");
    }
}
