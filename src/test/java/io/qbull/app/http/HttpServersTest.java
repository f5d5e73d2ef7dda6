package io.qbull.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.settings.AppSettings;
import io.qbull.testing.Ports;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServersTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"QBULL_HTTP_PORT", "QBULL_MANAGEMENT_PORT"})
    void a_port_that_another_program_takes_after_the_first_look_ends_the_start(String variable) throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                DefaultCamelContext context = new DefaultCamelContext()) {
            boolean http = variable.equals("QBULL_HTTP_PORT");
            AppSettings.Web web = new AppSettings.Web(
                    address(http ? other.getLocalPort() : Ports.free()),
                    address(http ? Ports.free() : other.getLocalPort()),
                    Set.of(),
                    null,
                    Set.of(),
                    10,
                    Duration.ofSeconds(60),
                    new AppSettings.Bulk(Long.MAX_VALUE, 1000, 10, List.of("key")));
            HttpServers servers = new HttpServers(web, new Connections(vertx, web.connections(), web.bodyTimeout()));
            servers.add(context);
            context.addService(new MountedHandlers(servers, context), true, true);

            assertThatThrownBy(context::start).satisfies(failure -> {
                CliException refusal = ObjectHelper.getException(CliException.class, failure);
                assertThat(refusal.exitCode()).isEqualTo(ExitCode.PORT_TAKEN);
                assertThat(refusal)
                        .hasMessageContaining("port " + other.getLocalPort())
                        .hasMessageContaining(variable);
            });
        }
    }

    private static AppSettings.Address address(int port) {
        return new AppSettings.Address("127.0.0.1", port);
    }
}
