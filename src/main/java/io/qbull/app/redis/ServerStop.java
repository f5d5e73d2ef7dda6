package io.qbull.app.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the server of a folder. Used under {@code start.lock} and with {@code users.lock} held exclusively. By a signal: it also
 * reaches a server that is busy or reads its data, and one that stands still obeys when it goes on.
 */
final class ServerStop {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStop.class);

    private ServerStop() {}

    /**
     * Everything is in the append-only file, which the server syncs on its way out.
     *
     * @param port where it was
     * @param patience to wait for its end
     * @throws IOException if it is still there then
     */
    static void stop(ServerFolder folder, int port, Duration patience) throws IOException {
        Optional<Long> pid = folder.livingPid();
        if (pid.isEmpty()) {
            if (folder.stateAt(port) == ServerFolder.State.OURS) {
                throw new IOException(folder.pidFile() + " does not name it");
            }
            LOG.warn("the embedded Redis was gone already");
            return;
        }
        ProcessHandle.of(pid.get()).ifPresent(ProcessHandle::destroy);
        long deadline = System.nanoTime() + patience.toNanos();
        // The server removes its pid file last, after the sync.
        while (Files.exists(folder.pidFile()) && folder.livingPid().isPresent()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("pid " + pid.get() + " did not stop within " + patience.toMillis()
                        + " ms; it has the signal and stops when it can");
            }
            ServerStart.pause();
        }
        LOG.info("stopped the embedded Redis");
    }

    /**
     * Stops what a start that failed has left, with or without a pid file.
     *
     * @param patience to wait for its end
     * @throws IOException if it is still there then
     */
    static void abandon(ServerFolder folder, Duration patience) throws IOException {
        folder.processes().forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + patience.toNanos();
        for (List<ProcessHandle> left = folder.processes(); !left.isEmpty(); left = folder.processes()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("pid " + left.get(0).pid() + " did not stop within " + patience.toMillis()
                        + " ms; it has the signal and stops when it can");
            }
            ServerStart.pause();
        }
    }
}
