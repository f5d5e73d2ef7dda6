package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.RedisExtension;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Without a token: pages of other sites, and names of others that lead here, reach neither of the servers. */
class ForeignPageTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    /** Each server's ways to read and to change. */
    private static final List<String> OF_JOBS = List.of(
            "GET /openapi.json",
            "POST /queues/WHATSAPP/jobs?key=k",
            "DELETE /queues/WHATSAPP/jobs/some?key=k",
            "GET /nothing");

    private static final List<String> OF_MANAGEMENT = List.of(
            "GET /api/queues",
            "GET /api/queues/WHATSAPP/dead/some",
            "POST /api/queues/WHATSAPP/dead/drop?all=true",
            "POST /api/queues/WHATSAPP/dead/retry?all=true",
            "POST /api/queues/WHATSAPP/held/drop?all=true",
            "POST /api/queues/WHATSAPP/held/retry?all=true",
            "GET /observe/health",
            "GET /observe/metrics",
            "GET /api/ingest/files");

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "*.camel.yaml,ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.httpHosts", "jobs.example, 10.9.8.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.evil.example",
                "notlocalhost",
                "jobs.example.evil.example",
                "10.9.8.70",
                "192.0.2.1",
                "[2001:db8::1]",
                ""
            })
    void a_name_that_is_not_of_this_machine_is_not_served(String host) {
        assertThat(statuses("Host: " + host)).allMatch(answer -> answer.endsWith(" 421"));
        assertThat(jobs("WHATSAPP", 16)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:1",
                "localhost.:80",
                "app.localhost",
                "127.0.0.1",
                "127.9.9.9:8080",
                "[::1]",
                "[0:0:0:0:0:0:0:1]:8080",
                "jobs.example",
                "Jobs.Example:443",
                "10.9.8.7"
            })
    void names_of_this_machine_and_listed_ones_are_served(String host) {
        assertThat(statuses("Host: " + host)).noneMatch(answer -> answer.endsWith(" 421"));
    }

    @Test
    void the_host_of_the_target_counts_as_that_of_the_header_does() {
        assertThat(get(management, "http://evil.example/api/queues").status()).isEqualTo(421);
        assertThat(get(management, "http://localhost/api/queues", "Host: evil.example")
                        .status())
                .isEqualTo(421);
        assertThat(get(management, "http://localhost/api/queues").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "Origin: http://evil.example",
        "Origin: http://localhost",
        "Origin: http://localhost:1",
        "Origin: http://jobs.example.evil.example",
        "Origin: null",
        "Origin:",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: new-value"
    })
    void a_page_of_another_site_changes_nothing_on_either_server(String header) {
        for (String request : OF_JOBS) {
            if (!request.startsWith("GET")) {
                String host = "Host: localhost:" + http;
                assertThat(send(http, request, host, header)).as(request).isEqualTo(403);
            }
        }
        for (String request : OF_MANAGEMENT) {
            if (!request.startsWith("GET")) {
                String host = "Host: localhost:" + management;
                assertThat(send(management, request, host, header)).as(request).isEqualTo(403);
            }
        }
        assertThat(jobs("WHATSAPP", 16)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://localhost:PORT",
                "Origin: https://localhost:PORT",
                "Origin: https://jobs.example",
                "Sec-Fetch-Site: same-origin",
                "Sec-Fetch-Site: none"
            })
    void our_own_pages_may_change_something(String header) {
        assertThat(send(
                        http,
                        "POST /queues/WHATSAPP/jobs?key=k",
                        "Host: localhost:" + http,
                        header.replace("PORT", Integer.toString(http))))
                .isEqualTo(202);
        assertThat(send(
                        management,
                        "POST /api/queues/WHATSAPP/dead/drop?all=true",
                        "Host: localhost:" + management,
                        header.replace("PORT", Integer.toString(management))))
                .isEqualTo(200);
    }

    @Test
    void a_refusal_is_a_problem_that_names_the_setting() {
        RawHttp.Answer answer = get(management, "/api/queues", "Host: evil.example");

        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body()).contains("QBULL_HTTP_HOSTS", "\"status\":421").doesNotContain("evil");
    }

    private List<String> statuses(String header) {
        return Stream.concat(
                        OF_JOBS.stream().map(request -> request + " " + send(http, request, header)),
                        OF_MANAGEMENT.stream().map(request -> request + " " + send(management, request, header)))
                .toList();
    }

    private static int send(int port, String request, String... headers) {
        return RawHttp.send(port, request, List.of(headers), new byte[0]).status();
    }
}
