package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.Ports;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: what it says, and the exit code with which it ends. */
@Timeout(240)
class PodIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    @TempDir
    private Path home;

    private final List<PodProcess> pods = new ArrayList<>();
    private final Map<String, String> settings = new LinkedHashMap<>();

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectories(home.resolve("config"));
        Files.copy(Path.of("config/logback.xml"), home.resolve("config/logback.xml"));
        Files.createDirectories(home.resolve("routes"));
        for (String name : List.of("ingest-http.camel.yaml", "whatsapp.camel.yaml")) {
            Files.copy(Path.of("routes", name), home.resolve("routes").resolve(name));
        }
        settings.put("REDIS_URL", REDIS.server().uri());
        settings.put("PARTITIONS", "4");
    }

    @AfterEach
    void end() {
        pods.forEach(PodProcess::close);
    }

    @Test
    void of_two_pods_that_start_at_once_on_one_port_only_the_one_that_listens_says_ready() throws IOException {
        settings.put("QBULL_HTTP_PORT", Integer.toString(Ports.free()));
        PodProcess one = launch();
        PodProcess other = launch();
        await().atMost(Duration.ofSeconds(60)).until(() -> !one.running() || !other.running());
        PodProcess loser = one.running() ? other : one;
        PodProcess winner = one.running() ? one : other;

        assertThat(loser.exitCode()).as(loser.said()).isEqualTo(ExitCode.PORT_TAKEN.number());
        assertThat(loser.said().lines().filter(line -> line.startsWith("qbull: ")))
                .singleElement(STRING)
                .contains("port " + settings.get("QBULL_HTTP_PORT"), "QBULL_HTTP_PORT");
        assertThat(loser.said()).doesNotContain("QBull ready", "WARN", "ERROR", "Exception:");
        winner.awaitReady().send("k");
    }

    private PodProcess launch() throws IOException {
        PodProcess pod = PodProcess.launch(home, settings);
        pods.add(pod);
        return pod;
    }
}
