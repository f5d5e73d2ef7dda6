package io.qbull.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free TCP ports on the loopback interface. Each test JVM takes them from a range of its own, below the ports that the system assigns to
 * outgoing connections, so that no other process takes a port before the test binds it.
 */
public final class Ports {
    private static final int FIRST = 10_000;
    private static final int RANGE = 2_000;
    private static final int RANGES = 11;
    private static final int BASE = FIRST + Math.floorMod(Integer.getInteger("qbull.fork", 0), RANGES) * RANGE;
    private static final AtomicInteger NEXT =
            new AtomicInteger((int) (ProcessHandle.current().pid() % RANGE));

    private Ports() {}

    /**
     * @return a port that no process uses now
     * @throws IllegalStateException if all ports of the range are in use
     */
    public static int free() {
        for (int tries = 0; tries < RANGE; tries++) {
            int port = BASE + Math.floorMod(NEXT.getAndIncrement(), RANGE);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // In use: the next one.
            }
        }
        throw new IllegalStateException("no free port from " + BASE + " to " + (BASE + RANGE - 1));
    }
}
