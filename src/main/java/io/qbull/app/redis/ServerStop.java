package io.qbull.app.redis;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops the server of a folder. Used under {@code start.lock} and with {@code users.lock} held exclusively. */
final class ServerStop {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStop.class);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private ServerStop() {}

    /** Everything is in the append-only file, which the server syncs on its way out: a snapshot would only cost time. */
    static void stop(ServerFolder folder, int port) throws IOException {
        if (folder.stateAt(port) != ServerFolder.State.OURS) {
            LOG.warn("embedded Redis at port {} was gone already", port);
            return;
        }
        try (AdminSocket socket = AdminSocket.open(port, PATIENCE)) {
            socket.call("SHUTDOWN", "NOSAVE");
        } catch (AdminSocket.ErrorReply e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("embedded Redis closed the connection, as it does when it stops", e);
        }
        // The server removes its pid file last, after the sync.
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (Files.exists(folder.pidFile()) && folder.livingPid().isPresent()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("it did not stop within " + PATIENCE.toSeconds() + " s");
            }
            ServerStart.pause();
        }
        LOG.info("stopped the embedded Redis");
    }
}
