package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.RedisExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** With a token set, nothing on either server answers without it. */
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
            "/%71ueues/WHATSAPP/jobs?key=k",
            "/queues/WHATSAPP/jobs/?key=%zz",
            "/openapi.json",
            "/OpenAPI.json",
            "/observe/health",
            "/observe/health/",
            "/observe/health/ready",
            "/observe/health/live",
            "/OBSERVE/Health/LIVE",
            "/observe//health",
            "/observe/metrics",
            "/api/queues",
            "/api/queues/WHATSAPP",
            "/Api/Queues/WHATSAPP",
            "/api/queues/WHATSAPP/",
            "/nothing");

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
    void no_path_in_no_spelling_answers_without_the_token() {
        List<String> open = new ArrayList<>();
        for (int port : List.of(http, management)) {
            for (String path : PATHS) {
                for (String method : List.of("GET", "POST", "HEAD", "OPTIONS", "PUT", "TRACE")) {
                    for (String header : List.of(
                            "X: y",
                            "Authorization: Bearer wrong",
                            "Authorization: Bearer ",
                            "Authorization: Basic t0ken-of-the-test",
                            "Authorization: t0ken-of-the-test",
                            "Authorization: Bearer T0KEN-OF-THE-TEST")) {
                        RawHttp.Answer answer = RawHttp.send(port, method + " " + path, List.of(header), new byte[0]);
                        if (answer.status() != 401) {
                            open.add(method + " " + port + path + " " + header + ": " + answer.status());
                        }
                    }
                }
            }
        }
        assertThat(open).isEmpty();
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
        String right = "Authorization: bearer t0ken-of-the-test";

        assertThat(post("/queues/WHATSAPP/jobs?key=k", "x", right).status()).isEqualTo(202);
        assertThat(get(management, "/observe/health/live", right).status()).isEqualTo(200);
        assertThat(get(management, "/observe/metrics", right).status()).isEqualTo(200);
        assertThat(get(management, "/api/queues", right).status()).isEqualTo(200);
        assertThat(get(management, "/nothing", right).status()).isEqualTo(404);
        assertThat(get(management, "/api/queues", right, right).status())
                .as("two tokens")
                .isEqualTo(401);
    }
}
