package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.it.AofHistory;
import io.qbull.testing.Findings;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole program is killed while it reads a file. {@code -Dqbull.size.fileCrash.jobs=} sets how long that is. */
@Tag("slow")
@Timeout(900)
class FileCrashIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int JOBS = Size.of("fileCrash.jobs", 20_000, 200_000);
    private static final int KEYS = Math.min(2_000, JOBS / 10);
    private static final int KILLS = 5;
    private static final int PARTITIONS = 8;

    @TempDir
    private Path home;

    private final List<PodProcess> pods = new ArrayList<>();

    @AfterEach
    void end() {
        pods.forEach(PodProcess::close);
    }

    @Test
    void a_file_read_while_pods_and_redis_are_killed_is_added_once_and_in_order() throws IOException {
        Path inbox = prepare();
        Path aof = appendOnlyFile();
        PodProcess pod = launch();
        Path file = home.resolve("jobs.jsonl");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int n = 0; n < JOBS; n++) {
                out.write("{\"key\":\"k" + n % KEYS + "\",\"body\":\"" + n + "\"}\n");
            }
        }
        long size = Files.size(file);
        Files.move(file, inbox.resolve("jobs.jsonl"));

        int inTheMiddle = 0;
        for (int kill = 1; kill <= KILLS; kill++) {
            long mark = size * kill / (KILLS + 2);
            await().pollInterval(Duration.ofMillis(10)).until(() -> progress() >= mark || done(inbox));
            if (kill == 3) {
                REDIS.server().kill();
                REDIS.server().restart();
            }
            pod.kill();
            inTheMiddle += done(inbox) ? 0 : 1;
            if (kill == 4) {
                outlastEveryWindow();
            }
            pod = launch();
        }
        await().until(() -> done(inbox) && backlog() == 0);
        pod.signal();
        assertThat(pod.exitCode()).as(pod.said()).isZero();

        Map<String, List<Integer>> added = new HashMap<>();
        AofHistory.each(aof, command -> {
            if (command.get(0).equalsIgnoreCase("XADD") && command.get(1).matches("WHATSAPP:\\d+")) {
                int fields = command.size() % 2 == 1 ? 3 : 4;
                Map<String, String> job = new LinkedHashMap<>();
                for (int i = fields; i + 1 < command.size(); i += 2) {
                    job.put(command.get(i), command.get(i + 1));
                }
                added.computeIfAbsent(String.valueOf(job.get("key")), any -> new ArrayList<>())
                        .add(Integer.valueOf(String.valueOf(job.get("body"))));
            }
        });
        Findings.note("file crash: " + JOBS + " lines, " + KEYS + " keys, killed in the middle " + inTheMiddle
                + " times, added "
                + added.values().stream().mapToInt(List::size).sum());
        pods.forEach(each ->
                each.said().lines().filter(line -> line.contains("jobs.jsonl")).forEach(Findings::note));
        assertThat(inTheMiddle).as("kills before the end of the file").isEqualTo(KILLS);
        assertThat(added).hasSize(KEYS);
        added.forEach((key, bodies) -> assertThat(bodies)
                .as(key)
                .containsExactlyElementsOf(
                        IntStream.iterate(Integer.parseInt(key.substring(1)), n -> n < JOBS, n -> n + KEYS)
                                .boxed()
                                .toList()));
    }

    private Path prepare() throws IOException {
        PodProcess.furnish(home, "whatsapp.camel.yaml");
        return Files.createDirectories(home.resolve("data/inbox/WHATSAPP"));
    }

    private PodProcess launch() throws IOException {
        PodProcess pod = PodProcess.launch(
                home,
                Map.of(
                        "REDIS_URL",
                        REDIS.server().uri(),
                        "PARTITIONS",
                        Integer.toString(PARTITIONS),
                        "QBULL_LEASE_TTL",
                        "2s",
                        // Slower, so that there is time to be killed.
                        "CAMEL_COMPONENT_QBULL_BATCH",
                        "5"));
        pods.add(pod);
        return pod;
    }

    private static Path appendOnlyFile() {
        try (Resp resp = REDIS.server().connect()) {
            resp.call("CONFIG", "SET", "auto-aof-rewrite-percentage", "0");
            return Path.of((String) resp.list("CONFIG", "GET", "dir").get(1), "appendonly.aof");
        }
    }

    /** What Redis forgets by itself while no pod runs for long enough. */
    private static void outlastEveryWindow() {
        try (Resp resp = REDIS.server().connect()) {
            for (Object key : resp.list("KEYS", "*")) {
                if (resp.number("PTTL", (String) key) > 0) {
                    resp.call("DEL", (String) key);
                }
            }
        }
    }

    private static boolean done(Path inbox) throws IOException {
        Path done = inbox.resolve(".done");
        if (!Files.exists(done)) {
            return false;
        }
        try (Stream<Path> files = Files.list(done)) {
            return files.findAny().isPresent();
        }
    }

    /** The offset of the last record that was added. */
    private static long progress() {
        long most = 0;
        try (Resp resp = REDIS.server().connect()) {
            for (Object key : resp.list("KEYS", "{WHATSAPP:*}:source:*")) {
                for (Object offset : resp.list("HVALS", (String) key)) {
                    most = Math.max(most, Long.parseLong((String) offset));
                }
            }
        }
        return most;
    }

    private static long backlog() {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToLong(p -> resp.number("XLEN", "WHATSAPP:" + p))
                    .sum();
        }
    }
}
