package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The locale that the launcher gives the JVM, which decides which file names it can open. The JVM here is a script that tells it. */
class LauncherLocaleTest {
    private static final String JAVA = """
            #!/bin/sh
            case "$*" in
                *XshowSettings*) echo '    java.runtime.version = 17.0.15+6' ;;
                *) printf '%s %s' "$(locale charmap)" "${LC_ALL:-}" ;;
            esac
            """;

    @TempDir
    private Path top;

    @Test
    void a_pod_without_a_locale_gets_one_with_utf_8() throws Exception {
        assertThat(charmapAndOverride(Map.of())).isEqualTo("UTF-8 C.UTF-8");
        assertThat(charmapAndOverride(Map.of("LC_ALL", "C"))).isEqualTo("UTF-8 C.UTF-8");
        assertThat(charmapAndOverride(Map.of("LANG", "POSIX"))).isEqualTo("UTF-8 C.UTF-8");
    }

    @Test
    void a_locale_with_utf_8_is_kept() throws Exception {
        assertThat(charmapAndOverride(Map.of("LANG", "C.UTF-8"))).isEqualTo("UTF-8");
    }

    /** A machine need not have such a locale. */
    @Test
    void a_locale_with_another_encoding_is_kept() throws Exception {
        Path bin = Files.createDirectories(top.resolve("bin"));
        script(bin.resolve("locale"), """
                #!/bin/sh
                echo ISO-8859-1
                """);
        assertThat(charmapAndOverride(Map.of("PATH", bin + ":" + System.getenv("PATH"))))
                .isEqualTo("ISO-8859-1");
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** What the JVM gets: the encoding of its locale, and what the launcher chose for it if it did. */
    private String charmapAndOverride(Map<String, String> locale) throws Exception {
        script(Files.createDirectories(top.resolve("jdk/bin")).resolve("java"), JAVA);
        Path launcher = top.resolve("qbull");
        Files.write(launcher, Files.readAllBytes(Path.of("qbull")));
        Path pom = Files.writeString(top.resolve("pom.xml"), "<project/>");
        Files.setLastModifiedTime(pom, FileTime.from(Instant.EPOCH));
        Path source = Files.createDirectories(top.resolve("src"));
        Files.setLastModifiedTime(source, FileTime.from(Instant.EPOCH));
        Path build = top.resolve(".qbull/build-20260101-000000-1");
        Files.createDirectories(build.resolve("lib"));
        Files.createDirectories(build.resolve("users"));
        Files.writeString(build.resolve("started"), "");
        Files.writeString(top.resolve(".qbull/current"), "build-20260101-000000-1\n");

        ProcessBuilder run =
                new ProcessBuilder("sh", launcher.toString(), "version").redirectError(ProcessBuilder.Redirect.INHERIT);
        run.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        run.environment().putAll(locale);
        run.environment().put("JAVA_HOME", top.resolve("jdk").toString());
        Process process = run.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor()).isZero();
        return out;
    }
}
