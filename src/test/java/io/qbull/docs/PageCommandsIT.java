package io.qbull.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.app.RouteFiles;
import io.qbull.model.KeyHash;
import io.qbull.model.QueueName;
import io.qbull.testing.Patience;
import io.qbull.testing.Ports;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Runs every command of every page against one pod, or checks it where it cannot run, and compares the answers that a page shows. */
class PageCommandsIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final String ROUTES = """
            - route:
                id: orders
                from:
                  uri: qbull:ORDERS
                  parameters:
                    backoff: 1h
                    maxBackoff: 1h
                    buryOn: java.lang.IllegalArgumentException
                  steps:
                    - choice:
                        when:
                          - simple: ${bodyAs(String)} == 'timeout'
                            steps:
                              - throwException:
                                  exceptionType: java.lang.IllegalArgumentException
                                  message: timeout
                        otherwise:
                          steps:
                            - throwException:
                                exceptionType: java.lang.IllegalStateException
                                message: try again
            """;

    @TempDir
    Path home;

    @Test
    void every_command_of_every_page_works() throws Exception {
        Files.createDirectories(home.resolve("routes"));
        try (Stream<Path> shipped = Files.list(Path.of("routes"))) {
            for (Path route : shipped.filter(Files::isRegularFile).toList()) {
                Files.copy(route, home.resolve(route.toString()));
            }
        }
        RouteFiles.copyIngest(home);
        Files.writeString(home.resolve("routes/orders.camel.yaml"), ROUTES);
        Shell shell = new Shell(
                home,
                Map.of(
                        "REDIS_URL", REDIS.server().uri(),
                        "QBULL_HTTP_PORT", Integer.toString(Ports.free()),
                        "QBULL_MANAGEMENT_PORT", Integer.toString(Ports.free()),
                        "QBULL_QUEUES", "WHATSAPP,ORDERS,MESSAGES",
                        "QBULL_COALESCE", "true"));
        Process pod = shell.startPod();
        try {
            await().until(() -> shell.podLog().contains("QBull ready") || !pod.isAlive());
            assertThat(pod.isAlive()).as(shell.podLog()).isTrue();
            prepare(shell);
            runAll(shell);
        } finally {
            pod.destroy();
            assertThat(pod.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        }
    }

    /** The jobs and files that the pages speak of. */
    private static void prepare(Shell shell) throws IOException {
        String jobs = "curl -X POST 'localhost:8080/queues/ORDERS/jobs?key=573205104418' ";
        assertThat(shell.run(jobs + "-H 'Idempotency-Key: order-7' -d timeout").code())
                .isZero();
        awaitText(shell, "curl localhost:9876/api/queues/ORDERS/dead", "order-7");
        assertThat(shell.run(jobs + "-d again").code()).isZero();
        awaitText(shell, "curl localhost:9876/api/queues/ORDERS/held", "try again");
        Waiting.get(REDIS.store().layouts().createIfAbsent(new QueueName("RETURNS"), 1, KeyHash.XXH64));
        Page.all().stream()
                .flatMap(page -> page.blocks("sh"))
                .flatMap(block -> Pattern.compile("files forget (\\w+) (\\w+)")
                        .matcher(block.text())
                        .results())
                .forEach(file -> REDIS.server()
                        .connect()
                        .call(
                                "HSET",
                                "{" + file.group(1) + "}:sources",
                                file.group(2),
                                "{\"version\":1,\"file\":\"gone.jsonl\",\"pod\":\"other\",\"inbox\":\"/elsewhere\"}"));
    }

    private static void awaitText(Shell shell, String command, String text) {
        await().until(() -> shell.run(command).output().contains(text));
    }

    private static void runAll(Shell shell) throws IOException {
        SoftAssertions softly = new SoftAssertions();
        List<Page.Block> run = new ArrayList<>();
        for (Page page : Page.all()) {
            List<Page.Block> blocks = page.blocks();
            for (int i = 0; i < blocks.size(); i++) {
                Page.Block block = blocks.get(i);
                if (block.language().equals("sh")) {
                    run.add(block);
                    Shell.Result result = shell.run(block.text());
                    softly.assertThat(result.code())
                            .as(block + "\n" + block.text() + result.output())
                            .isZero();
                    Page.Block next = blocks.get(Math.min(i + 1, blocks.size() - 1));
                    if (next.language().equals("json")) {
                        softly.assertThat(result.output()).as(next.toString()).matches(expected(next));
                    }
                    softly.check(() -> check(shell.recorded(), block.toString()));
                }
            }
        }
        softly.assertAll();
        assertThat(run).hasSizeGreaterThan(30);
    }

    /** A page writes an ellipsis for what differs each time. */
    private static Pattern expected(Page.Block block) {
        String pattern = Stream.of(block.text().strip().split("…", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining(".*"));
        Matcher whole = Pattern.compile("(?s)\\s*" + pattern + "\\s*").matcher("");
        return whole.pattern();
    }

    private static void check(List<Shell.Recorded> recorded, String place) {
        for (Shell.Recorded command : recorded) {
            if (command.arguments().equals(List.of("qbull", "up"))) {
                KnownTools.checkUp(command.environment(), place);
            } else {
                KnownTools.check(command.arguments(), place);
            }
        }
    }
}
