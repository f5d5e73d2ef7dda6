package io.qbull.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.model.Enqueued;
import io.qbull.model.JobHandler;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The configurations under {@code config/scenarios} do what their first line says. */
@Tag("redis")
class ScenariosTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final Path FOLDER = Path.of("config", "scenarios");
    private static final int JOBS = 1_000;
    private static final JobHandler AT_ONCE = (delivery, outcome) -> outcome.completed();

    private final List<TestPod> pods = new ArrayList<>();

    @AfterEach
    void stop() {
        pods.forEach(TestPod::close);
    }

    static List<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void every_pod_gets_its_share_and_every_job_runs_once_in_order(Path file) throws IOException {
        Properties scenario = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            scenario.load(reader);
        }
        int partitions = number(scenario, "qbull.partitions");
        int perPod = number(scenario, "qbull.partitionsPerPod");
        int podCount = number(scenario, "pods");
        IntStream.range(0, podCount)
                .forEach(n -> pods.add(new TestPod("pod" + n, partitions, REDIS.store()).consume(perPod, AT_ONCE)));
        await().until(() -> pods.stream().allMatch(pod -> pod.owned().size() == perPod));
        List<CompletableFuture<Enqueued>> added = IntStream.range(0, JOBS)
                .mapToObj(n -> pods.get(0).enqueue("k" + n % 100, "" + n))
                .toList();
        added.forEach(CompletableFuture::join);
        await().until(() -> pods.stream().mapToInt(pod -> pod.started.size()).sum() >= JOBS);
        assertThat(pods).flatExtracting(pod -> pod.started).hasSize(JOBS);
        for (TestPod pod : pods) {
            for (String key :
                    pod.started.stream().map(d -> d.job().key()).distinct().toList()) {
                assertThat(pod.bodies(key).stream().map(Integer::valueOf).toList())
                        .isSorted();
            }
        }
    }

    private static int number(Properties scenario, String name) {
        return Integer.parseInt(scenario.getProperty(name));
    }
}
