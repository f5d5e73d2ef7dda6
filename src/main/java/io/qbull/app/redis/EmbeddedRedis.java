package io.qbull.app.redis;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod's share in the Redis server of a data folder. Every pod locks {@code users.lock} in shared mode; a pod that gets the lock
 * exclusively is alone. Pods look for, start and stop the server under {@code start.lock}, so that no pod joins a server that is about
 * to stop. The operating system releases both locks of a killed pod. A server that dies is started again by one of its pods.
 */
public final class EmbeddedRedis implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRedis.class);
    private static final Duration TO_LISTEN = Duration.ofSeconds(15);
    private static final Duration TO_STOP = Duration.ofSeconds(30);
    private final ServerFolder folder;
    private final FileChannel users;
    private final int port;
    private final ServerGuard guard;

    private EmbeddedRedis(ServerFolder folder, FileChannel users, int port, ServerGuard guard) {
        this.folder = folder;
        this.users = users;
        this.port = port;
        this.guard = guard;
    }

    /**
     * Joins the server of a folder, and starts it if none runs. Blocks until the server answers.
     *
     * @param path the folder; created if it does not exist
     * @param stopAsked whether to give up waiting; checked repeatedly
     * @return the share; close it when this process no longer uses the server
     * @throws RedisFailure if there is no server, or a stop was asked for; a server that was started meanwhile is stopped then
     */
    public static EmbeddedRedis join(Path path, BooleanSupplier stopAsked) throws RedisFailure {
        return join(path, stopAsked, TO_LISTEN);
    }

    static EmbeddedRedis join(Path path, BooleanSupplier stopAsked, Duration toListen) throws RedisFailure {
        try {
            Files.createDirectories(path);
            ServerFolder folder = new ServerFolder(path);
            try (FileChannel start = folder.lockFile("start.lock")) {
                while (start.tryLock() == null) {
                    ServerStart.pause(stopAsked);
                }
                return joinLocked(folder, new ServerStart(folder, stopAsked, toListen), toListen);
            }
        } catch (IOException e) {
            throw new RedisFailure(
                    "The embedded Redis cannot use " + path + " (" + e + "). Set QBULL_DATA or REDIS_URL.", e);
        }
    }

    private static EmbeddedRedis joinLocked(ServerFolder folder, ServerStart start, Duration toListen)
            throws IOException, RedisFailure {
        FileChannel users = folder.lockFile("users.lock");
        try {
            users.lock(0, Long.MAX_VALUE, true);
            int port = start.attachOrStart();
            return new EmbeddedRedis(folder, users, port, ServerGuard.start(folder, port, toListen));
        } catch (IOException | RedisFailure | RuntimeException e) {
            users.close();
            if (start.started()) {
                abandon(folder, e);
            }
            throw e;
        }
    }

    /** Stops the server, which no pod would stop later. */
    private static void abandon(ServerFolder folder, Exception why) {
        try {
            if (alone(folder)) {
                ServerStop.abandon(folder, TO_STOP);
            }
        } catch (IOException e) {
            why.addSuppressed(e);
            LOG.warn("the embedded Redis was left running: {}", e.toString());
        }
    }

    /**
     * @param path a data folder
     * @return the URI of the server that runs there now; does not start or join one
     * @throws IOException if the folder cannot be read
     */
    public static Optional<String> find(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return Optional.empty();
        }
        ServerFolder folder = new ServerFolder(path);
        Optional<Integer> port = folder.rememberedPort();
        if (port.isEmpty()) {
            return Optional.empty();
        }
        ServerFolder.State state = folder.stateAt(port.get());
        boolean ours = state == ServerFolder.State.OURS
                || (state == ServerFolder.State.LOADING && folder.livingPid().isPresent());
        return ours ? port.map(EmbeddedRedis::uri) : Optional.empty();
    }

    /**
     * @return where the server listens
     */
    public String uri() {
        return uri(port);
    }

    /** Leaves the server. The last pod to leave stops it when its data is on disk. Blocks. */
    @Override
    public void close() {
        guard.close();
        try (FileChannel start = folder.lockFile("start.lock")) {
            start.lock();
            users.close();
            if (alone(folder)) {
                ServerStop.stop(folder, port, TO_STOP);
            }
        } catch (IOException e) {
            LOG.warn("the embedded Redis at port {} was left running: {}", port, e.toString());
        }
    }

    /** Whether no other pod uses the server; none can join while this pod has {@code start.lock}. */
    private static boolean alone(ServerFolder folder) throws IOException {
        try (FileChannel channel = folder.lockFile("users.lock")) {
            FileLock last = channel.tryLock();
            return last != null;
        }
    }

    private static String uri(int port) {
        return "redis://127.0.0.1:" + port;
    }
}
