package io.qbull.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** What this machine knows about host names and ports. */
final class Hosts {
    private Hosts() {}

    static boolean exists(String host) {
        try {
            return InetAddress.getAllByName(host).length > 0;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Whether every address of that name stays on this machine. */
    static boolean isLoopback(String host) {
        try {
            for (InetAddress address : InetAddress.getAllByName(host)) {
                if (!address.isLoopbackAddress()) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /**
     * Camel only logs a warning when it cannot listen, and fails later with a message about something else.
     *
     * @throws Refusal if another program listens there
     */
    static void checkFree(AppSettings.Address address, Setting host, Setting port) throws Refusal {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address.host(), address.port()));
        } catch (IOException e) {
            throw new Refusal(
                    ExitCode.PORT_TAKEN,
                    "Cannot listen at " + address.host() + " port " + address.port() + " (" + e.getMessage() + "). Set "
                            + port.variable() + " to another port, or " + host.variable() + " to another host.",
                    e);
        }
    }
}
