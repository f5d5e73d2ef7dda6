package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.app.corpus.FileCase;
import io.qbull.app.corpus.FileCase.Job;
import io.qbull.app.corpus.FileCase.Refused;
import io.qbull.app.corpus.FileCorpus;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A pod gets all files of the corpus at once. What became of each of them is compared with what was meant. */
@Timeout(120)
@Tag("redis")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FileCorpusTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<FileCase> CASES = FileCorpus.all();

    @TempDir
    private static Path data;

    /** Jobs by the ULID of their file and their offset in it. */
    private final Map<String, TreeMap<Long, Job>> jobs = new HashMap<>();

    private final CapturedLog log = new CapturedLog();

    static Stream<FileCase> cases() {
        return CASES.stream();
    }

    @BeforeAll
    void read() throws IOException {
        assertThat(CASES).hasSizeGreaterThan(60);
        try (FilePod pod = new FilePod(REDIS.server(), data, FileCorpus.settings(), FilePod.QUICK)) {
            drop();
            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(() -> assertThat(waiting()).isEmpty());
            assertThat(pod.management).isPositive();
        }
        readJobs();
    }

    private static void drop() throws IOException {
        Path whole = data.resolve("whole");
        int dropped = 0;
        for (FileCase each : CASES) {
            Files.write(whole, each.content());
            // As copies do, most have a time that says nothing.
            Files.setLastModifiedTime(
                    whole,
                    FileTime.from(Instant.now()
                            .plus(Duration.ofDays(dropped++ % 3 - 1L).multipliedBy(10_000))));
            Files.move(whole, inbox(each).resolve(each.name()));
        }
    }

    @AfterAll
    void end() {
        log.close();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_file_is_accepted_exactly_or_refused_with_a_reason(FileCase each) throws IOException {
        String ulid = ulid(each);
        assertThat(jobs.getOrDefault(ulid, new TreeMap<>()).values())
                .containsExactlyElementsOf(
                        each.jobs().stream().map(FileCorpusTest::bytes).toList());

        List<JsonNode> refused = refused(each, ulid);
        assertThat(refused)
                .extracting(bad -> bad.get("line").asLong())
                .containsExactlyElementsOf(
                        each.refused().stream().map(Refused::line).toList());
        for (int n = 0; n < refused.size(); n++) {
            assertThat(refused.get(n).get("reason").asText())
                    .contains(each.refused().get(n).reason());
        }
        assertThat(log.warnings().stream().filter(line -> line.contains("ulid=" + ulid)))
                .as("lines of the log")
                .hasSize(refused.isEmpty() ? 0 : 1);
    }

    private static Path inbox(FileCase each) {
        return data.resolve("inbox").resolve(each.queue());
    }

    private static List<String> waiting() throws IOException {
        List<String> waiting = new ArrayList<>();
        for (FileCase each : CASES) {
            if (Files.exists(inbox(each).resolve(each.name()))) {
                waiting.add(each.toString());
            }
        }
        for (String queue : CASES.stream().map(FileCase::queue).distinct().toList()) {
            waiting.addAll(names(data.resolve("inbox").resolve(queue).resolve(".work")));
        }
        return waiting;
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String ulid(FileCase each) throws IOException {
        return names(inbox(each).resolve(".done")).stream()
                .filter(name -> name.substring(27).equals(each.name()))
                .findFirst()
                .orElseThrow()
                .substring(0, 26);
    }

    private static List<JsonNode> refused(FileCase each, String ulid) throws IOException {
        Path list = inbox(each).resolve(".rejected").resolve(ulid + "-" + each.name());
        List<JsonNode> refused = new ArrayList<>();
        if (Files.exists(list)) {
            for (String line : Files.readAllLines(list)) {
                refused.add(JSON.readTree(line));
            }
        }
        return refused;
    }

    /** Texts with their bytes as characters, as the test's client of Redis has them. */
    private static Job bytes(Job job) {
        return new Job(bytes(job.key()), bytes(job.body()), job.contentType());
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private void readJobs() {
        try (Resp resp = REDIS.server().connect()) {
            for (String queue : CASES.stream().map(FileCase::queue).distinct().toList()) {
                for (Object entry : resp.list("XRANGE", queue + ":0", "-", "+")) {
                    List<?> fields = (List<?>) ((List<?>) entry).get(1);
                    Map<String, String> job = new HashMap<>();
                    for (int i = 0; i < fields.size(); i += 2) {
                        job.put(String.valueOf(fields.get(i)), String.valueOf(fields.get(i + 1)));
                    }
                    String id = String.valueOf(job.get("id"));
                    jobs.computeIfAbsent(id.substring(0, 26), any -> new TreeMap<>())
                            .put(
                                    Long.valueOf(id.substring(27)),
                                    new Job(
                                            String.valueOf(job.get("key")),
                                            String.valueOf(job.get("body")),
                                            String.valueOf(job.get("ct"))));
                }
            }
        }
    }
}
