package io.qbull.app.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops the server of a folder. Used under {@code start.lock} and an exclusive {@code users.lock}. Sends a signal, which also reaches a
 * server that is busy or is loading its data; a suspended server stops when it resumes.
 */
final class ServerStop {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStop.class);

    private ServerStop() {}

    /**
     * Stops the server, which syncs its append-only file before it ends.
     *
     * @param port of the server
     * @param timeout of the stop
     * @throws IOException if the server is still running then
     */
    static void stop(ServerFolder folder, int port, Duration timeout) throws IOException {
        Optional<Long> pid = folder.livingPid();
        if (pid.isEmpty()) {
            if (folder.stateAt(port) == ServerFolder.State.OURS) {
                throw new IOException(folder.pidFile() + " does not name it");
            }
            LOG.warn("the embedded Redis had already stopped");
            return;
        }
        ProcessHandle.of(pid.get()).ifPresent(ProcessHandle::destroy);
        long deadline = System.nanoTime() + timeout.toNanos();
        // The server removes its pid file last, after the sync.
        while (Files.exists(folder.pidFile()) && folder.livingPid().isPresent()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("pid " + pid.get() + " did not stop within " + timeout.toMillis()
                        + " ms; it has got the signal and stops when it can");
            }
            ServerStart.pause();
        }
        LOG.info("stopped the embedded Redis");
    }

    /**
     * Stops the server that a failed start has left, with or without a pid file.
     *
     * @param timeout of the stop
     * @throws IOException if the server is still running then
     */
    static void abandon(ServerFolder folder, Duration timeout) throws IOException {
        folder.processes().forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + timeout.toNanos();
        for (List<ProcessHandle> left = folder.processes(); !left.isEmpty(); left = folder.processes()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("pid " + left.get(0).pid() + " did not stop within " + timeout.toMillis()
                        + " ms; it has got the signal and stops when it can");
            }
            ServerStart.pause();
        }
    }
}
