package io.qbull.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.QueueName;
import io.qbull.testing.Patience;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BodyReaderTest {
    private static final QueueLimits LIMITS = new QueueLimits() {
        @Override
        public int bodySize(@Nullable QueueName queue) {
            return 100_000;
        }

        @Override
        public int keyLength(QueueName queue) {
            return 1;
        }
    };

    @Test
    void a_growing_buffer_counts_twice_and_a_whole_body_once() throws Exception {
        BodyLimits limits = new BodyLimits(LIMITS, 0);
        CompletableFuture<BodyReader> readers = new CompletableFuture<>();
        CompletableFuture<byte[]> bodies = new CompletableFuture<>();
        Vertx vertx = Vertx.vertx();
        Router router = Router.router(vertx);
        router.route().handler(http -> {
            BodyReader reader = new BodyReader(http, limits);
            readers.complete(reader);
            reader.read().onSuccess(bodies::complete).onFailure(bodies::completeExceptionally);
        });
        HttpServer server = vertx.createHttpServer().requestHandler(router);
        int port = server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get()
                .actualPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[600]);
            await().until(() -> limits.inUse() == 1200);

            out.write(new byte[400]);
            assertThat(bodies).succeedsWithin(Patience.LIMIT).isEqualTo(new byte[1000]);
            assertThat(limits.inUse()).isEqualTo(1000);

            readers.join().release();
            assertThat(limits.inUse()).isZero();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
        }
    }
}
