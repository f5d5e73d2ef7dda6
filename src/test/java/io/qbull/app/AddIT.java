package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.exit.ExitCode;
import io.qbull.app.ext.Libraries;
import io.qbull.testing.RedisExtension;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code qbull add} with the real Maven and its repositories, and a pod that uses what came. */
@Timeout(240)
public class AddIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path top;

    private Path home;

    @BeforeEach
    void prepare() throws IOException {
        home = top.resolve("with blank");
        PodProcess.furnish(home);
        Files.copy(Path.of("pom.xml"), home.resolve("pom.xml"));
    }

    @Test
    void a_component_that_is_not_there_can_be_added_and_used() throws IOException {
        assertThat(add("csv")).as(err.toString()).isZero();

        String camel = Libraries.ofThisBuild().camelVersion();
        assertThat(out.toString().lines())
                .contains("added to ext: camel-csv-" + camel + ".jar", "there already: camel-support-" + camel + ".jar")
                .anyMatch(line -> line.startsWith("added to ext: commons-csv-"))
                .noneMatch(line -> line.startsWith("added to ext: camel-support") || line.contains("ext: slf4j"));
        Files.writeString(home.resolve("routes/csv.camel.yaml"), """
                - route:
                    from:
                      uri: timer:once?repeatCount=1&delay=0
                      steps:
                        - setBody:
                            constant: "a;b"
                        - unmarshal:
                            csv:
                              delimiter: ";"
                        - log: "cells: ${body[0][1]} ${body[0][0]}"
                """);
        try (PodProcess pod =
                PodProcess.launch(home, Map.of("REDIS_URL", REDIS.server().uri()))) {
            pod.awaitSaid("cells: b a");
            pod.signal();
            assertThat(pod.exitCode()).isZero();
        }
    }

    @Test
    void what_does_not_exist_is_refused_in_one_line() {
        assertThat(add("no-such-component")).isEqualTo(ExitCode.FAILED.number());

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .isEqualTo("qbull: Nothing was added: Maven finds no org.apache.camel:camel-no-such-component:"
                        + Libraries.ofThisBuild().camelVersion());
        assertThat(home.resolve("ext")).doesNotExist();
    }

    private int add(String what) {
        CommandLine line = Main.commandLine(home);
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute("add", what);
    }
}
