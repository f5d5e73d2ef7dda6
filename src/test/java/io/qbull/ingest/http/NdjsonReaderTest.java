package io.qbull.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.engine.BulkResult;
import io.qbull.ingest.record.JsonRecords;
import io.qbull.model.Enqueued;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.StreamId;
import io.qbull.testing.Gzip;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bulk requests against a queue that answers when the test likes. */
class NdjsonReaderTest {
    private static final int REQUESTS = 3;
    private static final int LINES = 4_000;
    private static final int SHARED = 1 << 20;
    /** What one read of a connection may bring. */
    private static final int CHUNK = 64 << 10;

    private static final QueueLimits QUEUES = new QueueLimits() {
        @Override
        public int bodySize(@Nullable QueueName queue) {
            return 100_000;
        }

        @Override
        public int keyLength(QueueName queue) {
            return 100;
        }
    };

    private final BodyLimits bodies = new BodyLimits(QUEUES, SHARED);
    private final BulkLimits limits =
            new BulkLimits(Long.MAX_VALUE, 10_000, 10, List.of("key"), Duration.ofMinutes(1), bodies);
    private final Queue<Added> underWay = new ConcurrentLinkedQueue<>();
    private final Queue<BulkResult> results = new ConcurrentLinkedQueue<>();

    private final OpenRequests open = new OpenRequests();

    private record Added(NewJob job, CompletableFuture<Enqueued> answer) {
        void complete() {
            answer.complete(new Enqueued(job.id(), new PartitionId(new QueueName("Q"), 0), StreamId.START, false));
        }
    }

    private CompletionStage<Enqueued> add(long number, NewJob job) {
        Added added = new Added(job, new CompletableFuture<>());
        underWay.add(added);
        return added.answer();
    }

    /** All lines of a compressed request arrive in one chunk. */
    @ParameterizedTest
    @EnumSource(ContentCoding.class)
    void all_requests_together_stay_within_their_share_of_memory_and_finish(ContentCoding coding) throws Exception {
        Vertx vertx = Vertx.vertx();
        HttpServer server = vertx.createHttpServer().requestHandler(request -> {
            request.pause();
            new NdjsonReader(
                            new RequestStream(request, open, vertx.getOrCreateContext()),
                            coding,
                            new JsonRecords(limits.keyFields(), limits.deepest()),
                            limits,
                            this::add)
                    .read()
                    .thenAccept(results::add);
        });
        int port = server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get()
                .actualPort();
        List<Thread> clients = new ArrayList<>();
        try {
            for (int i = 0; i < REQUESTS; i++) {
                clients.add(client(port, coding));
            }
            long stood = awaitStandstill();

            assertThat(stood).isBetween(SHARED / 2L, SHARED / 2L + REQUESTS * 2L * CHUNK);
            await().pollDelay(Duration.ZERO).until(() -> {
                for (Added added = underWay.poll(); added != null; added = underWay.poll()) {
                    added.complete();
                }
                return results.size() == REQUESTS;
            });
            assertThat(results)
                    .allSatisfy(result -> assertThat(result.accepted()).isEqualTo(LINES));
            assertThat(bodies.inUse()).isZero();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get();
            for (Thread client : clients) {
                client.join();
            }
        }
    }

    /** Nothing more is read. */
    private long awaitStandstill() {
        long[] before = {0};
        await().pollInterval(Duration.ofMillis(300)).until(() -> {
            long now = bodies.inUse();
            boolean stands = now > 0 && now == before[0];
            before[0] = now;
            return stands;
        });
        return before[0];
    }

    private static Thread client(int port, ContentCoding coding) {
        Thread client = new Thread(() -> {
            byte[] lines = ("{\"key\":\"k\",\"body\":\"" + "x".repeat(1_000) + "\"}\n")
                    .repeat(LINES)
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] body = coding == ContentCoding.GZIP ? Gzip.of(lines) : lines;
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                OutputStream out = socket.getOutputStream();
                out.write(("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + body.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                out.write(body);
                assertThat(socket.getInputStream().read()).isNegative();
            } catch (Exception e) {
                // The test has failed already.
            }
        });
        client.start();
        return client;
    }
}
