package io.qbull.app.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the running server of a folder, or starts one. Used under {@code start.lock} only. */
final class ServerStart {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStart.class);
    private static final Duration TO_LOAD = Duration.ofMinutes(10);
    private static final int PORTS_TO_TRY = 5;
    private final ServerFolder folder;
    private final BooleanSupplier stopAsked;
    private final Duration toListen;
    private boolean started;

    /**
     * @param folder of the server
     * @param stopAsked whether to give up; checked repeatedly while this waits
     * @param toListen how long a server may take until it listens
     */
    ServerStart(ServerFolder folder, BooleanSupplier stopAsked, Duration toListen) {
        this.folder = folder;
        this.stopAsked = stopAsked;
        this.toListen = toListen;
    }

    /** Whether this started a server, which may be alive even if waiting for it failed. */
    boolean started() {
        return started;
    }

    /**
     * @return the port of a server that answers and has the data of this folder
     */
    int attachOrStart() throws IOException, RedisFailure {
        Optional<Integer> running = running();
        if (running.isPresent()) {
            LOG.info("joined the embedded Redis at port {}", running.get());
            return running.get();
        }
        Path program = ServerBinary.unpack(folder.programs());
        for (int i = 0; i < PORTS_TO_TRY; i++) {
            int port = folder.freePort();
            // Written before the server starts: a pod that finds its pid must find its port too.
            folder.rememberPort(port);
            if (start(program, port)) {
                LOG.info("started the embedded Redis at port {}, data in {}", port, folder.path());
                return port;
            }
        }
        throw new RedisFailure("The embedded Redis found no free port on 127.0.0.1. Set REDIS_URL.");
    }

    /**
     * Starts a server that has died.
     *
     * @param port where its pods look for it
     * @throws RedisFailure if it does not start there
     */
    void startAt(int port) throws IOException, RedisFailure {
        if (!start(ServerBinary.unpack(folder.programs()), port)) {
            throw new RedisFailure("Another program has taken its port " + port + ". End it, or restart all pods.");
        }
        LOG.info("started the embedded Redis again at port {}, data in {}", port, folder.path());
    }

    /**
     * Finds a living server. Two servers would destroy the append-only file, so no other is started while the old one lives, even if it
     * does not answer.
     */
    private Optional<Integer> running() throws IOException, RedisFailure {
        Optional<Integer> remembered = folder.rememberedPort();
        boolean listening = remembered.isPresent() && awaitOurs(remembered.get(), Duration.ZERO);
        if (listening) {
            return remembered;
        }
        Optional<Long> pid = folder.livingPid();
        if (pid.isEmpty()) {
            return Optional.empty();
        }
        if (remembered.isPresent() && awaitOurs(remembered.get(), toListen)) {
            return remembered;
        }
        if (folder.livingPid().isEmpty()) {
            return Optional.empty();
        }
        throw new RedisFailure("The embedded Redis (pid " + pid.get() + ") is running but does not answer; see "
                + folder.log() + ". End that process, or set REDIS_URL.");
    }

    private boolean start(Path program, int port) throws IOException, RedisFailure {
        AppendOnlyFile.removeUnfinished(folder.appendOnlyFile(), program);
        long logged = folder.logLength();
        started = true;
        Process launcher = new ProcessBuilder(command(program, port))
                .directory(folder.path().toFile())
                .redirectErrorStream(true)
                .start();
        launcher.getOutputStream().close();
        String said = new String(launcher.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (exitCode(launcher) != 0) {
            throw new RedisFailure("The embedded Redis cannot run on this machine (" + firstLine(said)
                    + "). Set REDIS_URL to a Redis 6.2 or newer.");
        }
        return awaitStart(port, logged);
    }

    /** False if another program has taken the port. */
    private boolean awaitStart(int port, long logged) throws IOException, RedisFailure {
        long deadline = System.nanoTime() + toListen.toNanos();
        while (System.nanoTime() < deadline) {
            if (awaitOurs(port, Duration.ZERO)) {
                return true;
            }
            String log = folder.logSince(logged);
            if (log.contains("Address already in use")) {
                return false;
            }
            if (log.contains("Bad file format") || log.contains("Fatal error")) {
                break;
            }
            pause(stopAsked);
        }
        throw new RedisFailure("The embedded Redis does not start: " + lastLine(folder.logSince(logged))
                + " (all of it in " + folder.log() + ")");
    }

    /** Waits ten minutes for a server that is loading its data, and {@code timeout} for one that does not answer. */
    private boolean awaitOurs(int port, Duration timeout) throws IOException, RedisFailure {
        long start = System.nanoTime();
        while (true) {
            ServerFolder.State state = folder.stateAt(port);
            if (state == ServerFolder.State.OURS) {
                return true;
            }
            boolean loading =
                    state == ServerFolder.State.LOADING && folder.livingPid().isPresent();
            if (System.nanoTime() - start >= (loading ? TO_LOAD : timeout).toNanos()) {
                return false;
            }
            pause(stopAsked);
        }
    }

    private List<String> command(Path program, int port) {
        return List.of(
                program.toString(),
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--daemonize",
                "yes",
                "--dir",
                folder.path().toString(),
                "--pidfile",
                folder.pidFile().toString(),
                "--logfile",
                folder.log().toString(),
                "--appendonly",
                "yes",
                "--appendfsync",
                "everysec",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction");
    }

    private static int exitCode(Process process) throws IOException, RedisFailure {
        try {
            if (process.waitFor(10, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        throw new RedisFailure("The embedded Redis did not go to the background. Set REDIS_URL.");
    }

    /** Pauses between two looks; throws once a stop was asked for. */
    static void pause(BooleanSupplier stopAsked) throws RedisFailure {
        if (stopAsked.getAsBoolean()) {
            throw new RedisFailure("A stop was asked for before the embedded Redis answered.");
        }
        pause();
    }

    static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("no message");
    }

    private static String lastLine(String text) {
        return text.lines().reduce((first, second) -> second).orElse("no message");
    }
}
