package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many connections, and connections that take their time. */
class ConnectionsTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int MOST = 3;
    private static final String JOBS = "/queues/WHATSAPP/jobs";

    private final List<Socket> sockets = new ArrayList<>();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.maxConnections", Integer.toString(MOST), "qbull.bodyTimeout", "2s");
    }

    @AfterEach
    void closeAll() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void beyond_the_bound_a_connection_is_closed_at_once_until_others_end() throws IOException {
        try (CapturedLog log = new CapturedLog()) {
            List<Socket> busy = new ArrayList<>();
            for (int i = 0; i < MOST; i++) {
                busy.add(kept("POST " + JOBS + "?key=k"));
            }

            assertThat(ended(open())).isTrue();
            assertThat(ended(open())).isTrue();

            assertThat(log.warnings()).singleElement().asString().contains("all 3 connections");
            assertThat(get(management, "/observe/health/live").status())
                    .as("the other server has a bound of its own")
                    .isEqualTo(200);
            write(busy.get(0), "POST " + JOBS + "?key=k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
            assertThat(status(busy.get(0)))
                    .as("those who were first are served")
                    .isEqualTo(202);
            busy.get(0).close();
            await().until(this::accepted);
        }
    }

    /** Vert.x stumbles over it and does not call the connection's close handler. */
    @Test
    void a_connection_that_ends_with_a_second_request_under_way_leaves_its_place() throws IOException {
        String head = "POST " + JOBS + "?key=k HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
        for (int i = 0; i < 2 * MOST; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
                write(socket, head + "12345" + head);
            }
        }

        await().until(this::accepted);
    }

    @Test
    void a_head_that_does_not_end_costs_the_connection_however_it_drips() throws IOException {
        Socket slow = open();
        write(slow, "POST " + JOBS + "?key=");

        await().until(() -> !writes(slow, "k"));

        assertThat(jobs("WHATSAPP", 16)).isEmpty();
    }

    @Test
    void a_connection_without_a_next_request_is_closed() throws IOException {
        Socket kept = kept("POST " + JOBS + "?key=k");
        Socket silent = open();

        assertThat(ended(kept)).isTrue();
        assertThat(ended(silent)).as("without any request").isTrue();
    }

    @Test
    void a_body_may_take_longer_than_a_head() throws IOException {
        Socket bulk = open();
        write(
                bulk,
                "POST " + JOBS + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n");
        Socket idle = open();
        String line = "{\"key\":\"k\",\"body\":1}\n";

        // What came after it is closed for its silence meanwhile.
        await().pollInterval(Duration.ofMillis(200)).until(() -> {
            assertThat(writes(bulk, Integer.toHexString(line.length()) + "\r\n" + line + "\r\n"))
                    .isTrue();
            return idle.getInputStream().available() == 0 && !writes(idle, "P");
        });

        write(bulk, "0\r\n\r\n");
        assertThat(RawHttp.answer(bulk.getInputStream()).status()).isEqualTo(202);
    }

    @ParameterizedTest
    @CsvSource({
        "POST /queues/WHATSAPP/jobs?key=k, application/x-ndjsonX",
        "DELETE /queues/WHATSAPP/jobs/a?key=k, application/x-ndjson"
    })
    void only_a_body_that_is_read_as_a_stream_may_take_any_time(String start, String type) throws IOException {
        Socket slow = open();

        write(slow, start + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\nContent-Length: 9\r\n\r\nx");

        assertThat(status(slow)).isEqualTo(408);
    }

    private boolean accepted() {
        try {
            return post(JOBS + "?key=k", "x").status() == 202;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private Socket open() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), http);
        socket.setSoTimeout(20_000);
        sockets.add(socket);
        return socket;
    }

    /** A connection whose first request is answered. */
    private Socket kept(String start) throws IOException {
        Socket socket = open();
        write(socket, start + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx");
        assertThat(status(socket)).isEqualTo(202);
        return socket;
    }

    private static int status(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        for (int b = socket.getInputStream().read();
                b >= 0 && b != '}';
                b = socket.getInputStream().read()) {
            answer.append((char) b);
        }
        return answer.length() < 12 ? 0 : Integer.parseInt(answer.substring(9, 12));
    }

    /** Waits for its end. */
    private static boolean ended(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }

    private static boolean writes(Socket socket, String text) {
        try {
            write(socket, text);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
