package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.Findings;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Messages become jobs while pods are killed. */
@Timeout(600)
class CoalesceIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int MESSAGES = Size.of("coalesce.messages", 1_200, 10_000);
    private static final int KEYS = Size.of("coalesce.keys", 60, 200);
    private static final int PARTITIONS = Size.of("coalesce.partitions", 6, 16);
    private static final int MOST_PODS = 3;
    private static final int CHUNK = 100;

    @TempDir
    private Path home;

    private final List<PodProcess> pods = new ArrayList<>();
    private final Map<Integer, List<Integer>> sent = new HashMap<>();
    private int next;

    @BeforeEach
    void prepare() throws IOException {
        PodProcess.furnish(home, "coalesce.camel.yaml");
        Files.writeString(home.resolve("routes/orders.camel.yaml"), """
                - route:
                    from:
                      uri: qbull:ORDERS
                      steps:
                        - stop: {}
                """);
    }

    @AfterEach
    void end() {
        pods.forEach(PodProcess::close);
    }

    @Test
    void every_message_is_in_exactly_one_job_even_if_pods_are_killed() throws IOException {
        PodProcess entrance = launch();
        PodProcess first = launch();
        PodProcess second = launch();
        awaitOwners(MOST_PODS);

        send(entrance, MESSAGES / 3);
        killAtWork(first);
        PodProcess third = launch();
        send(entrance, MESSAGES / 3);
        killAtWork(second);
        send(entrance, MESSAGES - next);

        await().until(() ->
                backlog() == 0 && count("HLEN", "{MESSAGES}:windows") == 0 && count("HLEN", "{MESSAGES}:closed") == 0);
        await().until(() -> entries("ORDERS:%d") == 0);
        assertThat(entries("{ORDERS:%d}:dead")).isZero();
        assertThat(third.running()).isTrue();
        Made made = made();
        Findings.note("messages=" + MESSAGES + " keys=" + KEYS + " jobs=" + made.jobs());
        assertThat(made.byKey()).isEqualTo(sent);
        assertThat(made.jobs()).as("messages meet in jobs").isLessThan(MESSAGES);
    }

    private PodProcess launch() throws IOException {
        PodProcess pod = PodProcess.launch(
                home,
                Map.of(
                        "REDIS_URL", REDIS.server().uri(),
                        "PARTITIONS", Integer.toString(PARTITIONS),
                        "PARTITIONS_PER_POD", Integer.toString((PARTITIONS + MOST_PODS - 1) / MOST_PODS),
                        "QBULL_LEASE_TTL", "2s",
                        "QBULL_QUEUES", "MESSAGES,WHATSAPP,ORDERS",
                        "QBULL_COALESCE", "true",
                        "QBULL_COALESCE_WINDOW", "1s",
                        "QBULL_COALESCE_SIZE", "20"));
        pods.add(pod);
        return pod.awaitReady();
    }

    /** Numbers that grow; each tells its key. */
    private void send(PodProcess entrance, int count) {
        for (int end = next + count; next < end; ) {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < CHUNK && next < end; i++, next++) {
                int key = next % KEYS;
                sent.computeIfAbsent(key, k -> new ArrayList<>()).add(next);
                lines.append("{\"key\":\"")
                        .append(key)
                        .append("\",\"body\":")
                        .append(next)
                        .append("}\n");
            }
            entrance.sendAll("MESSAGES", lines.toString());
            entrance.sendAll("ORDERS", lines.toString());
        }
    }

    private static void awaitOwners(int pods) {
        await().until(() -> {
            Set<String> owners = new HashSet<>();
            try (Resp resp = REDIS.server().connect()) {
                for (int p = 0; p < PARTITIONS; p++) {
                    owners.add(String.valueOf(resp.call("HGET", "{MESSAGES:" + p + "}:lease", "owner"))
                            .replaceFirst(" .*|/.*", ""));
                }
            }
            return owners.size() >= pods && !owners.contains("null");
        });
    }

    /** While messages are in windows and others on their way. */
    private static void killAtWork(PodProcess pod) {
        await().pollInterval(Duration.ofMillis(5)).until(() -> count("HLEN", "{MESSAGES}:windows") > KEYS / 4);
        long backlog = backlog();
        long windows = count("HLEN", "{MESSAGES}:windows");
        pod.kill();
        Findings.note("killed with backlog=" + backlog + " windows=" + windows);
    }

    private static long backlog() {
        return entries("MESSAGES:%d");
    }

    /** In one stream of each partition. */
    private static long entries(String stream) {
        return IntStream.range(0, PARTITIONS)
                .mapToLong(p -> count("XLEN", stream.formatted(p)))
                .sum();
    }

    private static long count(String... command) {
        try (Resp resp = REDIS.server().connect()) {
            return resp.number(command);
        }
    }

    /**
     * @param jobs how many there are
     * @param byKey the messages in them, in the order of the queue
     */
    private record Made(int jobs, Map<Integer, List<Integer>> byKey) {}

    private static Made made() throws IOException {
        Map<Integer, List<Integer>> byKey = new HashMap<>();
        int jobs = 0;
        try (Resp resp = REDIS.server().connect()) {
            for (int p = 0; p < PARTITIONS; p++) {
                for (Object entry : resp.list("XRANGE", "WHATSAPP:" + p, "-", "+")) {
                    List<?> fields = (List<?>) ((List<?>) entry).get(1);
                    int key = Integer.parseInt(field(fields, "key"));
                    for (JsonNode message : new ObjectMapper().readTree(field(fields, "body"))) {
                        byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(message.intValue());
                    }
                    jobs++;
                }
            }
        }
        return new Made(jobs, byKey);
    }

    private static String field(List<?> fields, String name) {
        return String.valueOf(fields.get(fields.indexOf(name) + 1));
    }
}
