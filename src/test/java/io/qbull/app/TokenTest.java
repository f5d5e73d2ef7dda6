package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With a token set, nothing on either server answers without it but the probes, and those say no more than up or down. */
class TokenTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final List<String> PATHS = List.of(
            "/",
            "//",
            "/queues/WHATSAPP/jobs?key=k",
            "/QUEUES/WHATSAPP/JOBS?key=k",
            "//queues/WHATSAPP/jobs?key=k",
            "/queues/./WHATSAPP/../WHATSAPP/jobs?key=k",
            "/queues/../queues/WHATSAPP/jobs?key=k",
            "/nothing/../queues/WHATSAPP/jobs?key=k",
            "/%71ueues/WHATSAPP/jobs?key=k",
            "/%2e/queues/WHATSAPP/jobs?key=k",
            "/x/%2E%2e/queues/WHATSAPP/jobs?key=k",
            "/queues/WHATSAPP%2fjobs?key=k",
            "/queues/WHATSAPP/jobs;a=b?key=k",
            "/queues/WHATSAPP/jobs/more?key=k",
            "/queues",
            "/Queues/",
            "/queues/WHATSAPP/jobs/?key=%zz",
            "/openapi.json",
            "/OpenAPI.json",
            "/observe/health",
            "/observe/health/",
            "/observe/health/ready/",
            "/observe/health/live/",
            "/observe/health/%6cive",
            "/observe/./health/live",
            "/observe//health/ready",
            "/observe/health/live;a=b",
            "/OBSERVE/Health/LIVE",
            "/observe//health",
            "/observe/%2e%2e/observe/health",
            "/observe/health/../metrics",
            "/observe/metrics",
            "/api/queues",
            "/api/queues/WHATSAPP",
            "/api/queues/WHATSAPP/dead",
            "/api/queues/WHATSAPP/dead/some",
            "/api/queues/WHATSAPP/dead/retry?all=true",
            "/api/queues/WHATSAPP/dead/drop?all=true",
            "/api/queues/WHATSAPP/held",
            "/api/queues/WHATSAPP/held/some",
            "/api/queues/WHATSAPP/held/retry?key=k",
            "/api/queues/WHATSAPP/held/drop?key=k",
            "/api/ingest/files",
            "/api/ingest/files/",
            "/api//ingest/../ingest/files",
            "/Api/Queues/WHATSAPP",
            "/api/queues/WHATSAPP/",
            "/nothing",
            "/nothing/at/all/",
            "http://localhost/queues/WHATSAPP/jobs?key=k",
            "http://localhost/api/queues");

    private static final String RIGHT = "Authorization: bearer t0ken-of-the-test";

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
        return Map.of("qbull.token", "t0ken-of-the-test");
    }

    @Test
    void no_path_in_no_spelling_answers_without_the_token() {
        List<String> open = new ArrayList<>();
        for (int port : List.of(http, management)) {
            for (String path : PATHS) {
                for (String method : List.of("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE", "QUERY")) {
                    open.addAll(open(port, method + " " + path, "X: y"));
                }
            }
        }
        assertThat(open).isEmpty();
        assertThat(jobs("WHATSAPP", 16)).isEmpty();
    }

    @Test
    void nothing_like_the_token_is_the_token() {
        List<String> open = new ArrayList<>();
        for (String header : List.of(
                "Authorization: Bearer wrong",
                "Authorization: Bearer ",
                "Authorization: Bearer",
                "Authorization:",
                "Authorization: Basic t0ken-of-the-test",
                "Authorization: t0ken-of-the-test",
                "Authorization: Bearer T0KEN-OF-THE-TEST",
                "Authorization: Bearer t0ken-of-the-tes",
                "Authorization: Bearer t0ken-of-the-test2",
                "Authorization: Bearer t0ken-of-the-test, Bearer x",
                "Proxy-Authorization: Bearer t0ken-of-the-test",
                "X-Forwarded-For: 127.0.0.1",
                "X-HTTP-Method-Override: GET",
                "Cookie: token=t0ken-of-the-test",
                "Content-Type: application/x-ndjson",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==")) {
            open.addAll(open(http, "POST /queues/WHATSAPP/jobs", header));
            open.addAll(open(http, "POST /queues/WHATSAPP/jobs?key=k&access_token=t0ken-of-the-test", header));
            open.addAll(open(http, "GET /openapi.json", header));
            open.addAll(open(management, "GET /api/queues", header));
            open.addAll(open(management, "GET /observe/metrics", header));
        }
        assertThat(open).isEmpty();
        assertThat(jobs("WHATSAPP", 16)).isEmpty();
    }

    @Test
    void the_probes_need_no_token_and_tell_no_details_without_it() {
        await().until(() -> get(management, "/observe/health/ready").status() == 200);

        for (String probe : List.of("live", "ready")) {
            String path = "/observe/health/" + probe;
            for (String target : List.of(path, path + "?data=true&exposureLevel=full", "http://localhost" + path)) {
                for (String header : List.of("X: y", "Authorization: Bearer wrong", "Accept: text/html")) {
                    RawHttp.Answer answer = get(management, target, header);
                    assertThat(answer.status()).as(target).isEqualTo(200);
                    assertThat(answer.header("Content-Type")).isEqualTo("application/json");
                    assertThat(answer.body()).as(target).isEqualTo("{\"status\":\"UP\"}");
                }
            }
            assertThat(get(management, path, RIGHT).body()).contains("\"checks\"");
            assertThat(open(http, "GET " + path, "X: y"))
                    .as("not on the other port")
                    .isEmpty();
            for (String method : List.of("HEAD", "POST", "OPTIONS", "DELETE")) {
                assertThat(open(management, method + " " + path, "X: y")).isEmpty();
            }
        }
    }

    @Test
    void the_probe_of_readiness_says_down_without_a_reason() throws Exception {
        await().until(() -> get(management, "/observe/health/ready").status() == 200);

        context.getRouteController().stopRoute("ingest-http");

        RawHttp.Answer down = get(management, "/observe/health/ready");
        assertThat(down.status()).isEqualTo(503);
        assertThat(down.body()).isEqualTo("{\"status\":\"DOWN\"}");
        assertThat(get(management, "/observe/health/ready", RIGHT).status()).isEqualTo(503);
        assertThat(get(management, "/observe/health/live").status()).isEqualTo(200);
    }

    private static List<String> open(int port, String start, String header) {
        byte[] job = "{\"key\":\"k\",\"body\":1}".getBytes(StandardCharsets.UTF_8);
        RawHttp.Answer answer = RawHttp.send(port, start, List.of(header), job);
        return answer.status() == 401 && answer.header("Content-Type").equals("application/problem+json")
                ? List.of()
                : List.of(port + " " + start + " " + header + ": " + answer);
    }

    /** Vert.x's router answers it without asking any handler. */
    @Test
    void a_target_that_is_no_path_needs_the_token_too() {
        for (int port : List.of(http, management)) {
            for (String method : List.of("OPTIONS", "POST", "GET")) {
                assertThat(open(port, method + " *", "X: y")).isEmpty();
                assertThat(RawHttp.send(port, method + " *", List.of(RIGHT), new byte[0])
                                .status())
                        .isEqualTo(404);
            }
        }
    }

    @Test
    void the_token_makes_any_host_right_but_no_page_of_another_site() {
        String foreign = "Host: jobs.example";
        assertThat(post("/queues/WHATSAPP/jobs?key=k", "x", RIGHT, foreign).status())
                .isEqualTo(202);
        assertThat(post("/queues/WHATSAPP/jobs?key=k", "x", RIGHT, foreign, "Origin: https://jobs.example")
                        .status())
                .isEqualTo(202);
        assertThat(post("/queues/WHATSAPP/jobs?key=k", "x", RIGHT, foreign, "Origin: http://evil.example")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void a_refusal_says_what_is_wanted() {
        RawHttp.Answer answer = get(management, "/observe/health");

        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body()).contains("\"status\":401").doesNotContain("t0ken");
    }

    @Test
    void with_the_token_everything_answers() {
        assertThat(post("/queues/WHATSAPP/jobs?key=k", "x", RIGHT).status()).isEqualTo(202);
        assertThat(get(management, "/observe/health/live", RIGHT).status()).isEqualTo(200);
        assertThat(get(management, "/observe/metrics", RIGHT).status()).isEqualTo(200);
        assertThat(get(management, "/api/queues", RIGHT).status()).isEqualTo(200);
        assertThat(get(management, "/nothing", RIGHT).status()).isEqualTo(404);
        assertThat(get(management, "/api/queues", RIGHT, RIGHT).status())
                .as("two tokens")
                .isEqualTo(401);
    }
}
