package io.qbull.testing;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server as a child process that can be killed, frozen and restarted with its data. */
final class RedisProcess implements AutoCloseable {
    private final List<String> command = new ArrayList<>();
    private final Path directory = TempDirs.create("qbull-redis");
    private final int port;
    private @Nullable Process process;
    private @Nullable Thread hook;

    /**
     * @param port where it listens
     * @param config settings as on its command line, such as {@code --cluster-enabled yes}
     */
    RedisProcess(int port, List<String> config) {
        this(port);
        command.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--protected-mode", "no"));
        command.addAll(List.of("--dir", directory.toString(), "--save", "", "--appendonly", "yes"));
        // Where Redis syncs by itself it may answer before it writes, while the disk is busy.
        command.addAll(List.of("--appendfsync", "no"));
        command.addAll(PodRights.serverOptions(config.contains("--cluster-enabled")));
        command.addAll(config);
    }

    private RedisProcess(int port) {
        this.port = port;
        command.add(RedisBinary.path().toString());
    }

    /** A sentinel with a configuration file, which it rewrites. */
    static RedisProcess sentinel(int port, Path file) {
        RedisProcess sentinel = new RedisProcess(port);
        sentinel.command.addAll(List.of(file.toString(), "--sentinel", "--port", Integer.toString(port)));
        sentinel.command.addAll(List.of("--bind", "127.0.0.1"));
        return sentinel;
    }

    int port() {
        return port;
    }

    boolean running() {
        return process != null && process.isAlive();
    }

    void start() {
        await("port " + port).until(this::portFree);
        File log = directory.resolve("log").toFile();
        try {
            Process started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .start();
            process = started;
            Thread ending = new Thread(started::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(ending);
            hook = ending;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        await("Redis on port " + port).pollInterval(Duration.ofMillis(10)).until(this::answers);
    }

    /** Like {@code kill -9}. What the server has answered is in its file. */
    void kill() {
        Process running = process;
        if (running == null) {
            return;
        }
        running.destroyForcibly();
        try {
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Redis did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        process = null;
        if (hook != null) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }

    /** Freezes it: connections stay open, nothing is answered. */
    void pause() {
        signal("-STOP");
    }

    /** Resumes it after {@link #pause}. */
    void resume() {
        signal("-CONT");
    }

    @Override
    public void close() {
        kill();
        TempDirs.delete(directory);
    }

    private void signal(String signal) {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("Redis does not run");
        }
        try {
            int exit = new ProcessBuilder("kill", signal, Long.toString(running.pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill " + signal + ": " + exit);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean portFree() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (BindException e) {
            return false;
        }
    }

    private boolean answers() {
        if (!running()) {
            throw new IllegalStateException("Redis ended at once, see " + directory.resolve("log"));
        }
        try (Resp resp = new Resp(port)) {
            return resp.text("PING").equals("PONG");
        } catch (UncheckedIOException | Resp.ErrorReply e) {
            return false;
        }
    }
}
