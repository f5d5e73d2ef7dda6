package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.Findings;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import io.qbull.testing.Size;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file and a request that are larger than the pod's heap, with one line in the middle that alone is, too. The sizes are
 * {@code -Dqbull.size.largeInput.megabytes=}, {@code .lineMegabytes=} and {@code .heapMegabytes=}.
 */
@Tag("slow")
@Timeout(1800)
class LargeInputIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int MEGABYTE = 1_000_000;
    private static final int RECORD = 2_000;
    private static final int KEYS = 1_000;
    private static final int PARTITIONS = 8;
    private static final long RECORDS = Size.of("largeInput.megabytes", 150, 2_000) * (long) MEGABYTE / RECORD;
    private static final int LINE_MEGABYTES = Size.of("largeInput.lineMegabytes", 150, 400);
    private static final int HEAP_MEGABYTES = Size.of("largeInput.heapMegabytes", 128, 256);
    private static final Pattern AFTER_COLLECTION = Pattern.compile("->(\\d+)M\\(");

    @TempDir
    private Path home;

    private Path collections;
    private PodProcess pod;

    @BeforeEach
    void launch() throws IOException {
        PodProcess.furnish(home);
        Files.writeString(home.resolve("routes/sink.camel.yaml"), """
                - route:
                    from:
                      uri: qbull:WHATSAPP
                      steps:
                        - stop: {}
                """);
        Files.createDirectories(home.resolve("data/inbox/WHATSAPP"));
        collections = home.resolve("gc.log");
        pod = PodProcess.launch(
                        home,
                        Map.of("REDIS_URL", REDIS.server().uri(), "PARTITIONS", Integer.toString(PARTITIONS)),
                        "-Xlog:gc:file=" + collections,
                        "-Xmx" + HEAP_MEGABYTES + "m")
                .awaitReady();
    }

    @AfterEach
    void end() {
        pod.close();
    }

    @Test
    void a_file_larger_than_the_heap_is_read_and_its_one_overlong_line_rejected() throws IOException {
        Path file = home.resolve("jobs.jsonl");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), MEGABYTE)) {
            write(out);
        }
        Files.move(file, home.resolve("data/inbox/WHATSAPP/jobs.jsonl"));

        pod.awaitSaid("is finished:");
        String line = pod.said()
                .lines()
                .filter(each -> each.contains("is finished:"))
                .findFirst()
                .orElseThrow();
        assertThat(line).contains(" added=" + RECORDS + " ", " rejected=1 ");
        awaitDrained();
        report("file", Double.parseDouble(line.replaceFirst(".* seconds=", "")));
    }

    @Test
    void a_request_larger_than_the_heap_is_read_and_its_one_overlong_line_refused() throws IOException {
        long begin = System.nanoTime();
        RawHttp.Answer answer;
        try (ChunkedPost post =
                new ChunkedPost(pod.http(), "/queues/WHATSAPP/jobs", "Content-Type: application/x-ndjson")) {
            try (OutputStream out = new BufferedOutputStream(post.body(), 1 << 16)) {
                write(out);
            }
            post.end();
            answer = post.answer();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;

        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        JsonNode told = new ObjectMapper().readTree(answer.body());
        assertThat(told.path("accepted").asLong()).isEqualTo(RECORDS);
        assertThat(told.path("refusedCount").asLong()).isOne();
        assertThat(told.path("refused").path(0).path("line").asLong()).isEqualTo(RECORDS / 2 + 1);
        awaitDrained();
        report("request", seconds);
    }

    /** Records of one size, and in the middle one line that is far too long. */
    private static void write(OutputStream out) throws IOException {
        String rest = "x".repeat(RECORD);
        for (long n = 0; n < RECORDS; n++) {
            if (n == RECORDS / 2) {
                writeOverlong(out);
            }
            String record = "{\"key\":\"k" + n % KEYS + "\",\"body\":\"" + n + " ";
            out.write((record + rest.substring(record.length() + 3) + "\"}\n").getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void writeOverlong(OutputStream out) throws IOException {
        byte[] part = new byte[MEGABYTE];
        Arrays.fill(part, (byte) 'y');
        out.write("{\"key\":\"k\",\"body\":\"".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < LINE_MEGABYTES; i++) {
            out.write(part);
        }
        out.write("\"}\n".getBytes(StandardCharsets.US_ASCII));
    }

    private static void awaitDrained() {
        await().until(() -> {
            try (Resp resp = REDIS.server().connect()) {
                return IntStream.range(0, PARTITIONS).allMatch(p -> resp.number("XLEN", "WHATSAPP:" + p) == 0);
            }
        });
    }

    private void report(String what, double seconds) throws IOException {
        long most = 0;
        Matcher after = AFTER_COLLECTION.matcher(Files.readString(collections));
        while (after.find()) {
            most = Math.max(most, Long.parseLong(after.group(1)));
        }
        double megabytes = RECORDS * (double) RECORD / MEGABYTE + LINE_MEGABYTES;
        Findings.note(String.format(
                Locale.ROOT,
                "large %s: %.0f MB with a line of %d MB, %.1f s, %.0f MB/s, %.0f records/s; heap after collections at most %d of %d MB",
                what,
                megabytes,
                LINE_MEGABYTES,
                seconds,
                megabytes / seconds,
                RECORDS / seconds,
                most,
                HEAP_MEGABYTES));
    }
}
