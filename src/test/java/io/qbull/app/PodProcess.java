package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.Patience;
import io.qbull.testing.Ports;
import io.qbull.testing.RuntimeClassPath;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The real program as a process: {@code qbull up} on ports of its own. */
public final class PodProcess implements AutoCloseable {
    private static final String CLASS_PATH = RuntimeClassPath.get();

    private final Process process;
    private final Path output;
    private final int http;
    private final int management;

    private PodProcess(Process process, Path output, int http, int management) {
        this.process = process;
        this.output = output;
        this.http = http;
        this.management = management;
    }

    /** Makes a home with how the program logs, and with the ingest routes and some of the others as they are shipped. */
    public static void furnish(Path home, String... consumers) throws IOException {
        Files.createDirectories(home.resolve("config"));
        Files.createDirectories(home.resolve("routes"));
        Files.copy(Path.of("config/logback.xml"), home.resolve("config/logback.xml"));
        RouteFiles.copyIngest(home);
        for (String name : consumers) {
            Path file = RouteFiles.of(name);
            Files.copy(file, home.resolve(file));
        }
    }

    /**
     * @param home has {@code config} and {@code routes}, and may have {@code ext}
     * @param settings environment variables
     * @param options of the JVM; they win over ours, which let it start soon
     */
    public static PodProcess launch(Path home, Map<String, String> settings, String... options) throws IOException {
        return launch(home, Files.createTempFile(home, "pod", ".log"), settings, options);
    }

    /**
     * @param output where it writes to
     */
    static PodProcess launch(Path home, Path output, Map<String, String> settings, String... options)
            throws IOException {
        int http = Ports.free();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= 24) {
            // As the launcher does.
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-Djava.net.preferIPv4Stack=true",
                "-Dqbull.home=" + home,
                "-cp",
                CLASS_PATH + File.pathSeparator + home.resolve("ext") + "/*",
                Main.class.getName(),
                "up"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("QBULL_") || name.startsWith("CAMEL_"));
        List.of("REDIS_URL", "PARTITIONS", "PARTITIONS_PER_POD").forEach(environment::remove);
        environment.put("QBULL_HTTP_PORT", Integer.toString(http));
        environment.put("QBULL_MANAGEMENT_PORT", Integer.toString(Ports.free()));
        environment.putAll(settings);
        return new PodProcess(
                builder.start(),
                output,
                Integer.parseInt(environment.get("QBULL_HTTP_PORT")),
                Integer.parseInt(environment.get("QBULL_MANAGEMENT_PORT")));
    }

    /** The port for jobs. */
    public int http() {
        return http;
    }

    /** The port for operators. */
    public int management() {
        return management;
    }

    /** Waits for its ready line. */
    public PodProcess awaitReady() {
        awaitSaid("QBull ready");
        return this;
    }

    public void awaitSaid(String text) {
        await().until(() -> {
            if (!said().contains(text) && !process.isAlive()) {
                throw new IllegalStateException("it ended without saying '" + text + "':\n" + said());
            }
            return said().contains(text);
        });
    }

    /** All that it has printed. */
    public String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends many jobs to a queue, a line each. */
    void sendAll(String queue, String lines) {
        RawHttp.Answer answer = RawHttp.send(
                http,
                "POST /queues/" + queue + "/jobs",
                List.of("Content-Type: application/x-ndjson"),
                lines.getBytes(StandardCharsets.UTF_8));
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    }

    /** Sends a job. */
    void send(String key) {
        RawHttp.Answer answer = RawHttp.send(
                http, "POST /queues/WHATSAPP/jobs?key=" + key, List.of(), "x".getBytes(StandardCharsets.UTF_8));
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    }

    /** As {@code kill}. */
    public void signal() {
        process.destroy();
    }

    /** As Ctrl-C. */
    void interrupt() throws IOException {
        assertThat(deliver("-INT")).isZero();
    }

    /** Makes it stand still until {@link #thaw}, unless it has ended: connections stay open, nothing is done. */
    public void freeze() throws IOException {
        assertThat(deliver("-STOP") == 0 || !process.isAlive()).isTrue();
    }

    /** Makes it go on after {@link #freeze}, unless it has ended. */
    public void thaw() throws IOException {
        assertThat(deliver("-CONT") == 0 || !process.isAlive()).isTrue();
    }

    private int deliver(String signal) throws IOException {
        try {
            return new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** As {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        exitCode();
    }

    public boolean running() {
        return process.isAlive();
    }

    /** Waits for its end. */
    public int exitCode() {
        try {
            if (!process.waitFor(Patience.LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("it does not end:\n" + said());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
