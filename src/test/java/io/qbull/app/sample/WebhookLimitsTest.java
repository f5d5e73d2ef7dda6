package io.qbull.app.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.MessageConstraintException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Webhooks that answer in evil ways. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WebhookLimitsTest {
    private static final String HEAD = "HTTP/1.1 204 No Content\r\n";
    private static final String CHUNKED = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger connections = new AtomicInteger();
    private ServerSocket server;
    private @Nullable CloseableHttpClient client;

    @TempDir
    private Path folder;

    /** Writes the answer to a request. */
    private interface Answer {
        void write(OutputStream out) throws IOException;
    }

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void end() throws IOException {
        server.close();
        threads.shutdownNow();
        timer.shutdownNow();
        clock.shutdownNow();
        if (client != null) {
            client.close();
        }
    }

    @Test
    void an_endless_body_does_not_hold_up_the_status() throws IOException {
        answering(out -> {
            write(out, CHUNKED);
            while (true) {
                write(out, "400\r\n" + "x".repeat(1024) + "\r\n");
            }
        });

        assertThat(status(Duration.ofSeconds(20))).isEqualTo(201);
    }

    @Test
    void a_body_that_drips_for_ever_does_not_hold_up_the_status_for_longer_than_the_limit() throws IOException {
        answering(out -> {
            write(out, CHUNKED);
            drip(out, "1\r\nx\r\n");
        });

        assertThat(status(Duration.ofMillis(500))).isEqualTo(201);
    }

    @Test
    void endless_headers_fail_the_request() throws IOException {
        answering(out -> {
            write(out, HEAD);
            while (true) {
                write(out, "X: x\r\n");
            }
        });

        assertThatThrownBy(() -> status(Duration.ofSeconds(20))).isInstanceOf(MessageConstraintException.class);
    }

    @Test
    void an_endless_header_fails_the_request() throws IOException {
        answering(out -> {
            write(out, HEAD + "X: ");
            while (true) {
                write(out, "x".repeat(1024));
            }
        });

        assertThatThrownBy(() -> status(Duration.ofSeconds(20))).isInstanceOf(MessageConstraintException.class);
    }

    @Test
    void a_head_that_drips_for_ever_is_a_timeout() throws IOException {
        answering(out -> {
            write(out, HEAD);
            drip(out, "x");
        });

        assertThatThrownBy(() -> status(Duration.ofMillis(500))).isInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void answers_that_end_keep_the_connection() throws IOException {
        answering(out -> write(out, CHUNKED + "2\r\nok\r\n0\r\n\r\n"));

        for (int i = 0; i < 3; i++) {
            assertThat(status(Duration.ofSeconds(20))).isEqualTo(201);
        }

        assertThat(connections).hasValue(1);
    }

    @Test
    void more_requests_than_camel_queues_tasks_may_be_under_way() throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            WebhookLimits limits = WebhookLimits.of(Duration.ofHours(1), context);
            for (int i = 0; i < 5_000; i++) {
                assertThat(limits.endAfterLongest(() -> {})).isNotDone();
            }
        }
    }

    @Test
    void https_trusts_what_the_component_trusts() throws Exception {
        SSLContextParameters trust = selfSigned();
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            https.setHttpsConfigurator(new HttpsConfigurator(trust.createSSLContext(context)));
            https.createContext("/", exchange -> {
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            });
            https.start();
            context.getComponent("http", HttpComponent.class).setSslContextParameters(trust);
            HttpClientBuilder builder = HttpClientBuilder.create().disableAutomaticRetries();
            WebhookLimits.of(Duration.ofSeconds(20), context).configureHttpClient(builder);
            client = builder.build();

            HttpPost post =
                    new HttpPost("https://localhost:" + https.getAddress().getPort() + "/");

            assertThat(client.<Integer>execute(post, response -> response.getCode()))
                    .isEqualTo(204);
        } finally {
            https.stop(0);
        }
    }

    /** A key of its own, and the trust in it. */
    private SSLContextParameters selfSigned() throws Exception {
        Path file = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-storetype",
                        "PKCS12",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.log").toFile())
                .start();
        assertThat(keytool.waitFor()).isZero();
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance(file.toFile(), password);
        // The same certificate as a trust anchor.
        store.setCertificateEntry("trusted", store.getCertificate("server"));
        KeyStoreParameters parameters = new KeyStoreParameters();
        parameters.setKeyStore(store);
        parameters.setPassword("changeit");
        KeyManagersParameters keys = new KeyManagersParameters();
        keys.setKeyStore(parameters);
        keys.setKeyPassword("changeit");
        TrustManagersParameters trusted = new TrustManagersParameters();
        trusted.setKeyStore(parameters);
        SSLContextParameters tls = new SSLContextParameters();
        tls.setKeyManagers(keys);
        tls.setTrustManagers(trusted);
        return tls;
    }

    private int status(Duration longest) throws IOException {
        if (client == null) {
            HttpClientBuilder builder = HttpClientBuilder.create().disableAutomaticRetries();
            new WebhookLimits(longest, timer, () -> null).configureHttpClient(builder);
            client = builder.build();
        }
        HttpPost post = new HttpPost("http://127.0.0.1:" + server.getLocalPort() + "/");
        return client.execute(post, response -> {
            assertThat(response.getEntity()).isNull();
            return response.getCode();
        });
    }

    private void answering(Answer answer) {
        threads.execute(() -> {
            while (!server.isClosed()) {
                try {
                    Socket socket = server.accept();
                    connections.incrementAndGet();
                    threads.execute(() -> serve(socket, answer));
                } catch (IOException e) {
                    // The test is over.
                }
            }
        });
    }

    private static void serve(Socket socket, Answer answer) {
        try (socket) {
            StringBuilder request = new StringBuilder();
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                request.append((char) b);
                if (request.toString().endsWith("\r\n\r\n")) {
                    request.setLength(0);
                    answer.write(socket.getOutputStream());
                }
            }
        } catch (IOException e) {
            // The client has hung up.
        }
    }

    /** Never silent for long, and never ready. */
    private void drip(OutputStream out, String drop) {
        var unused = clock.scheduleAtFixedRate(
                () -> {
                    try {
                        write(out, drop);
                    } catch (IOException e) {
                        throw new UncheckedIOException("the client has hung up, which ends this task", e);
                    }
                },
                0,
                10,
                TimeUnit.MILLISECONDS);
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
