package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.f4b6a3.ulid.UlidCreator;
import io.qbull.config.EnqueueSettings;
import io.qbull.engine.QueueNode;
import io.qbull.engine.QueueNodes;
import io.qbull.ingest.file.FileTiming;
import io.qbull.model.EnqueueException;
import io.qbull.model.Enqueued;
import io.qbull.model.JobFeed;
import io.qbull.model.JobFormat;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.NewJob;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.runtime.ThreadEventLoop;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The route {@code ingest-files} as it is shipped, on one pod and on several. */
@Timeout(120)
@Tag("redis")
class FileIngestTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final QueueName QUEUE = new QueueName("WHATSAPP");
    private static final EnqueueSettings AS_EVER =
            new EnqueueSettings(Duration.ofMinutes(10), JobFormat.NATIVE, 1 << 20, 512, 500, Duration.ofSeconds(10), 0);

    @TempDir
    private Path top;

    private final List<FilePod> pods = new ArrayList<>();
    private Path data;
    private Path inbox;
    private CapturedLog log;

    @BeforeEach
    void prepare() throws IOException {
        data = top.resolve("with blank");
        inbox = data.resolve("inbox");
        Files.createDirectories(work());
        Files.createDirectories(inbox.resolve("WHATSAPP/.done"));
        Files.createDirectories(inbox.resolve("WHATSAPP/.rejected"));
        log = new CapturedLog();
    }

    @AfterEach
    void end() {
        pods.forEach(FilePod::close);
        log.close();
    }

    @Test
    void each_line_of_json_is_a_job_and_each_key_keeps_its_order() throws IOException {
        start();
        drop("orders.jsonl", lines(5_000));

        awaitDone(1);

        Map<String, List<String>> byKey = new LinkedHashMap<>();
        jobs().forEach(job ->
                byKey.computeIfAbsent(job.get("key"), any -> new ArrayList<>()).add(job.get("body")));
        assertThat(byKey).hasSize(50);
        byKey.forEach((key, bodies) -> assertThat(bodies)
                .containsExactlyElementsOf(IntStream.range(0, 100)
                        .mapToObj(n -> Integer.toString(n * 50 + Integer.parseInt(key.substring(1))))
                        .toList()));
        String ulid = names(".done").get(0).substring(0, 26);
        assertThat(jobs())
                .filteredOn(job -> "1".equals(job.get("body")))
                .extracting(job -> job.get("id"))
                .containsExactly(ulid + "-" + "{\"key\":\"k0\",\"body\":\"0\"}\n".length());
        assertThat(names(".done")).allMatch(name -> name.endsWith("-orders.jsonl"));
        assertThat(names(".rejected")).isEmpty();
        awaitNothingRemembered();
        assertThat(log.lines("orders.jsonl"))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith(" is claimed"),
                        line -> assertThat(line).contains("is finished: added=5000 before=0 rejected=0"));
    }

    @Test
    void a_csv_row_becomes_a_job_with_a_json_object_of_strings() throws IOException {
        start();
        drop(
                "people.csv",
                "\uFEFFname,to,note\r\n",
                "Ann,57320,\"likes \"\"quotes\"\", commas\nand lines\"\r\n",
                "\r\n",
                "Bob,,none\r\n",
                "Eve,5\r\n",
                "Zoé,57321,");

        awaitDone(1);

        assertThat(jobs())
                .extracting(job -> job.get("key") + " " + utf8(String.valueOf(job.get("body"))) + " " + job.get("ct"))
                .containsExactlyInAnyOrder(
                        "57320 {\"name\":\"Ann\",\"to\":\"57320\",\"note\":\"likes \\\"quotes\\\", commas\\nand lines\"}"
                                + " application/json",
                        "57321 {\"name\":\"Zoé\",\"to\":\"57321\",\"note\":\"\"} application/json");
        assertThat(rejected("people.csv"))
                .extracting(bad -> bad.get("line") + ": " + bad.get("reason").asText())
                .containsExactly("5: no key: the column to is empty", "6: the row has 2 columns, the header names 3");
    }

    @Test
    void a_quote_inside_a_csv_cell_is_an_ordinary_character() throws IOException {
        start();
        drop("inches.csv", "to,item\n", "1,5\" pipe\n", "2,hose\n", "3,6\" pipe\n", "4,valve\n");

        awaitDone(1);

        assertThat(jobs())
                .extracting(job -> job.get("body"))
                .containsExactlyInAnyOrder(
                        "{\"to\":\"1\",\"item\":\"5\\\" pipe\"}",
                        "{\"to\":\"2\",\"item\":\"hose\"}",
                        "{\"to\":\"3\",\"item\":\"6\\\" pipe\"}",
                        "{\"to\":\"4\",\"item\":\"valve\"}");
        assertThat(names(".rejected")).isEmpty();
    }

    /** As the reader of CSV sees it, a CR alone ends a record too. */
    @Test
    void a_csv_row_with_text_after_its_end_is_refused() throws IOException {
        start();
        drop("mac.csv", "to,item\n", "1,hose\r2,valve\n", "3,pipe\n");

        awaitDone(1);

        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("{\"to\":\"3\",\"item\":\"pipe\"}");
        assertThat(rejected("mac.csv"))
                .extracting(bad -> bad.get("line") + ": " + bad.get("reason").asText())
                .containsExactly("2: the row continues after its end: a line end inside a row must be in quotes");
    }

    @ParameterizedTest
    @CsvSource({"wide.jsonl", "wide.csv"})
    void a_file_in_another_encoding_is_refused_and_finished(String name) throws IOException {
        start();
        String text = name.endsWith("csv") ? "to,item\n1,hose\n" : line("k", "1") + line("k", "2");
        Path whole = Files.write(top.resolve(name), text.getBytes(StandardCharsets.UTF_16LE));
        Files.move(whole, inbox.resolve("WHATSAPP").resolve(name));

        awaitDone(1);

        assertThat(jobs()).isEmpty();
        assertThat(rejected(name)).isNotEmpty();
        assertThat(log.lines(" waits: ")).isEmpty();
    }

    @Test
    void a_csv_file_without_a_column_for_the_key_is_refused_as_a_whole() throws IOException {
        start();
        drop("wrong.csv", "name;to\n", "Ann;57320\n", "Bob;57321\n");

        awaitDone(1);

        assertThat(jobs()).isEmpty();
        assertThat(rejected("wrong.csv"))
                .extracting(bad -> bad.get("line") + ": " + bad.get("reason").asText())
                .containsExactly(
                        "1: no row was read: the header has no column key or to; its columns seem to be separated by"
                                + " “;”: set qbull.queue.WHATSAPP.csvSeparator = ;");
        awaitNothingRemembered();
    }

    @Test
    void any_other_file_is_plain_text_keyed_by_its_name() throws IOException {
        start();
        drop("573205104418", "hello\n", "\n", "{\"key\":\"k\"}\r\n", "wörld");

        awaitDone(1);

        assertThat(jobs())
                .extracting(job -> job.get("key") + " " + utf8(String.valueOf(job.get("body"))) + " " + job.get("ct"))
                .containsExactly(
                        "573205104418 hello text/plain; charset=utf-8",
                        "573205104418 {\"key\":\"k\"} text/plain; charset=utf-8",
                        "573205104418 wörld text/plain; charset=utf-8");
    }

    @Test
    void a_line_of_text_in_another_encoding_is_refused() throws IOException {
        start();
        Path whole = Files.write(top.resolve("words.txt"), "mañana\nhoy\n".getBytes(StandardCharsets.ISO_8859_1));
        Files.move(whole, inbox.resolve("WHATSAPP/words.txt"));

        awaitDone(1);

        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("hoy");
        assertThat(rejected("words.txt"))
                .extracting(bad -> bad.get("line") + ": " + bad.get("reason").asText())
                .containsExactly("1: not text in UTF-8; if it is another encoding, set"
                        + " qbull.queue.WHATSAPP.fileEncoding = windows-1252, for example");
    }

    @Test
    void bad_records_are_listed_with_line_offset_and_reason_and_the_others_are_added() throws IOException {
        start(Map.of("qbull.maxLineLength", "5000", "camel.component.qbull.maxBodySize", "1000"));
        drop(
                "mixed.ndjson",
                "{\"key\":\"a\",\"body\":\"1\"}\n",
                "{\"key\":\"a\",\"body\":oops}\n",
                "{\"key\":\"a\",\"body\":\"" + "x".repeat(1001) + "\"}\n",
                "x".repeat(5_001) + "\n",
                "{\"key\":\"a\",\"body\":\"2\"}\n");

        awaitDone(1);

        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("1", "2");
        List<JsonNode> bad = rejected("mixed.ndjson");
        assertThat(bad).extracting(each -> each.get("line").asInt()).containsExactly(2, 3, 4);
        assertThat(bad).extracting(each -> each.get("offset").asInt()).containsExactly(23, 47, 1070);
        assertThat(bad.get(0).get("reason").asText()).startsWith("not JSON");
        assertThat(bad.get(0).get("record").asText()).isEqualTo("{\"key\":\"a\",\"body\":oops}");
        assertThat(bad.get(1).get("reason").asText()).startsWith("body (1001 bytes) must be at most maxBodySize");
        assertThat(bad.get(2).get("reason").asText()).isEqualTo("the line has 5001 bytes, the longest may have 5000");
        assertThat(bad.get(2).has("record")).isFalse();
        await().until(() -> !log.warnings().isEmpty());
        assertThat(log.warnings()).singleElement().asString().contains("has 3 records that are not jobs");
    }

    @Test
    void an_empty_file_is_finished_at_once_even_while_redis_is_away() throws IOException {
        start();
        REDIS.server().kill();
        drop("empty.jsonl");

        awaitDone(1);
    }

    @Test
    void unfinished_hidden_and_misplaced_files_stay_where_they_are() throws IOException {
        start();
        Files.createDirectories(inbox.resolve("UNKNOWN"));
        Files.writeString(inbox.resolve("UNKNOWN/a.jsonl"), line("k", "1"));
        Files.writeString(inbox.resolve("stray.jsonl"), line("k", "1"));
        drop("a.jsonl.part", line("k", "1"));
        drop("a.tmp", line("k", "1"));
        drop(".hidden.jsonl", line("k", "1"));
        Files.createDirectories(inbox.resolve("WHATSAPP/deeper"));
        Files.writeString(inbox.resolve("WHATSAPP/deeper/a.jsonl"), line("k", "1"));
        Path secret = Files.writeString(top.resolve("secret"), line("k", "secret"));
        Files.createSymbolicLink(inbox.resolve("WHATSAPP/link.jsonl"), secret);
        await().until(() -> log.warnings().size() >= 4);
        drop("good.jsonl", line("k", "2"));

        awaitDone(1);

        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("2");
        assertThat(log.warnings())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line)
                                .contains("inbox/UNKNOWN stay where they are: this pod has no such queue"),
                        line -> assertThat(line)
                                .contains("inbox/stray.jsonl stays where it is: it must lie in the folder of a queue"),
                        line -> assertThat(line).contains("WHATSAPP/deeper stay where they are: they must lie in"),
                        line -> assertThat(line).contains("link.jsonl stays where it is: it must be a regular file"));
        for (String stays : List.of(
                "UNKNOWN/a.jsonl",
                "stray.jsonl",
                "WHATSAPP/a.jsonl.part",
                "WHATSAPP/a.tmp",
                "WHATSAPP/.hidden.jsonl")) {
            assertThat(inbox.resolve(stays)).exists();
        }
    }

    /** Copies from other machines keep the time of the original: it says nothing about when they were written. */
    @Test
    void a_growing_file_is_not_claimed_before_it_stands_still_whatever_its_time() throws Exception {
        start(Map.of(), new FileTiming(Duration.ofSeconds(1), Duration.ofMillis(100), Duration.ofMillis(300)));
        Map<Path, Long> growing = Map.of(
                inbox.resolve("WHATSAPP/now.jsonl"), 0L,
                inbox.resolve("WHATSAPP/past.jsonl"), -3_600L,
                inbox.resolve("WHATSAPP/future.jsonl"), 3_600L);
        ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
        try {
            int[] written = {0};
            Runnable append = () -> {
                growing.forEach((file, ahead) ->
                        append(file, line(file.getFileName().toString(), Integer.toString(written[0])), ahead));
                written[0]++;
            };
            var unused = writer.scheduleAtFixedRate(append, 0, 50, TimeUnit.MILLISECONDS);
            await().until(() -> growing.keySet().stream().allMatch(Files::exists));
            drop("still.jsonl", line("other", "x"));
            awaitDone(1);
            drop("still2.jsonl", line("other", "x"));
            awaitDone(2);

            assertThat(growing.keySet()).allSatisfy(file -> assertThat(file).exists());
            writer.shutdown();
            assertThat(writer.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            awaitDone(2 + growing.size());
            List<Map<String, String>> jobs = jobs();
            assertThat(growing.keySet())
                    .allSatisfy(file -> assertThat(jobs)
                            .filteredOn(job -> file.getFileName().toString().equals(job.get("key")))
                            .extracting(job -> job.get("body"))
                            .containsExactlyElementsOf(IntStream.range(0, written[0])
                                    .mapToObj(Integer::toString)
                                    .toList()));
        } finally {
            writer.shutdownNow();
        }
    }

    @Test
    void what_is_written_after_the_claim_is_read_too() throws Exception {
        Path left = left("slow.jsonl", Stream.of(line("k", "0"), "{\"key\":\"k\",\"bo"));
        start(Map.of(), new FileTiming(Duration.ofSeconds(3), Duration.ofMillis(100), Duration.ofMillis(300)));
        await().until(() -> jobs().size() == 1);

        Files.writeString(left, "dy\":\"1\"}\n" + line("k", "2"), StandardOpenOption.APPEND);
        awaitDone(1);

        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("0", "1", "2");
        assertThat(names(".rejected")).isEmpty();
        assertThat(log.warnings()).singleElement().asString().contains("slow.jsonl", "changes although it is claimed");
    }

    @Test
    void a_file_that_is_changed_after_it_was_done_is_named_once() throws IOException {
        start();
        drop("late.jsonl", line("k", "1"));
        awaitDone(1);

        Path done = inbox.resolve("WHATSAPP/.done").resolve(names(".done").get(0));
        Files.writeString(done, line("k", "2"), StandardOpenOption.APPEND);
        await().until(() -> !log.warnings().isEmpty());
        Files.writeString(done, line("k", "3"), StandardOpenOption.APPEND);
        drop("next.jsonl", line("k", "4"));
        awaitDone(2);

        assertThat(log.warnings()).singleElement().asString().contains("late.jsonl", "was changed after it was done");
        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("1", "4");
    }

    @Test
    void files_with_the_same_name_do_not_overwrite_each_other() throws IOException {
        start();
        drop("same.jsonl", line("k", "1"), "oops\n");
        awaitDone(1);
        drop("same.jsonl", line("k", "2"), "oops\n");
        awaitDone(2);

        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("1", "2");
        assertThat(names(".rejected")).hasSize(2);
    }

    @Test
    void two_pods_on_one_folder_read_each_file_once() throws IOException {
        start();
        start();
        for (int file = 0; file < 12; file++) {
            drop("f" + file + ".jsonl", lines(500));
        }

        awaitDone(12);

        assertThat(jobs()).hasSize(12 * 500).extracting(job -> job.get("id")).doesNotHaveDuplicates();
        awaitNothingRemembered();
        assertThat(log.lines("is finished")).hasSize(12);
        assertThat(log.warnings()).isEmpty();
    }

    /** As a pod leaves it that is killed after so many records had their answers. */
    @ParameterizedTest
    @CsvSource({"-1, false", "0, false", "1, false", "1234, false", "3000, false", "1234, true"})
    void a_file_that_a_killed_pod_left_is_resumed_and_nothing_is_added_twice(int answered, boolean resized)
            throws Exception {
        Path left = left("left.jsonl", Stream.concat(lines(3_000), Stream.of("oops\n")));
        if (answered >= 0) {
            readAndDie(left, answered);
        }
        if (resized) {
            resizeTo(7);
        }
        Files.writeString(
                inbox.resolve("WHATSAPP/.rejected")
                        .resolve(left.getFileName().toString().substring(0, 26) + ".part"),
                "{\"line\":3001,\"off");

        start();
        awaitDone(1);

        assertThat(jobs())
                .hasSize(3_000)
                .extracting(job -> Integer.valueOf(job.get("body")))
                .doesNotHaveDuplicates();
        jobs().stream()
                .collect(Collectors.groupingBy(job -> job.get("key") + (resized ? job.get("partition") : "")))
                .values()
                .forEach(ofKey -> assertThat(ofKey)
                        .extracting(job -> Integer.valueOf(job.get("body")))
                        .isSorted());
        assertThat(rejected("left.jsonl"))
                .extracting(bad -> bad.get("line").asInt())
                .containsExactly(3_001);
        awaitNothingRemembered();
        assertThat(log.lines("is resumed")).hasSize(1);
        assertThat(log.lines("added=" + (3_000 - Math.max(0, answered)) + " before=" + Math.max(0, answered)))
                .hasSize(1);
    }

    @Test
    void a_bad_record_before_the_place_of_a_kill_stays_rejected() throws Exception {
        Stream<String> bad = Stream.of(line("k".repeat(600), "long key"));
        Path left = left("left.jsonl", Stream.of(lines(500), bad, lines(500)).flatMap(part -> part));
        readAndDie(left, 1_001);

        start();
        awaitDone(1);

        assertThat(jobs()).hasSize(1_000);
        assertThat(rejected("left.jsonl"))
                .extracting(record -> record.get("line").asInt())
                .containsExactly(501);
    }

    @Test
    void removed_folders_are_created_again() throws IOException {
        start();
        drop("first.jsonl", line("k", "1"));
        awaitDone(1);
        for (String name : names(".done")) {
            Files.delete(inbox.resolve("WHATSAPP/.done").resolve(name));
        }
        Files.delete(inbox.resolve("WHATSAPP/.done"));
        Files.delete(inbox.resolve("WHATSAPP/.rejected"));

        drop("second.jsonl", line("k", "2"), "oops\n");

        await().until(() -> Files.exists(inbox.resolve("WHATSAPP/.done")));
        awaitDone(1);
        assertThat(rejected("second.jsonl")).hasSize(1);
        assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("1", "2");
        assertThat(log.lines(" waits: ")).isEmpty();
    }

    @Test
    void waiting_files_do_not_block_other_queues() throws IOException {
        start(Map.of("qbull.filesAtOnce", "2", "qbull.queue.WHATSAPP.maxBacklog", "4"));
        for (int file = 0; file < 4; file++) {
            String key = "k" + file;
            drop("f" + file + ".jsonl", IntStream.range(0, 2_000).mapToObj(n -> line(key, Integer.toString(n))));
        }
        await().until(() -> log.lines(" waits: ").size() == 2);

        Path whole = Files.writeString(top.resolve("other.jsonl"), line("k", "1"));
        Files.move(whole, inbox.resolve("OTHER/other.jsonl"));

        await().until(() -> log.lines("file=other.jsonl").stream().anyMatch(line -> line.contains("is finished")));
        assertThat(log.lines(" waits: "))
                .as("no more of them wait than are read at once")
                .hasSize(2);
    }

    @Test
    void a_waiting_file_continues_where_it_stopped_once_there_is_room() throws IOException {
        start(Map.of("qbull.filesAtOnce", "1", "qbull.queue.WHATSAPP.maxBacklog", "4"));
        drop("long.jsonl", IntStream.range(0, 2_000).mapToObj(n -> line("k", Integer.toString(n))));
        await().until(() -> !log.lines(" waits: ").isEmpty());

        List<String> added = new ArrayList<>();
        try (Resp resp = REDIS.server().connect()) {
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                for (Map<String, String> job : jobs()) {
                    added.add(job.get("body"));
                    resp.call("XDEL", "WHATSAPP:" + job.get("partition"), String.valueOf(job.get("stream")));
                }
                return names(".done").size() == 1 && jobs().isEmpty();
            });
        }

        assertThat(added)
                .containsExactlyElementsOf(
                        IntStream.range(0, 2_000).mapToObj(Integer::toString).toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {223, 228})
    void a_file_name_may_be_as_long_as_its_claimed_name_allows(int length) throws IOException {
        start();
        String name = "n".repeat(length - 6) + ".jsonl";
        drop(name, line("k", "1"), "oops\n");

        awaitDone(1);

        assertThat(rejected(name)).hasSize(1);
    }

    @Test
    void a_file_name_cannot_forge_a_log_line() throws IOException {
        start();
        drop("a\nERROR forged.jsonl", "oops\n");

        awaitDone(1);

        await().until(() -> !log.warnings().isEmpty());
        assertThat(log.lines("forged")).isNotEmpty().noneMatch(line -> line.contains("\n"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void the_claim_of_a_finished_file_that_a_killed_pod_left_is_dropped(boolean forgotten) throws Exception {
        Path left = left("over.jsonl", lines(100));
        readAndDie(left, 100);
        Files.move(left, inbox.resolve("WHATSAPP/.done").resolve(left.getFileName()));
        if (forgotten) {
            try (Resp resp = REDIS.server().connect()) {
                for (Object key : resp.list("KEYS", "*:source:*")) {
                    resp.call("DEL", (String) key);
                }
            }
        }
        assertThat(remembered()).hasSize(forgotten ? 1 : 5);

        start();

        awaitNothingRemembered();
        assertThat(jobs()).hasSize(100);
    }

    @Test
    void a_vanished_file_is_reported_once_and_its_claim_stays() throws Exception {
        Path left = left("gone.jsonl", lines(100));
        readAndDie(left, 50);
        Files.delete(left);

        start();
        await().until(() -> !log.warnings().isEmpty());
        drop("next.jsonl", line("k", "1"));
        awaitDone(1);

        assertThat(log.warnings())
                .singleElement()
                .asString()
                .contains(
                        "file=gone.jsonl",
                        "./qbull files forget WHATSAPP "
                                + left.getFileName().toString().substring(0, 26));
        // The next file is forgotten shortly after it is done.
        await().untilAsserted(() -> assertThat(remembered()).hasSize(5));
    }

    @Test
    void a_file_locked_by_another_process_waits_for_it() throws Exception {
        Path left = left("locked.jsonl", lines(10));
        Process holder = lockElsewhere(left);
        try {
            start();
            drop("next.jsonl", line("k", "next"));
            awaitDone(1);

            assertThat(left).exists();
            assertThat(jobs()).extracting(job -> job.get("body")).containsExactly("next");
        } finally {
            holder.destroyForcibly();
        }
        awaitDone(2);
        assertThat(jobs()).hasSize(11);
    }

    @Test
    void a_full_redis_delays_a_file_and_loses_nothing() throws Exception {
        start();
        drop("first.jsonl", line("k", "first"));
        awaitDone(1);
        try (Resp resp = REDIS.server().connect()) {
            resp.call("CONFIG", "SET", "maxmemory", "1");
            drop("held.jsonl", lines(5_000));
            await().until(() -> !log.lines("held.jsonl ulid").stream()
                    .filter(line -> line.contains(" waits: "))
                    .toList()
                    .isEmpty());
            resp.call("CONFIG", "SET", "maxmemory", "0");
        }

        awaitDone(2);

        assertThat(jobs()).hasSize(5_001).extracting(job -> job.get("id")).doesNotHaveDuplicates();
        assertThat(log.warnings()).hasSize(1);
    }

    @Test
    void a_redis_killed_in_the_middle_delays_a_file_and_loses_nothing() throws Exception {
        start(Map.of("camel.component.qbull.enqueueTimeout", "2s"));
        drop("long.jsonl", Stream.concat(Stream.of("oops\n"), lines(60_000)));
        await().until(() -> jobs().size() > 500);
        REDIS.server().kill();
        await().until(() -> !log.lines(" waits: ").isEmpty());
        REDIS.server().restart();

        awaitDone(1);

        Map<String, List<Integer>> byKey = new LinkedHashMap<>();
        jobs().forEach(job ->
                byKey.computeIfAbsent(job.get("key"), any -> new ArrayList<>()).add(Integer.valueOf(job.get("body"))));
        assertThat(byKey.values().stream().mapToInt(List::size).sum()).isEqualTo(60_000);
        byKey.values().forEach(bodies -> assertThat(bodies).isSorted().doesNotHaveDuplicates());
        assertThat(rejected("long.jsonl")).hasSize(1);
        assertThat(log.lines(" waits: ")).hasSize(1);
        assertThat(log.lines(" continues")).hasSize(1);
    }

    @Test
    void a_pod_that_stops_leaves_its_file_to_the_next_one() throws Exception {
        FilePod first = start();
        drop("long.jsonl", lines(60_000));
        await().until(() -> jobs().size() > 500);
        JsonNode seen = JSON.readTree(RawHttp.send(first.management, "GET /api/ingest/files", List.of(), new byte[0])
                .body());
        first.close();
        pods.remove(first);
        assertThat(seen).singleElement().satisfies(file -> {
            assertThat(file.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "queue",
                            "file",
                            "ulid",
                            "pod",
                            "bytes",
                            "size",
                            "share",
                            "records",
                            "rate",
                            "rejected",
                            "state");
            assertThat(file.get("file").asText()).isEqualTo("long.jsonl");
            assertThat(file.get("state").asText()).isEqualTo("reading");
            assertThat(file.get("share").doubleValue()).isBetween(0.0, 1.0);
        });
        assertThat(names(".work")).hasSize(1);
        assertThat(log.lines("because this pod stops")).hasSize(1);

        start();
        awaitDone(1);

        assertThat(jobs()).hasSize(60_000).extracting(job -> job.get("id")).doesNotHaveDuplicates();
        assertThat(log.warnings()).isEmpty();
    }

    private FilePod start() {
        return start(Map.of());
    }

    private FilePod start(Map<String, String> settings) {
        return start(settings, FilePod.QUICK);
    }

    private FilePod start(Map<String, String> settings, FileTiming timing) {
        FilePod pod = new FilePod(REDIS.server(), data, settings, timing);
        pods.add(pod);
        return pod;
    }

    private Path work() {
        return inbox.resolve("WHATSAPP/.work");
    }

    private static String line(String key, String body) {
        return "{\"key\":\"" + key + "\",\"body\":\"" + body + "\"}\n";
    }

    private static Stream<String> lines(int count) {
        return IntStream.range(0, count).mapToObj(n -> line("k" + n % 50, Integer.toString(n)));
    }

    private void drop(String name, String... lines) throws IOException {
        drop(name, Stream.of(lines));
    }

    /** As a careful program does: complete from the start. */
    private void drop(String name, Stream<String> lines) throws IOException {
        Path whole = Files.writeString(top.resolve(name), lines.collect(Collectors.joining()));
        Files.move(whole, inbox.resolve("WHATSAPP").resolve(name));
    }

    /** A file that a pod had claimed. */
    private Path left(String name, Stream<String> lines) throws IOException {
        return Files.writeString(
                work().resolve(UlidCreator.getUlid() + "-" + name), lines.collect(Collectors.joining()));
    }

    /** As a program does that keeps the time of an original. */
    private static void append(Path file, String line, long secondsAhead) {
        try {
            Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            if (secondsAhead != 0) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(secondsAhead)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a pod does up to the answer to some record, and no more. */
    private void readAndDie(Path file, int records) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
        try (QueueNode node = QueueNodes.open(
                new QueueNode.Identity(QUEUE, new PodId("dead"), KeyHash.XXH64, 4, false),
                REDIS.server().settings(),
                new ThreadEventLoop(thread, timers, failure -> {}))) {
            SourceId source = new SourceId(file.getFileName().toString().substring(0, 26));
            Files.createDirectories(inbox);
            Path id = inbox.resolve(".id");
            Files.writeString(id, "this-inbox");
            int since = node.claim(source, file.getFileName().toString().substring(27), "this-inbox")
                    .toCompletableFuture()
                    .get()
                    .since();
            JobFeed feed = node.open(source, since, Duration.ZERO, AS_EVER)
                    .toCompletableFuture()
                    .get();
            long offset = 0;
            List<CompletableFuture<Enqueued>> answers = new ArrayList<>();
            for (String line : Files.readAllLines(file).subList(0, records)) {
                JsonNode json = JSON.readTree(line);
                answers.add(feed.add(
                                offset,
                                new NewJob(
                                        new JobId(source + "-" + offset),
                                        false,
                                        json.get("key").asText(),
                                        json.get("body").asText().getBytes(StandardCharsets.UTF_8),
                                        null,
                                        Map.of()))
                        .toCompletableFuture());
                offset += line.length() + 1;
            }
            for (CompletableFuture<Enqueued> answer : answers) {
                answer.exceptionally(FileIngestTest::invalid).get();
            }
        } finally {
            thread.shutdownNow();
            timers.shutdownNow();
        }
    }

    private static @Nullable Enqueued invalid(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        EnqueueException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(EnqueueException.Kind.INVALID));
        return null;
    }

    /** As the end of a resize leaves it. */
    private static void resizeTo(int partitions) {
        try (Resp resp = REDIS.server().connect()) {
            for (int p = 0; p < Math.max(4, partitions); p++) {
                resp.call("SET", "{WHATSAPP:" + p + "}:seal", "2 open");
                resp.call("SET", "{WHATSAPP:" + p + "}:started", "2");
            }
            resp.call("HSET", "{WHATSAPP}:layout", "v1", "4");
            resp.call("HSET", "{WHATSAPP}:layout", "version", "2");
            resp.call("HSET", "{WHATSAPP}:layout", "partitions", Integer.toString(partitions));
        }
    }

    /** Another process, for the locks of one process know no other one in it. */
    private static Process lockElsewhere(Path file) throws IOException, URISyntaxException {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        Path.of(Locker.class
                                        .getProtectionDomain()
                                        .getCodeSource()
                                        .getLocation()
                                        .toURI())
                                .toString(),
                        Locker.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(holder.getInputStream().read()).isEqualTo('L');
        return holder;
    }

    /** Holds a lock until it is killed. */
    static final class Locker {
        private Locker() {}

        public static void main(String... args) throws IOException {
            try (FileChannel channel =
                    FileChannel.open(Path.of(args[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.lock();
                System.out.write('L');
                System.out.flush();
                while (System.in.read() >= 0) {
                    // Until it is killed.
                }
            }
        }
    }

    private void awaitDone(int files) {
        await().untilAsserted(() -> assertThat(names(".done")).as("done").hasSize(files));
    }

    private void awaitNothingRemembered() {
        await().untilAsserted(() -> assertThat(remembered()).isEmpty());
    }

    private static List<?> remembered() {
        try (Resp resp = REDIS.server().connect()) {
            List<Object> keys = new ArrayList<>(resp.list("KEYS", "*:source:*"));
            keys.addAll(resp.list("KEYS", "*:sources"));
            return keys;
        }
    }

    private List<String> names(String folder) throws IOException {
        try (Stream<Path> files = Files.list(inbox.resolve("WHATSAPP").resolve(folder))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private List<JsonNode> rejected(String name) throws IOException {
        List<JsonNode> bad = new ArrayList<>();
        for (String file : names(".rejected")) {
            assertThat(file).endsWith("-" + name);
            for (String line :
                    Files.readAllLines(inbox.resolve("WHATSAPP/.rejected").resolve(file))) {
                bad.add(JSON.readTree(line));
            }
        }
        return bad;
    }

    /** Bodies and keys with bytes as characters. */
    private static List<Map<String, String>> jobs() {
        List<Map<String, String>> jobs = new ArrayList<>();
        try (Resp resp = REDIS.server().connect()) {
            for (int p = 0; p < 8; p++) {
                for (Object entry : resp.list("XRANGE", "WHATSAPP:" + p, "-", "+")) {
                    List<?> fields = (List<?>) ((List<?>) entry).get(1);
                    Map<String, String> job = new LinkedHashMap<>(Map.of(
                            "partition", Integer.toString(p), "stream", String.valueOf(((List<?>) entry).get(0))));
                    for (int i = 0; i < fields.size(); i += 2) {
                        job.put(String.valueOf(fields.get(i)), String.valueOf(fields.get(i + 1)));
                    }
                    jobs.add(job);
                }
            }
        }
        return jobs;
    }

    private static String utf8(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
