package io.qbull.app.redis;

import io.qbull.runtime.LogLimit;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the server of a folder again when it has died under running pods. Each pod has a guard; of those that notice the death the one that
 * gets {@code start.lock} starts the server, at the port where all of them look for it. Looks each second, on a thread of its own.
 */
final class ServerGuard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerGuard.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private final ServerFolder folder;
    private final int port;
    private final Duration toListen;
    private final Thread thread = new Thread(this::run, "qbull-redis-guard");
    private final LogLimit lines = new LogLimit();
    private volatile boolean closed;

    private ServerGuard(ServerFolder folder, int port, Duration toListen) {
        this.folder = folder;
        this.port = port;
        this.toListen = toListen;
    }

    /**
     * @param folder of the server
     * @param port where it must listen
     * @param toListen how long a new server may take until it listens
     * @return a guard that works until it is closed
     */
    static ServerGuard start(ServerFolder folder, int port, Duration toListen) {
        ServerGuard guard = new ServerGuard(folder, port, toListen);
        guard.thread.setDaemon(true);
        guard.thread.start();
        return guard;
    }

    private void run() {
        Duration pause = LOOK;
        while (!closed) {
            try {
                Thread.sleep(pause.toMillis());
                boolean well = !died() || restart();
                pause = well ? LOOK : longer(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration doubled = pause.multipliedBy(2);
        return doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    /** A server whose pid file is lost, or that has not written it yet, is alive. */
    private boolean died() {
        try {
            return folder.livingPid().isEmpty() && folder.processes().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** False if the server does not start. */
    private boolean restart() {
        try (FileChannel start = folder.lockFile("start.lock");
                FileLock lock = start.tryLock()) {
            // Without the lock: another pod is starting or stopping it.
            if (lock != null && died()) {
                lines.log("died", more -> LOG.warn("the embedded Redis at port {} has died{}", port, more));
                new ServerStart(folder, () -> closed, toListen).startAt(port);
            }
            return true;
        } catch (IOException | RedisFailure | RuntimeException e) {
            failed(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void failed(String failure) {
        if (!closed) {
            lines.log(
                    "failed",
                    more -> LOG.error("the embedded Redis cannot be started again, retrying: {}{}", failure, more));
        }
    }

    /** Waits for a start that is under way. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
