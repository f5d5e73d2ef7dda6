package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.qbull.app.exit.ExitCode;
import io.qbull.testing.Findings;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program as a process: what it says, and the exit code with which it ends. */
@Timeout(240)
class PodIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    @TempDir
    private Path top;

    private Path home;

    private final List<PodProcess> pods = new ArrayList<>();
    private final Map<String, String> settings = new LinkedHashMap<>();

    @BeforeEach
    void prepare() throws IOException {
        home = top.resolve("with blank");
        PodProcess.furnish(home, "whatsapp.camel.yaml");
        settings.put("REDIS_URL", REDIS.server().uri());
        settings.put("PARTITIONS", "4");
    }

    @AfterEach
    void end() throws IOException {
        pods.forEach(PodProcess::close);
        killEmbeddedRedis();
    }

    @Test
    void of_two_pods_that_start_at_once_on_one_port_only_the_one_that_listens_says_ready() throws IOException {
        settings.put("QBULL_HTTP_PORT", Integer.toString(Ports.free()));
        PodProcess one = launch();
        PodProcess other = launch();
        await().until(() -> !one.running() || !other.running());
        PodProcess loser = one.running() ? other : one;
        PodProcess winner = one.running() ? one : other;

        assertThat(loser.exitCode()).as(loser.said()).isEqualTo(ExitCode.PORT_TAKEN.number());
        assertThat(loser.said().lines().filter(line -> line.startsWith("qbull: ")))
                .singleElement(STRING)
                .contains("port " + settings.get("QBULL_HTTP_PORT"), "QBULL_HTTP_PORT");
        assertThat(loser.said()).doesNotContain("QBull ready", "WARN", "ERROR", "Exception:");
        winner.awaitReady().send("k");
    }

    @Test
    void a_pod_with_the_id_of_another_says_that_it_owns_nothing_and_names_its_twin() throws IOException {
        settings.put("QBULL_POD_ID", "same");
        settings.put("QBULL_LEASE_TTL", "2s");
        PodProcess first = launch().awaitReady();
        PodProcess second = launch().awaitReady();

        assertThat(readyLine(first))
                .contains(
                        "queues WHATSAPP, HTTP ingest on, inbox " + home.resolve("data/inbox") + ", routes ",
                        " ingest-http ",
                        " whatsapp, pod same, ")
                .endsWith("pod same, owns WHATSAPP:0-3");
        assertThat(readyLine(second)).endsWith("pod same, owns WHATSAPP:none");
        await().until(() -> second.said().contains("uses the pod id same of this one"));
    }

    @Test
    void the_routes_of_a_person_replace_only_the_consumers() throws IOException {
        Path own = Files.createDirectories(top.resolve("own"));
        Files.writeString(own.resolve("own.camel.yaml"), """
                - route: {id: own, from: {uri: "qbull:WHATSAPP", steps: [{log: "own route: ${body}"}]}}
                """);
        settings.put("QBULL_ROUTES", own.toString());
        PodProcess pod = launch().awaitReady();

        pod.send("k");
        pod.awaitSaid("own route: x");
        Files.writeString(home.resolve("data/inbox/WHATSAPP/a.jsonl"), "{\"key\":\"f\",\"body\":\"of a file\"}\n");
        pod.awaitSaid("own route: of a file");
        assertThat(readyLine(pod)).contains("HTTP ingest on", " own, pod ").doesNotContain("whatsapp");
    }

    @Test
    void a_pod_takes_in_nothing_if_it_is_told_so_and_says_that() throws IOException {
        settings.put("QBULL_INGEST", "none");
        PodProcess pod = launch().awaitReady();

        assertThat(readyLine(pod)).contains("HTTP ingest off, inbox off, routes whatsapp, ");
        assertThat(RawHttp.send(pod.http(), "POST /queues/WHATSAPP/jobs?key=k", List.of(), new byte[0])
                        .status())
                .isEqualTo(404);
    }

    @Test
    void a_copy_of_an_ingest_route_beside_the_original_ends_the_start_and_names_the_setting() throws IOException {
        Files.copy(RouteFiles.of("ingest-http.camel.yaml"), home.resolve("routes/ingest-http.camel.yaml"));
        PodProcess pod = launch();

        assertThat(pod.exitCode()).as(pod.said()).isEqualTo(ExitCode.USAGE.number());
        assertThat(pod.said().lines())
                .singleElement(STRING)
                .startsWith("qbull: ")
                .contains("QBULL_INGEST", "ingest-http");
    }

    private void pollLate(long millis) throws IOException {
        Files.writeString(home.resolve("routes/late.camel.yaml"), """
                - route:
                    id: late
                    from:
                      uri: file:%s?initialDelay=%d
                      steps:
                        - log: x
                """.formatted(top.resolve("empty"), millis));
    }

    @Test
    void a_pod_says_that_it_is_ready_when_its_probe_does_and_not_before() throws IOException {
        // Camel does not call a consumer that polls ready before its first poll.
        pollLate(6000);
        settings.put("QBULL_TOKEN", "a-token-of-this-test");
        PodProcess pod = launch();
        await().pollInterval(Duration.ofMillis(20)).until(() -> pod.said().contains("QBull ready"));

        RawHttp.Answer probe = RawHttp.send(pod.management(), "GET /observe/health/ready", List.of(), new byte[0]);

        assertThat(probe.status()).as(probe.body()).isEqualTo(200);
        assertThat(pod.said()).contains("not ready yet: consumer:late: Consumer has not yet polled");
    }

    @Test
    void a_route_that_polls_late_does_not_keep_the_pod_from_being_ready_if_its_settings_say_so() throws IOException {
        pollLate(3600000);
        Files.writeString(home.resolve("config/application.properties"), "camel.health.initialState = UP\n");
        PodProcess pod = launch().awaitReady();

        assertThat(RawHttp.send(pod.management(), "GET /observe/health/ready", List.of(), new byte[0])
                        .status())
                .isEqualTo(200);
        assertThat(pod.said()).doesNotContain("not ready yet");
    }

    private static String readyLine(PodProcess pod) {
        return pod.said()
                .lines()
                .filter(line -> line.startsWith("QBull ready"))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "QBULL_LEASE_TTL, soon",
        "QBULL_LEASE_TLL, 5s",
        "QBULL_HTTP_HOST, 0.0.0.0",
        "QBULL_MANAGEMENT_HOST, 0.0.0.0",
        "CAMEL_COMPONENT_QBULL_MAX_ATTEMPTS, many"
    })
    void a_wrong_setting_ends_the_start_with_one_line(String variable, String value) throws IOException {
        settings.put(variable, value);
        PodProcess pod = launch();

        assertThat(pod.exitCode()).as(pod.said()).isEqualTo(ExitCode.USAGE.number());
        assertThat(pod.said().lines()).singleElement(STRING).startsWith("qbull: " + variable + " (" + value + ") ");
    }

    @Test
    void a_mistake_in_a_routes_file_ends_the_start_with_one_line_that_names_file_and_place() throws IOException {
        Path wrong = Files.writeString(home.resolve("routes/wrong.camel.yaml"), """
                - route:
                    from:
                      uri: timer:x
                      steps:
                        - too: log:x
                """);
        PodProcess pod = launch();

        assertThat(pod.exitCode()).as(pod.said()).isEqualTo(ExitCode.USAGE.number());
        assertThat(pod.said().lines())
                .singleElement(STRING)
                .startsWith("qbull: ")
                .contains(wrong.toString(), "line 5", "too");
    }

    @Test
    void a_signal_lets_the_job_in_flight_end_and_a_second_one_changes_nothing() throws IOException {
        try (HeldWebhook webhook = new HeldWebhook()) {
            PodProcess pod = podWithJobAt(webhook);

            pod.signal();
            await().until(() -> leases("expires", "0") == 3);
            pod.signal();
            assertThat(pod.running()).isTrue();
            webhook.release();

            assertThat(pod.exitCode()).as(pod.said()).isEqualTo(ExitCode.OK.number());
            assertThat(jobs()).isZero();
            assertThat(leases("expires", "0")).isEqualTo(4);
        }
    }

    @Test
    void a_silent_client_does_not_hold_up_a_clean_stop() throws IOException {
        PodProcess pod = launch().awaitReady();
        try (ChunkedPost client =
                new ChunkedPost(pod.http(), "/queues/WHATSAPP/jobs", "Content-Type: application/x-ndjson")) {
            client.send("{\"key\":\"k\",\"body\":\"x\"}\n".getBytes(StandardCharsets.UTF_8));
            pod.awaitSaid("processed ");

            pod.signal();

            RawHttp.Answer answer = client.answer();
            assertThat(answer.status()).as(answer.body()).isEqualTo(503);
            assertThat(answer.body()).contains("\"accepted\":1");
            assertThat(pod.exitCode()).as(pod.said()).isEqualTo(ExitCode.OK.number());
        }
    }

    @Test
    void a_job_that_outlives_the_drain_is_given_up_which_the_exit_code_tells() throws IOException {
        Files.writeString(home.resolve("config/application.properties"), "camel.component.qbull.drainTimeout = 40s\n");
        settings.put("CAMEL_COMPONENT_QBULL_DRAIN_TIMEOUT", "1s");
        try (HeldWebhook webhook = new HeldWebhook()) {
            PodProcess pod = podWithJobAt(webhook);

            pod.signal();
            pod.awaitSaid("jobs still run after 1 s");
            webhook.release();

            assertThat(pod.exitCode()).as(pod.said()).isEqualTo(ExitCode.GIVEN_UP.number());
            assertThat(pod.said()).contains("gave up jobs that were still running: 1;");
            assertThat(jobs()).isOne();
        }
    }

    @Test
    void the_embedded_redis_outlives_a_killed_pod_and_the_next_one_goes_on_with_it() throws IOException {
        settings.remove("REDIS_URL");
        settings.put("QBULL_LEASE_TTL", "2s");
        try (HeldWebhook webhook = new HeldWebhook()) {
            podWithJobAt(webhook).kill();
        }
        settings.remove("QBULL_WEBHOOK_URL");
        PodProcess next = launch();

        next.awaitSaid("processed ");
        next.awaitReady().signal();

        assertThat(next.exitCode()).as(next.said()).isEqualTo(ExitCode.OK.number());
        assertThat(next.said()).contains("joined the embedded Redis", "stopped the embedded Redis");
        assertThat(home.resolve("data/redis/redis.pid")).doesNotExist();
    }

    @Test
    void ctrl_c_without_jobs_ends_a_pod_and_its_redis() throws IOException {
        settings.remove("REDIS_URL");
        PodProcess pod = launch().awaitReady();

        long start = System.nanoTime();
        pod.interrupt();

        assertThat(pod.exitCode()).as(pod.said()).isEqualTo(ExitCode.OK.number());
        Findings.note("a pod without jobs ended "
                + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms after Ctrl-C");
        assertThat(pod.said()).contains("stopped the embedded Redis").doesNotContain("gave up");
        assertThat(home.resolve("data/redis/redis.pid")).doesNotExist();
    }

    @Test
    void jobs_that_wait_when_pod_and_embedded_redis_are_killed_are_processed_after_the_next_start() throws IOException {
        settings.remove("REDIS_URL");
        settings.put("QBULL_LEASE_TTL", "2s");
        try (HeldWebhook webhook = new HeldWebhook()) {
            PodProcess pod = podWithJobAt(webhook);
            pod.send("k");
            pod.send("another");
            awaitWritten();
            pod.kill();
            killEmbeddedRedis();
            int before = webhook.calls();
            webhook.release();
            PodProcess next = launch().awaitReady();

            await().until(() -> webhook.calls() == before + 3);
            await().until(() -> next.said().split("processed ", -1).length == 4);
            next.signal();

            assertThat(next.exitCode()).as(next.said()).isEqualTo(ExitCode.OK.number());
            assertThat(next.said()).contains("started the embedded Redis", "stopped the embedded Redis");
        }
    }

    private PodProcess podWithJobAt(HeldWebhook webhook) throws IOException {
        settings.put("QBULL_WEBHOOK_URL", webhook.url());
        PodProcess pod = launch().awaitReady();
        pod.send("k");
        await().until(() -> webhook.calls() == 1);
        return pod;
    }

    private static long jobs() {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, 4)
                    .mapToLong(p -> (Long) resp.call("XLEN", "WHATSAPP:" + p))
                    .sum();
        }
    }

    /** How many leases have that value in a field. */
    private static long leases(String field, String value) {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, 4)
                    .filter(p -> value.equals(resp.call("HGET", "{WHATSAPP:" + p + "}:lease", field)))
                    .count();
        }
    }

    /** What was answered is in the file, which Redis may put off while the disk is busy. */
    private void awaitWritten() throws IOException {
        int port = Integer.parseInt(
                Files.readString(home.resolve("data/redis/port")).strip());
        try (Resp resp = new Resp(port)) {
            await().until(() -> resp.text("INFO", "persistence").contains("aof_buffer_length:0\r"));
        }
    }

    private void killEmbeddedRedis() throws IOException {
        try {
            String pid = Files.readString(home.resolve("data/redis/redis.pid")).strip();
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
        } catch (NoSuchFileException e) {
            // It has stopped, or never ran.
        }
    }

    private PodProcess launch() throws IOException {
        PodProcess pod = PodProcess.launch(home, settings);
        pods.add(pod);
        return pod;
    }
}
