package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.app.http.BodyTimeout;
import io.qbull.testing.RedisExtension;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Clients whose bodies do not end. */
class SlowBodyTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String TOKEN = "Authorization: Bearer t0ken-of-the-test\r\n";

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.token", "t0ken-of-the-test");
    }

    @Test
    void a_refused_client_that_goes_on_sending_reads_why_and_loses_its_connection() throws IOException {
        List<SlowPost> refused = new ArrayList<>();
        try {
            refused.add(new SlowPost(http, "POST /queues/WHATSAPP/jobs?key=k", TOKEN, 413));
            refused.add(new SlowPost(http, "POST /queues/WHATSAPP/jobs?key=k", "", 401));
            refused.add(new SlowPost(http, "POST /nothing", TOKEN, 404));
            refused.add(new SlowPost(http, "PUT /queues/WHATSAPP/jobs?key=k", TOKEN, 405));
            refused.add(new SlowPost(management, "POST /api/queues", TOKEN, 405));
            refused.add(new SlowPost(http, "POST /" + "x".repeat(20_000), TOKEN, 414));
            assertAnsweredAndGivenUp(refused);
        } finally {
            for (SlowPost post : refused) {
                post.close();
            }
        }
    }

    @Test
    void a_body_that_is_too_slow_is_answered_and_given_up() throws Exception {
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        router.route().handler(new BodyTimeout(Duration.ofMillis(200)));
        router.route().handler(http -> http.request().handler(chunk -> {}).endHandler(end -> http.end("whole")));
        HttpServer server = vertx.createHttpServer().requestHandler(router);
        List<SlowPost> slow = new ArrayList<>();
        try {
            int port = server.listen(0, "127.0.0.1")
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get()
                    .actualPort();
            for (String type : List.of("text/plain", "application/x-ndjson")) {
                slow.add(new SlowPost(port, "POST /", "Content-Type: " + type + "\r\n", 408));
            }
            assertAnsweredAndGivenUp(slow);
        } finally {
            for (SlowPost post : slow) {
                post.close();
            }
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }

    /** All at once, since each connection lives on for some seconds after its answer. */
    private static void assertAnsweredAndGivenUp(List<SlowPost> posts) throws IOException {
        for (SlowPost post : posts) {
            assertThat(post.answer()).contains(" " + post.status + " ", "application/problem+json");
        }
        for (SlowPost post : posts) {
            post.assertLosesConnection();
        }
    }

    /** Announces more than it will ever send. */
    private static final class SlowPost implements AutoCloseable {
        private final Socket socket;
        private final int status;

        SlowPost(int port, String start, String header, int status) throws IOException {
            this.status = status;
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout(20_000);
            String head = start + " HTTP/1.1\r\nHost: localhost\r\n" + header + "Content-Length: 10000000\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
        }

        String answer() throws IOException {
            StringBuilder answer = new StringBuilder();
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                answer.append((char) b);
                if (b == '}') {
                    break;
                }
            }
            return answer.toString();
        }

        void assertLosesConnection() {
            await().until(() -> {
                try {
                    socket.getOutputStream().write('x');
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
