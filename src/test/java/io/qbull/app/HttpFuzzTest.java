package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.Mutations;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Size;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Requests that are nearly right, or not at all: the server answers with what it should or closes, and serves the next client.
 * {@code -Dseed=N} replays, {@code -Dqbull.size.httpFuzz.inputs=N} tries more.
 */
class HttpFuzzTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final int INPUTS = Size.of("httpFuzz.inputs", 300, 3_000);
    private static final int CHECK_EVERY = 50;
    /** So long an input that the server takes for unfinished is waited for. */
    private static final int SILENCE_MILLIS = 100;

    /** The default of {@code QBULL_BODY_TIMEOUT}. */
    private static final Duration BODY_TIMEOUT = Duration.ofSeconds(60);

    private static final String NDJSON = "Content-Type: application/x-ndjson\r\n";
    private static final String LAST = "GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    private static final List<byte[]> SEEDS = bytes(
            "POST /queues/WHATSAPP/jobs?key=k%2B1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nIdempotency-Key: a\r\n\r\nabc"
                    + LAST,
            "POST /queues/WHATSAPP/jobs?key=k HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
                    + LAST,
            "POST /queues/WHATSAPP/jobs HTTP/1.1\r\nHost: localhost\r\n" + NDJSON
                    + "Transfer-Encoding: chunked\r\n\r\n11\r\n{\"key\":1,\"body\":2\r\n1a;x=y\r\n}\n{\"to\":\"k\",\"text\":\"hello\"}\r\n"
                    + "0\r\nTrailer: t\r\n\r\n" + LAST,
            "POST /queues/WHATSAPP/jobs HTTP/1.1\r\nHost: localhost\r\n" + NDJSON
                    + "Expect: 100-continue\r\nIdempotency-Key: b\r\nContent-Length: 20\r\n\r\n{\"key\":\"k\",\"body\":1}\n"
                    + LAST,
            "GET /nothing?a=b#c HTTP/1.0\r\nAccept: text/html\r\nConnection: keep-alive\r\n\r\n" + LAST,
            "PUT /queues/WHATSAPP/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" + LAST);
    private static final List<byte[]> PIECES = bytes(
            "\r\n",
            "\n",
            "\r\n\r\n",
            " ",
            "\t",
            ":",
            "\u0000",
            "%",
            "%2",
            "%00",
            "%c0%ae",
            "/../",
            "//",
            ";",
            "?",
            "#",
            "*",
            "&key=",
            "HTTP/1.1",
            "HTTP/9.9",
            "CONNECT",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 5\r\n",
            "Content-Encoding: gzip\r\n",
            "Content-Type: multipart/form-data; boundary=b\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\n",
            "Idempotency-Key: \u00ff\r\n",
            "ffffffffffffffff\r\n",
            "-1\r\n",
            "0\r\n\r\n",
            "X: " + "y".repeat(9_000),
            "k".repeat(9_000));
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3})");
    private static final List<String> INSIDE = List.of(
            "io.qbull", "io.vertx", "io.netty", "org.apache", "java.", "Exception", "\tat ", "lettuce", "<html");

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-*.camel.yaml";
    }

    @Test
    void no_request_stops_the_server_or_reveals_its_internals() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("HttpFuzzTest -Dseed=" + seed);
        Random random = new Random(seed);
        Mutations mutations = new Mutations(random, PIECES);
        Map<String, Integer> statuses = new TreeMap<>();
        try (CapturedLog log = new CapturedLog()) {
            for (int i = 0; i < INPUTS; i++) {
                byte[] input = random.nextInt(20) == 0
                        ? mutations.noise(300)
                        : mutations.of(SEEDS.get(random.nextInt(SEEDS.size())));
                String which = "input " + i + " of seed " + seed + ": "
                        + HexFormat.of().formatHex(input);
                String answer = send(input, random).replace(document(), "");
                assertThat(answer).as(which).doesNotContain(INSIDE.toArray(String[]::new));
                for (String status : statuses(answer)) {
                    statuses.merge(status, 1, Integer::sum);
                    assertThat(status)
                            .as(which)
                            .isIn(
                                    "100", "200", "202", "400", "404", "405", "408", "411", "413", "414", "415", "421",
                                    "422", "431", "501");
                }
                if (i % CHECK_EVERY == 0 || i == INPUTS - 1) {
                    assertThat(post("/queues/WHATSAPP/jobs?key=k", "x").status())
                            .as(which)
                            .isEqualTo(202);
                    assertThat(log.seen("").stream().filter(line -> line.startsWith("ERROR")))
                            .as(which)
                            .isEmpty();
                }
            }
        }
        System.out.println("HttpFuzzTest answers " + statuses);
        // No request of a client that has gone waits for its body's timeout.
        await().atMost(BODY_TIMEOUT.dividedBy(2))
                .until(() -> context.getInflightRepository().size() == 0);
        assertThat(statuses).containsKeys("200", "202", "400", "404");
    }

    private String document() {
        return new String(openApi, StandardCharsets.ISO_8859_1);
    }

    private final byte[] openApi = resource();

    private static byte[] resource() {
        try (InputStream in = HttpFuzzTest.class.getResourceAsStream("openapi.json")) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> statuses(String answer) {
        List<String> statuses = new ArrayList<>();
        Matcher matcher = STATUS.matcher(answer);
        while (matcher.find()) {
            statuses.add(matcher.group(1));
        }
        return statuses;
    }

    /** In one piece or in two. */
    private String send(byte[] input, Random random) throws IOException {
        int cut = random.nextBoolean() ? input.length : random.nextInt(input.length + 1);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(SILENCE_MILLIS);
            try {
                socket.getOutputStream().write(input, 0, cut);
                socket.getOutputStream().write(input, cut, input.length - cut);
                socket.getInputStream().transferTo(answer);
            } catch (SocketTimeoutException e) {
                // The server waits for more.
            } catch (IOException e) {
                // It has closed the connection already.
            }
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    private static List<byte[]> bytes(String... texts) {
        return Stream.of(texts)
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }
}
