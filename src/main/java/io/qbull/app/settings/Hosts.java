package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Asks this machine about host names and ports. */
public final class Hosts {
    private Hosts() {}

    static boolean exists(String host) {
        try {
            return InetAddress.getAllByName(host).length > 0;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Whether every address of the host is of this machine alone. */
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
     * Checks an address before anything is started. The HTTP servers check it again, since another program may take the port meanwhile.
     *
     * @param address to listen at
     * @param host the setting of its host
     * @param port the setting of its port
     * @throws CliException if the address is taken
     */
    public static void checkFree(AppSettings.Address address, Setting host, Setting port) throws CliException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(address.host(), address.port()));
        } catch (IOException e) {
            throw cannotListen(address, host, port, String.valueOf(e.getMessage()));
        }
    }

    /**
     * @param address to listen at
     * @param host the setting of its host
     * @param port the setting of its port
     * @param reason for the brackets of the message
     * @return an exception that names the address and the settings to change
     */
    public static CliException cannotListen(AppSettings.Address address, Setting host, Setting port, String reason) {
        return new CliException(
                ExitCode.PORT_TAKEN,
                "Cannot listen at " + address.host() + " port " + address.port() + " (" + reason + "). Set "
                        + port.variable() + " to another port, or " + host.variable() + " to another host.");
    }
}
