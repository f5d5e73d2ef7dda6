package io.qbull.app;

import io.vertx.core.Vertx;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.AuthenticationHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;

/**
 * Camel's two HTTP servers with our addresses and our guard, which stands there before they listen: mounted later it would leave
 * a gap. Camel's own authentication guards single paths and has let sub-paths through. They are made here instead of from the
 * properties {@code camel.server.*}, which Camel reads before any code of an application runs.
 */
final class HttpServers {
    private final AppSettings.Web web;
    private final MainHttpServer http = new MainHttpServer();
    private final ManagementHttpServer management = new ManagementHttpServer();

    HttpServers(AppSettings.Web web) {
        this.web = web;
    }

    /** Hands both to the context, which starts and stops them. */
    void add(CamelContext context) throws Exception {
        http.setCamelContext(context);
        http.setHost(web.http().host());
        http.setPort(web.http().port());
        http.setPath("/");
        guard(http.getConfiguration());
        management.setCamelContext(context);
        management.setHost(web.management().host());
        management.setPort(web.management().port());
        management.setPath("/");
        management.setHealthCheckEnabled(true);
        management.setHealthPath("/observe/health");
        management.setMetricsEnabled(true);
        guard(management.getConfiguration());
        context.addService(http, true, true);
        context.addService(management, true, true);
    }

    /**
     * Problems instead of Vert.x's own error pages. Once the servers run.
     *
     * @return the routes of the management server
     */
    Router complete(CamelContext context) {
        installErrors(http.getRouter(), context);
        installErrors(management.getRouter(), context);
        return management.getRouter();
    }

    private static void installErrors(VertxPlatformHttpRouter routes, CamelContext context) {
        HttpErrors errors = new HttpErrors(routes, context::isStarted);
        errors.install(routes);
        // What no route answers ends at the router above the one that Camel shows.
        Object root = routes.getServer().getServer().requestHandler();
        if (root instanceof Router router) {
            errors.install(router);
        }
    }

    private void guard(VertxPlatformHttpServerConfiguration configuration) {
        String token = web.token();
        if (token == null) {
            return;
        }
        AuthenticationConfig.AuthenticationConfigEntry everything =
                new AuthenticationConfig.AuthenticationConfigEntry();
        everything.setPath("/*");
        everything.setAuthenticationProviderFactory(HttpServers::noProvider);
        everything.setAuthenticationHandlerFactory(new AuthenticationConfig.AuthenticationHandlerFactory() {
            @Override
            public <T extends AuthenticationProvider> AuthenticationHandler createAuthenticationHandler(T provider) {
                return new BearerAuth(token);
            }
        });
        configuration.getAuthenticationConfig().getEntries().add(everything);
        configuration.getAuthenticationConfig().setEnabled(true);
    }

    /** Camel asks for one; the guard knows all it needs. */
    private static AuthenticationProvider noProvider(Vertx vertx) {
        return (credentials, result) -> result.handle(io.vertx.core.Future.failedFuture("unused"));
    }
}
