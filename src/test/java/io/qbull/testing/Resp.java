package io.qbull.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A blocking connection to a server that speaks the Redis protocol, so that a test can look at Redis without the code under test. Replies are {@code Long}, {@code String} (texts are decoded as ISO 8859-1, so that every byte survives), lists
 * of these, or null. Not thread-safe.
 */
public final class Resp implements AutoCloseable {
    /** How long a connection waits for an answer. */
    public static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Socket socket;
    private final InputStream in;

    /**
     * @param port of a server on this machine
     */
    public Resp(int port) {
        this("127.0.0.1", port);
    }

    /**
     * @param host of a server
     * @param port of a server
     */
    public Resp(String host, int port) {
        this(host, port, PATIENCE);
    }

    /**
     * @param host of a server
     * @param port of a server
     * @param patience how long it waits for an answer
     */
    public Resp(String host, int port, Duration patience) {
        try {
            socket = new Socket();
            socket.connect(new InetSocketAddress(host, port), 2000);
            socket.setSoTimeout((int) patience.toMillis());
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
            logIn();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Our own servers restrict the default user to the rights of a pod; another server does not know this user. */
    private void logIn() throws IOException {
        try {
            send("AUTH", PodRights.ADMIN, PodRights.ADMIN);
            read();
        } catch (ErrorReply e) {
            // The default user is not restricted there.
        }
    }

    /** The server answered with an error. */
    public static final class ErrorReply extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ErrorReply(String message) {
            super(message);
        }
    }

    /**
     * @param command name and arguments, as texts whose characters stand for bytes
     * @return the reply
     * @throws ErrorReply if the server answers with an error
     */
    public @Nullable Object call(String... command) {
        try {
            send(command);
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(String... command) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + command.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        for (String part : command) {
            byte[] bytes = part.getBytes(StandardCharsets.ISO_8859_1);
            out.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.writeBytes(bytes);
            out.writeBytes(new byte[] {'\r', '\n'});
        }
        socket.getOutputStream().write(out.toByteArray());
    }

    /**
     * @param command name and arguments
     * @return the reply, which is a text
     */
    public String text(String... command) {
        return String.valueOf(call(command));
    }

    /**
     * @param command name and arguments
     * @return the reply, which is a number
     */
    public long number(String... command) {
        Object reply = call(command);
        if (reply instanceof Long number) {
            return number;
        }
        throw new IllegalStateException("no number: " + reply);
    }

    /**
     * @param command name and arguments
     * @return the reply, which is an array
     */
    public List<?> list(String... command) {
        Object reply = call(command);
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new IllegalStateException("no array: " + reply);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private @Nullable Object read() throws IOException {
        int type = in.read();
        String line = line();
        return switch (type) {
            case '+' -> line;
            case '-' -> throw new ErrorReply(line);
            case ':' -> Long.parseLong(line);
            case '$' -> bulk(Integer.parseInt(line));
            case '*' -> array(Integer.parseInt(line));
            default -> throw new IOException("connection closed, or no reply: " + type + line);
        };
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        String text = new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        in.readNBytes(2);
        return text;
    }

    private @Nullable List<@Nullable Object> array(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        List<@Nullable Object> items = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            try {
                items.add(read());
            } catch (ErrorReply e) {
                items.add(e);
            }
        }
        return items;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\r'; next = in.read()) {
            line.append((char) next);
        }
        in.read();
        return line.toString();
    }
}
