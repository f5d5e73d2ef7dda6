package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request that a proxy could understand differently is refused and ends its connection: what follows on it may be a part of the body,
 * and is not handled as a request.
 */
class FramingTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String JOB = "POST /queues/WHATSAPP/jobs?key=k HTTP/1.1\r\n";
    private static final String HOST = "Host: localhost\r\n";
    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
    /** What an attacker hides from a proxy in the body of another request. */
    private static final String HIDDEN = JOB + HOST + "Content-Length: 6\r\n\r\nhidden";
    /** The seconds after which the server ends a connection whose client goes on sending. */
    private static final int LINGER = 5;

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-*.camel.yaml";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                HOST + "Content-Length: 5\r\n" + CHUNKED + "\r\n0\r\n\r\n",
                HOST + CHUNKED + "Content-Length: 5\r\n\r\n0\r\n\r\n",
                HOST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
                HOST + "Content-Length: 5, 6\r\n\r\n",
                HOST + "Content-Length: +5\r\n\r\n",
                HOST + "Content-Length: -5\r\n\r\n",
                HOST + "Content-Length: 0x5\r\n\r\n",
                HOST + "Content-Length: 99999999999999999999\r\n\r\n",
                HOST + "Content-Length : 5\r\n\r\n",
                HOST + "Transfer-Encoding: gzip\r\n\r\n",
                HOST + "Transfer-Encoding: identity\r\n\r\n",
                HOST + "Transfer-Encoding: xchunked\r\n\r\n",
                HOST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                HOST + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
                HOST + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
                HOST + CHUNKED + CHUNKED + "\r\n0\r\n\r\n",
                HOST + CHUNKED + "Transfer-Encoding: x\r\n\r\n0\r\n\r\n",
                HOST + "Transfer-Encoding:\r\n chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
                HOST + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                HOST + HOST + "Content-Length: 0\r\n\r\n",
                HOST + "Host: evil.example\r\nContent-Length: 0\r\n\r\n",
                "Content-Length: 0\r\n\r\n",
                "Host: localhost evil.example\r\nContent-Length: 0\r\n\r\n",
                "Host: evil.example@localhost\r\nContent-Length: 0\r\n\r\n",
                "Host: localhost:80:80\r\nContent-Length: 0\r\n\r\n",
                "Host: localhost/evil\r\nContent-Length: 0\r\n\r\n"
            })
    void an_ambiguous_head_is_a_400_and_what_follows_is_no_request(String rest) throws IOException {
        for (int port : new int[] {http, management}) {
            RawHttp.Answer answer = send(port, JOB + rest + HIDDEN);

            assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(answer.body()).doesNotContain("HTTP/1.1");
        }
        assertThat(jobs("WHATSAPP", 16)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "100000003\r\nabc\r\n0\r\n\r\n",
                "10000000000000003\r\nabc\r\n0\r\n\r\n",
                "ffffffff\r\nabc\r\n0\r\n\r\n",
                "80000000\r\nabc\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nabc\r\n0\r\n\r\n",
                "-1\r\nabc\r\n0\r\n\r\n",
                "+3\r\nabc\r\n0\r\n\r\n",
                "0x3\r\nabc\r\n0\r\n\r\n",
                "3 3\r\nabc\r\n0\r\n\r\n",
                ";x=y\r\nabc\r\n0\r\n\r\n",
                "\r\nabc\r\n0\r\n\r\n",
                "3\nabc\r\n0\r\n\r\n",
                "3\r\nabcd\r\n0\r\n\r\n"
            })
    void a_chunk_whose_size_is_not_clear_adds_no_job(String chunks) throws IOException {
        for (int port : new int[] {http, management}) {
            RawHttp.Answer answer = send(port, JOB + HOST + CHUNKED + "\r\n" + chunks + HIDDEN);

            assertThat(answer.status()).as(answer.toString()).isIn(400, port == http ? 400 : 404);
            assertThat(answer.body()).doesNotContain("HTTP/1.1");
        }
        assertThat(jobs("WHATSAPP", 16)).isEmpty();
    }

    @Test
    void a_clear_request_leaves_its_connection_open_for_the_next() throws IOException {
        String chunked = JOB + HOST + "transfer-encoding: Chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n";
        RawHttp.Answer answer = send(http, chunked + JOB + HOST + "Connection: close\r\nContent-Length: 1\r\n\r\nd");

        assertThat(answer.body().split("HTTP/1.1 202", -1)).hasSize(2);
        assertThat(jobs("WHATSAPP", 16)).extracting(job -> job.get("body")).containsExactly("abc", "d");
    }

    @Test
    void a_client_of_http_1_0_needs_no_host() throws IOException {
        assertThat(send(management, "GET /observe/health/live HTTP/1.0\r\n\r\n").status())
                .isEqualTo(200);
    }

    /** Reads until the server closes, at the latest when the server gives up waiting for the client to stop. */
    private static RawHttp.Answer send(int port, String text) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((LINGER - 1) * 1_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return RawHttp.answer(socket.getInputStream());
        }
    }
}
