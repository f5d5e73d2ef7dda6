package io.qbull.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy in front of a server that injects faults. It passes everything on until a fault is set. Faults affect open and new
 * connections. Thread-safe.
 */
public final class FaultyProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private volatile boolean blackhole;
    private volatile boolean refusing;
    private volatile Duration delay = Duration.ZERO;
    private volatile @Nullable Cut cut;

    /** Cuts a connection after it has passed on a certain command. */
    private record Cut(String command, CountDownLatch done) {}

    /** A command whose connection returns nothing any more. */
    private volatile @Nullable String stalling;

    /**
     * @param target port of the server on this machine
     */
    public FaultyProxy(int target) {
        this.target = target;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon("proxy-accept", this::accept);
    }

    /**
     * @return address of the proxy
     */
    public String uri() {
        return "redis://127.0.0.1:" + listening.getLocalPort();
    }

    /**
     * Loses one reply: the next connection on which {@code text} is sent passes it to the server, returns nothing and closes.
     *
     * @param text part of a command, in ASCII, sent in one piece
     * @return counted down once the server has received everything and the client has lost its connection
     */
    public CountDownLatch loseReplyTo(String text) {
        CountDownLatch done = new CountDownLatch(1);
        cut = new Cut(text, done);
        return done;
    }

    /**
     * Stalls one connection, the next on which {@code text} is sent: it stays open and passes on no replies.
     *
     * @param text part of a command, in ASCII, sent in one piece
     */
    public void stall(String text) {
        stalling = text;
    }

    /**
     * @param on whether bytes vanish in both directions while connections stay open
     */
    public void blackhole(boolean on) {
        blackhole = on;
    }

    /**
     * @param on whether new connections are closed at once
     */
    public void refuse(boolean on) {
        refusing = on;
    }

    /**
     * @param pause pause before each piece of a reply is passed on
     */
    public void delay(Duration pause) {
        delay = pause;
    }

    /** Closes all connections. */
    public void cutAll() {
        connections.forEach(Connection::close);
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cutAll();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (refusing) {
                    client.close();
                } else {
                    relay(client);
                }
            } catch (IOException e) {
                if (!listening.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void relay(Socket client) throws IOException {
        try {
            Connection connection = new Connection(client, new Socket(InetAddress.getLoopbackAddress(), target));
            connections.add(connection);
            daemon("proxy-up", connection::up);
            daemon("proxy-down", connection::down);
        } catch (ConnectException e) {
            // The server is unreachable, so the proxy closes the connection too.
            client.close();
        }
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private final class Connection {
        private final Socket client;
        private final Socket server;
        private final CountDownLatch answered = new CountDownLatch(1);
        private volatile boolean mute;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        /** Client to server. */
        void up() {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = client.getInputStream();
                OutputStream out = server.getOutputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    Cut wanted = cut;
                    boolean hit = wanted != null && contains(buffer, count, wanted.command);
                    if (hit) {
                        mute = true;
                        cut = null;
                    }
                    String stalled = stalling;
                    if (stalled != null && contains(buffer, count, stalled)) {
                        mute = true;
                        stalling = null;
                    }
                    if (!blackhole) {
                        out.write(buffer, 0, count);
                        out.flush();
                    }
                    if (hit && wanted != null) {
                        drain();
                        close();
                        wanted.done.countDown();
                        return;
                    }
                }
            } catch (IOException e) {
                // One side closed the connection, so the other is closed too.
                close();
            }
            close();
        }

        /** Server to client. */
        void down() {
            byte[] buffer = new byte[1 << 16];
            try {
                InputStream in = server.getInputStream();
                OutputStream out = client.getOutputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    if (!delay.isZero()) {
                        new CountDownLatch(1).await(delay.toMillis(), TimeUnit.MILLISECONDS);
                    }
                    if (mute) {
                        answered.countDown();
                    } else if (!blackhole) {
                        out.write(buffer, 0, count);
                        out.flush();
                    }
                }
            } catch (IOException e) {
                // One side closed the connection, so the other is closed too.
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            close();
        }

        /** Waits for the reply, which shows that the server has carried out the command. */
        private void drain() {
            try {
                if (!answered.await(5, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the server did not answer the command whose reply is to be lost");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void close() {
            connections.remove(this);
            try {
                client.close();
                server.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static boolean contains(byte[] buffer, int count, String wanted) {
        return new String(buffer, 0, count, StandardCharsets.ISO_8859_1).contains(wanted);
    }
}
