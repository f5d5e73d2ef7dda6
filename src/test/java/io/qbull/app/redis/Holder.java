package io.qbull.app.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that joins the embedded Redis of a folder, and leaves it when it is told. File locks belong to processes. */
final class Holder implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final String uri;

    private Holder(Process process, BufferedReader out, String uri) {
        this.process = process;
        this.out = out;
        this.uri = uri;
    }

    /** Begins to start one; {@link #await} completes it. */
    static Process launch(Path folder) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static Holder await(Process process) throws IOException {
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("joined ")) {
                return new Holder(process, out, line.substring("joined ".length()));
            }
        }
        throw new IOException("it did not join");
    }

    static Holder start(Path folder) throws IOException {
        return await(launch(folder));
    }

    String uri() {
        return uri;
    }

    int port() {
        return Integer.parseInt(uri.substring(uri.lastIndexOf(':') + 1));
    }

    /** Lets it leave and waits for its end. */
    @Override
    public void close() throws IOException {
        if (!process.isAlive()) {
            return;
        }
        process.getOutputStream().close();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            // Until the end of its output, which is its end.
        }
        end();
    }

    void kill() {
        process.destroyForcibly();
        end();
    }

    private void end() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * @param args the folder
     */
    public static void main(String... args) throws IOException, RedisFailure {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (EmbeddedRedis redis = EmbeddedRedis.join(Path.of(args[0]), () -> false)) {
            out.println("joined " + redis.uri());
            while (System.in.read() >= 0) {
                // Until somebody closes our standard input.
            }
        }
    }
}
