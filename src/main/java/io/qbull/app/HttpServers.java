package io.qbull.app;

import io.vertx.core.Vertx;
import io.vertx.ext.auth.authentication.AuthenticationProvider;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.AuthenticationHandler;
import org.apache.camel.CamelContext;
import org.apache.camel.Service;
import org.apache.camel.component.platform.http.main.DefaultMainHttpServerFactory;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.component.platform.http.main.ManagementHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.component.platform.http.vertx.auth.AuthenticationConfig;
import org.apache.camel.main.HttpManagementServerConfigurationProperties;
import org.apache.camel.main.HttpServerConfigurationProperties;
import org.jspecify.annotations.Nullable;

/**
 * Makes Camel's two HTTP servers with our addresses and our guard, which stands there before the server listens: mounted later
 * it would leave a gap. Camel's own authentication guards single paths and has let sub-paths through.
 */
final class HttpServers extends DefaultMainHttpServerFactory {
    private final AppSettings.Web web;
    private @Nullable MainHttpServer http;
    private @Nullable ManagementHttpServer management;

    HttpServers(AppSettings.Web web) {
        this.web = web;
    }

    @Override
    public Service newHttpServer(CamelContext context, HttpServerConfigurationProperties properties) {
        properties.setHost(web.http().host());
        properties.setPort(web.http().port());
        MainHttpServer server = (MainHttpServer) super.newHttpServer(context, properties);
        guard(server.getConfiguration());
        http = server;
        return server;
    }

    @Override
    public Service newHttpManagementServer(
            CamelContext context, HttpManagementServerConfigurationProperties properties) {
        properties.setHost(web.management().host());
        properties.setPort(web.management().port());
        ManagementHttpServer server = (ManagementHttpServer) super.newHttpManagementServer(context, properties);
        guard(server.getConfiguration());
        management = server;
        return server;
    }

    /** The routes of the management server; null if it is switched off. */
    @Nullable
    Router managementRoutes() {
        return management == null ? null : management.getRouter();
    }

    /** Problems instead of Vert.x's own error pages, on both servers. */
    void installErrors(CamelContext context) {
        if (http != null) {
            installErrors(http.getRouter(), context);
        }
        if (management != null) {
            installErrors(management.getRouter(), context);
        }
    }

    private static void installErrors(VertxPlatformHttpRouter routes, CamelContext context) {
        // What no route answers ends at the router above the one that Camel shows.
        Object root = routes.getServer().getServer().requestHandler();
        if (root instanceof Router router) {
            new HttpErrors(routes, context::isStarted).install(router);
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
