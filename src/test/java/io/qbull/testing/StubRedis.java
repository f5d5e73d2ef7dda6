package io.qbull.testing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of a cluster that stores nothing and replies what the test tells it to, for replies that a real server cannot be made to give
 * at a certain time. Thread-safe.
 */
public final class StubRedis implements AutoCloseable {
    private final ServerSocket listening;
    private volatile String runId;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String answer = "+OK";
    private volatile String version = "7.0.0";
    private volatile int owner;
    private volatile boolean loading;

    /**
     * @param runId run id of its process
     */
    public StubRedis(String runId) {
        this.runId = runId;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        owner = listening.getLocalPort();
        daemon(this::accept);
    }

    /**
     * @return where it listens, on this machine
     */
    public int port() {
        return listening.getLocalPort();
    }

    /**
     * @param other run id that it tells on connections from now on, as if another process were behind the same address
     */
    public void runId(String other) {
        runId = other;
    }

    /**
     * @param other version that it tells on connections from now on
     */
    public void version(String other) {
        version = other;
    }

    /**
     * @param line of the protocol, with which it answers commands on keys from now on
     */
    public void answer(String line) {
        answer = line;
    }

    /**
     * @param loads whether it says from now on that it is loading its data
     */
    public void loading(boolean loads) {
        loading = loads;
    }

    /**
     * @param port port of the server that serves all slots according to this one; its own by default
     */
    public void owner(int port) {
        owner = port;
    }

    /**
     * @param command a name
     * @return how often it was asked for
     */
    public long asked(String command) {
        return asked.stream().filter(command::equals).count();
    }

    @Override
    public void close() {
        try {
            listening.close();
            for (Socket connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket connection = listening.accept();
                connections.add(connection);
                daemon(() -> serve(connection));
            } catch (IOException e) {
                // The test closed it.
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = new BufferedInputStream(connection.getInputStream());
            for (List<String> command = read(in); !command.isEmpty(); command = read(in)) {
                connection.getOutputStream().write((reply(command) + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // The client or the test closed the connection.
            connections.remove(connection);
        }
    }

    private String reply(List<String> command) {
        String name = command.get(0).toUpperCase(Locale.ROOT);
        asked.add(name);
        return switch (name) {
            case "INFO" ->
                bulk("redis_version:" + version + "\r\nredis_mode:cluster\r\nrun_id:" + runId + "\r\nloading:"
                        + (loading ? 1 : 0) + "\r\nmaxmemory_policy:noeviction\r\n");
            case "CLUSTER" -> "*1\r\n*3\r\n:0\r\n:16383\r\n*2\r\n" + bulk("127.0.0.1") + "\r\n:" + owner;
            case "CLIENT", "PING" -> "+OK";
            default -> answer;
        };
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text;
    }

    /** A command as clients send it; empty at the end of the connection. */
    private static List<String> read(InputStream in) throws IOException {
        String head = line(in);
        List<String> command = new ArrayList<>();
        for (int left = head.isEmpty() ? 0 : Integer.parseInt(head.substring(1)); left > 0; left--) {
            int length = Integer.parseInt(line(in).substring(1));
            command.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
            in.skipNBytes(2);
        }
        return command;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "stub-redis");
        thread.setDaemon(true);
        thread.start();
    }
}
