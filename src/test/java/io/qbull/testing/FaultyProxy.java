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
 * A TCP relay in front of a server that does harm on purpose. Whatever is sent passes until a fault is set; all faults act
 * on connections that exist and on new ones. Thread-safe.
 */
public final class FaultyProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private volatile boolean blackhole;
    private volatile boolean refusing;
    private volatile Duration delay = Duration.ZERO;
    private volatile @Nullable Cut cut;

    /** A connection that is to be cut after a certain command was passed on. */
    private record Cut(String command, CountDownLatch done) {}

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
     * The next connection on which {@code text} is sent to the server loses the reply: what was sent is passed on, nothing comes
     * back, and the connection ends. Once.
     *
     * @param text part of a command, in ASCII, sent in one piece
     * @return counted down when the server has received it all and the client has lost its connection
     */
    public CountDownLatch loseReplyTo(String text) {
        CountDownLatch done = new CountDownLatch(1);
        cut = new Cut(text, done);
        return done;
    }

    /**
     * @param on whether bytes vanish in both directions while connections stay
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
     * @param pause before each piece of a reply is passed on
     */
    public void delay(Duration pause) {
        delay = pause;
    }

    /** Ends all connections. */
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
            // The server is away, and so are we.
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
                // One side ended the connection, so the other ends too.
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
                // One side ended the connection, so the other ends too.
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            close();
        }

        /** Waits until the server has carried the command out, which its reply shows. */
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
