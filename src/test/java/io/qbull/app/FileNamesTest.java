package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be addressed or moved: a line of the log and the health check name each of them, and others go on. */
@Timeout(60)
@Tag("redis")
class FileNamesTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final String LINE = "{\"key\":\"k\",\"body\":\"x\"}\n";

    @TempDir
    private Path data;

    private Path queue;
    private CapturedLog log;
    private FilePod pod;

    @BeforeEach
    void start() throws IOException {
        queue = data.resolve("inbox/WHATSAPP");
        Files.createDirectories(queue);
        log = new CapturedLog();
        pod = new FilePod(REDIS.server(), data, Map.of(), FilePod.QUICK);
    }

    @AfterEach
    void end() {
        pod.close();
        log.close();
    }

    @Test
    void names_that_cannot_be_addressed_are_reported_until_they_are_changed() throws Exception {
        // The JVM itself could not write all of these names.
        shell(
                "printf '%s\\n' \"$LINE\" >\"$(printf 'latin\\361.jsonl')\"",
                "printf '%s\\n' \"$LINE\" >'back\\slash.jsonl'",
                "printf '%s\\n' \"$LINE\" >'camel.jsonl.camelLock'",
                "printf '%s\\n' \"$LINE\" >'ñandú.jsonl'",
                "printf '%s\\n' \"$LINE\" >$(printf 'x%.0s' $(seq 1 240)).jsonl");
        boolean unicode = "UTF-8".equals(System.getProperty("sun.jnu.encoding"));
        int bad = unicode ? 4 : 5;

        await().untilAsserted(() -> assertThat(health())
                .contains(bad + " files or folders need attention")
                .containsPattern("latin[^;]*bytes that are not text in")
                .contains("backslash.jsonl stays where it is: its name has a backslash")
                .contains("camel.jsonl.camelLock stays where it is: its name ends in")
                .containsPattern("xxx.jsonl stays[^;]*cannot be moved[^;]*; its name has 246 bytes"));
        passTime(2);
        assertThat(log.warnings()).hasSize(bad);
        assertThat(log.lines("ñandú.jsonl ulid=").isEmpty()).isNotEqualTo(unicode);

        shell("rm -f latin* x*", "mv 'back\\slash.jsonl' straight.jsonl");
        await().until(() -> !log.lines("straight.jsonl ulid=").isEmpty());
    }

    @Test
    void a_file_that_cannot_be_moved_is_reported_once_and_read_when_it_can_be() throws Exception {
        Path work = queue.resolve(".work");
        Files.delete(work);
        Files.writeString(work, "in the way");
        Files.writeString(queue.resolve("order.jsonl"), LINE);

        await().untilAsserted(() ->
                assertThat(health()).contains("order.jsonl stays where it is: it cannot be moved to .work"));
        passTime(3);
        assertThat(log.lines("order.jsonl stays where it is")).hasSize(1);

        Files.delete(work);
        await().until(() -> log.lines("order.jsonl ulid=").stream().anyMatch(line -> line.contains("is finished")));
    }

    /** The route shows all files once more, so many times, and claims another queue's. */
    private void passTime(int polls) throws IOException {
        for (int poll = 0; poll < polls; poll++) {
            String name = "other" + poll + ".jsonl";
            Files.writeString(data.resolve("inbox/OTHER").resolve(name), LINE);
            await().until(() -> log.lines(name + " ulid=").stream().anyMatch(line -> line.contains("is finished")));
        }
    }

    /** What the health check says, without backslashes, of which Camel's JSON has several. */
    private String health() throws Exception {
        return RawHttp.send(pod.management, "GET /observe/health", List.of(), new byte[0])
                .body()
                .replace("\\", "");
    }

    private void shell(String... commands) throws IOException, InterruptedException {
        ProcessBuilder shell =
                new ProcessBuilder("sh", "-s").directory(queue.toFile()).inheritIO();
        shell.environment().put("LINE", LINE.strip());
        Path script = Files.write(data.resolve("script"), List.of(commands));
        assertThat(shell.redirectInput(script.toFile()).start().waitFor()).isZero();
    }
}
