package io.qbull.docs;

import io.qbull.app.Main;
import io.qbull.testing.RuntimeClassPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs the commands of a page as a reader would, at the top of a repository with what {@code ./qbull up} needs. {@code ./qbull} is
 * the program of this build; {@code curl} fails for an error and finds the ports of the test's pod in place of the documented ones.
 * Commands that take long, or need the network, are recorded instead of run: {@code up}, {@code add}, {@code bench}, Maven and others.
 */
final class Shell {
    private static final String RECORD = """
            #!/bin/sh
            record=$(mktemp "$DOCS_HOME/records/XXXXXX")
            { printf '%s\\0' "$(basename "$0")" "$@"; printf '\\0'; env -0; } >"$record.open"
            mv "$record.open" "$record"
            """;
    private static final String QBULL = """
            #!/bin/sh
            if [ -z "$DOCS_POD" ]; then
                case $1 in up|add|bench) exec "$DOCS_HOME/bin/qbull" "$@" ;; esac
            fi
            exec "$DOCS_JAVA" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.net.preferIPv4Stack=true \\
                -Dqbull.home="$DOCS_HOME" -cp "$DOCS_CLASS_PATH" %s "$@"
            """.formatted(Main.class.getName());
    private static final String CURL = """
            #!/bin/bash
            args=()
            for arg in "$@"; do
                arg=${arg/localhost:8080/127.0.0.1:$QBULL_HTTP_PORT}
                args+=("${arg/localhost:9876/127.0.0.1:$QBULL_MANAGEMENT_PORT}")
            done
            PATH=${PATH#*:} exec curl -fsS "${args[@]}"
            """;

    private final Path home;
    private final Map<String, String> environment = new LinkedHashMap<>();

    /**
     * @param home an empty folder
     * @param settings variables of the pod and of all commands
     */
    Shell(Path home, Map<String, String> settings) throws IOException {
        this.home = home;
        environment.putAll(settings);
        environment.put("DOCS_HOME", home.toString());
        environment.put("DOCS_POD", "");
        environment.put("DOCS_CLASS_PATH", RuntimeClassPath.get());
        environment.put(
                "DOCS_JAVA",
                Path.of(System.getProperty("java.home"), "bin", "java").toString());
        environment.put("PATH", home.resolve("bin") + ":" + System.getenv("PATH"));
        for (String folder : List.of("bin", "records", "config", "target")) {
            Files.createDirectories(home.resolve(folder));
        }
        Files.copy(Path.of("config/logback.xml"), home.resolve("config/logback.xml"));
        Files.writeString(home.resolve("target/classpath"), "libraries");
        for (String tool : List.of("qbull", "mvn", "java", "camel", "python3")) {
            script(home.resolve("bin").resolve(tool), RECORD);
        }
        script(home.resolve("bin/curl"), CURL);
        script(home.resolve("qbull"), QBULL);
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + file + " executable");
        }
    }

    /**
     * @param code of its end
     * @param output both streams
     */
    record Result(int code, String output) {}

    /**
     * @param arguments the tool first
     * @param environment in which it was called
     */
    record Recorded(List<String> arguments, Map<String, String> environment) {}

    /** Starts {@code ./qbull up} for real, with its output in {@code pod.log}. */
    Process startPod() throws IOException {
        ProcessBuilder builder = builder("./qbull", "up");
        builder.environment().put("DOCS_POD", "yes");
        return builder.redirectOutput(home.resolve("pod.log").toFile()).start();
    }

    /** Runs a block of commands to its end; the first that fails ends it. */
    Result run(String commands) throws IOException {
        Process process = builder("bash", "-euo", "pipefail", "-c", commands).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            return new Result(process.waitFor(), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.PIPE);
        builder.environment().keySet().removeIf(name -> name.startsWith("QBULL_") || name.startsWith("CAMEL_"));
        builder.environment().putAll(environment);
        return builder;
    }

    /** What was recorded since the last call. */
    List<Recorded> recorded() throws IOException {
        List<Recorded> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(home.resolve("records"))) {
            for (Path file : files.sorted().toList()) {
                all.add(parse(Files.readString(file)));
                Files.delete(file);
            }
        }
        return all;
    }

    private static Recorded parse(String text) {
        String[] parts = text.split("\0\0", 2);
        Map<String, String> variables = Arrays.stream(parts[1].split("\0", -1))
                .filter(variable -> variable.contains("="))
                .map(variable -> variable.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
        return new Recorded(List.of(parts[0].split("\0", -1)), variables);
    }

    /** What the pod has printed. */
    String podLog() {
        try {
            return Files.readString(home.resolve("pod.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
