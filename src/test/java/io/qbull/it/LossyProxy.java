package io.qbull.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a server and loses replies on purpose: while it is armed, some replies are swallowed and their connection is cut,
 * after the command went through. The seed is fixed.
 */
final class LossyProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int target;
    private final Random random = new Random(7);
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile int oneIn;

    /**
     * @param target port of the server on this machine
     */
    LossyProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start("accept", this::accept);
    }

    String uri() {
        return "redis://127.0.0.1:" + listener.getLocalPort();
    }

    /**
     * @param replies one in so many chunks of replies is lost; 0 = none
     */
    void lose(int replies) {
        oneIn = replies;
    }

    int cuts() {
        return cuts.get();
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            open.add(client);
            open.add(server);
            start("requests", () -> pump(client, server, false));
            start("replies", () -> pump(server, client, true));
        }
    }

    private void pump(Socket from, Socket to, boolean replies) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (replies && lost()) {
                    cuts.incrementAndGet();
                    return;
                }
                out.write(buffer, 0, n);
            }
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private synchronized boolean lost() {
        return oneIn > 0 && random.nextInt(oneIn) == 0;
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // A cut connection ends both of its threads, a closed listener the one that accepts.
                        Thread.currentThread().interrupt();
                    }
                },
                "proxy-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
