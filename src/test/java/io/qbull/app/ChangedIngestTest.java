package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Copies of the ingest routes with a filter and a transformation between records and hash, as the pages show them. */
@Timeout(120)
class ChangedIngestTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int RECORDS = 1_000;

    /** Put in front of the steps that hash and send, which then work on single records, too. */
    private static final String SPLIT = """
                    - split:
                        simple: ${body}
                        steps:
                          - filter:
                              simple: ${body} not contains 'skip'
                              steps:
                                - choice:
                                    when:
                                      - simple: ${body} contains 'broken'
                                        steps:
                                          - throwException:
                                              exceptionType: java.lang.IllegalArgumentException
                                              message: broken
                                - setBody:
                                    simple: changed ${body}
            """;

    @TempDir
    static Path copies;

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "changed-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.partitions", "4", "qbull.fileQuiet", "1s");
    }

    @Override
    String pattern() {
        return "file:" + copies + "/changed-*.camel.yaml";
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        for (String name : List.of("files", "http-bulk")) {
            Files.writeString(
                    copies.resolve("changed-" + name + ".camel.yaml"),
                    changed(Files.readString(RouteFiles.of("ingest-" + name + ".camel.yaml"))));
        }
        return super.createCamelContext();
    }

    /** Moves the last two steps into the split. */
    private static String changed(String yaml) {
        int steps = yaml.lastIndexOf("      steps:\n") + "      steps:\n".length();
        String moved = yaml.substring(steps)
                .lines()
                .map(line -> " ".repeat(12) + line + "\n")
                .reduce("", String::concat);
        return yaml.substring(0, steps) + SPLIT + moved;
    }

    @Test
    void lines_of_a_request_are_left_out_and_changed_one_by_one_and_a_repeat_adds_nothing() {
        String[] headers = {"Content-Type: application/x-ndjson", "Idempotency-Key: once"};

        RawHttp.Answer first = post("/queues/WHATSAPP/jobs", lines(), headers);
        RawHttp.Answer repeat = post("/queues/WHATSAPP/jobs", lines(), headers);

        int left = RECORDS / 10;
        int broken = RECORDS / 100;
        assertThat(first.status()).as(first.body()).isEqualTo(422);
        assertThat(first.body())
                .contains(
                        "\"accepted\":" + (RECORDS - left - broken),
                        "\"skipped\":" + left,
                        "\"refusedCount\":" + broken)
                .contains("{\"line\":6,\"reason\":\"a step of the route failed\"}");
        assertThat(repeat.body())
                .contains("\"accepted\":0", "\"duplicates\":" + (RECORDS - left - broken), "\"skipped\":" + left);
        assertOrder(jobs("WHATSAPP", 4));
    }

    @Test
    void records_of_a_file_are_left_out_and_changed_one_by_one_and_keep_their_ids() throws IOException {
        Path inbox = data.resolve("inbox/WHATSAPP");
        Path part = Files.writeString(inbox.resolve("a.jsonl.part"), lines());
        Files.move(part, inbox.resolve("a.jsonl"));

        await().until(() -> !names(inbox.resolve(".done")).isEmpty());

        List<Map<String, String>> jobs = jobs("WHATSAPP", 4);
        String ulid = names(inbox.resolve(".done")).get(0).substring(0, 26);
        assertOrder(jobs);
        assertThat(jobs)
                .allSatisfy(job -> assertThat(job.get("id"))
                        .isEqualTo(ulid + "-"
                                + offset(Integer.parseInt(
                                        String.valueOf(job.get("body")).replaceAll("\\D", "")))));
        assertThat(names(inbox.resolve(".rejected"))).hasSize(1);
        assertThat(Files.readAllLines(inbox.resolve(".rejected")
                        .resolve(names(inbox.resolve(".rejected")).get(0))))
                .hasSize(RECORDS / 100)
                .first()
                .asString()
                .contains("\"line\":6", "a step of the route failed");
    }

    private static void assertOrder(List<Map<String, String>> jobs) {
        for (int k = 0; k < 7; k++) {
            int key = k;
            assertThat(jobs.stream()
                            .filter(job -> ("k" + key).equals(job.get("key")))
                            .map(job -> job.get("body")))
                    .containsExactlyElementsOf(IntStream.range(0, RECORDS)
                            .filter(n -> n % 7 == key && !word(n).equals("skip") && !word(n).equals("broken"))
                            .mapToObj(n -> "changed good " + n)
                            .toList());
        }
        assertThat(jobs).noneMatch(job -> job.containsKey("h"));
    }

    private static String word(int n) {
        return n % 10 == 0 ? "skip" : n % 100 == 5 ? "broken" : "good";
    }

    private static String line(int n) {
        return "{\"key\":\"k" + n % 7 + "\",\"body\":\"" + word(n) + " " + n + "\"}\n";
    }

    private static String lines() {
        return IntStream.range(0, RECORDS).mapToObj(ChangedIngestTest::line).reduce("", String::concat);
    }

    private static long offset(int n) {
        return IntStream.range(0, n)
                .mapToLong(before -> line(before).getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
