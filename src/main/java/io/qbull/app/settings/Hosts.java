package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** What this machine knows about host names and ports. */
public final class Hosts {
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
     * Asks before anything is started. The HTTP servers ask again: between the two another program may take the port.
     *
     * @throws CliException if another program listens there
     */
    public static void checkFree(AppSettings.Address address, Setting host, Setting port) throws CliException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address.host(), address.port()));
        } catch (IOException e) {
            throw cannotListen(address, host, port, String.valueOf(e.getMessage()));
        }
    }

    /**
     * @param reason in brackets
     * @return names the port and the settings that choose another one
     */
    public static CliException cannotListen(AppSettings.Address address, Setting host, Setting port, String reason) {
        return new CliException(
                ExitCode.PORT_TAKEN,
                "Cannot listen at " + address.host() + " port " + address.port() + " (" + reason + "). Set "
                        + port.variable() + " to another port, or " + host.variable() + " to another host.");
    }
}
