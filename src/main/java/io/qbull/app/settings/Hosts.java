package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Asks this machine about host names and ports. */
public final class Hosts {
    private static final Pattern LOOPBACK = Pattern.compile("(.+\\.)?localhost|127(\\.[0-9]{1,3}){3}|(0:){7}1");

    private Hosts() {}

    /**
     * @param host a name or an address; an IPv6 address with or without brackets
     * @return the form in which equal hosts are equal: lower case, without brackets and a final dot, IPv6 in its one full form
     */
    public static String canonical(String host) {
        String name = host.toLowerCase(Locale.ROOT).replaceAll("^\\[|]$|\\.$", "");
        if (!name.contains(":")) {
            return name;
        }
        try {
            // A text with a colon is an address or wrong: no name server is asked.
            return InetAddress.getByName(name).getHostAddress();
        } catch (UnknownHostException e) {
            return name;
        }
    }

    /**
     * @param host canonical
     * @return whether browsers connect to their own machine for this host, whatever name servers say
     */
    public static boolean isNameOfLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    /**
     * @return the name and the addresses of this machine, canonical
     */
    public static Set<String> ofThisMachine() {
        Set<String> hosts = new HashSet<>();
        hosts.add(canonical(name()));
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(address -> canonical(address.getHostAddress().replaceAll("%.*", "")))
                    .forEach(hosts::add);
        } catch (SocketException e) {
            // Its name and the names of the loopback address remain.
        }
        return hosts;
    }

    /** The host name; {@code pod} if it does not resolve. */
    static String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "pod";
        }
    }

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
