package io.qbull.app.redis;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends PING and CONFIG GET to a server on this machine. Written by hand because the client of {@code store.redis} reconnects, retries and
 * needs threads of its own, all of which hurts while a server starts or stops.
 */
final class AdminSocket implements AutoCloseable {
    private static final int LONGEST = 1 << 20;
    private final Socket socket;
    private final InputStream in;

    private AdminSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * @param port on 127.0.0.1
     * @param timeout for the connection and for each reply
     * @throws IOException if nothing listens there
     */
    static AdminSocket open(int port, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) timeout.toMillis());
            socket.setSoTimeout((int) timeout.toMillis());
            return new AdminSocket(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * @param words a command
     * @return its reply, flattened
     * @throws ErrorReply if the server answers with an error
     * @throws IOException if it does not answer, or does not speak Redis
     */
    List<String> call(String... words) throws IOException {
        StringBuilder request = new StringBuilder("*").append(words.length).append("\r\n");
        for (String word : words) {
            int length = word.getBytes(StandardCharsets.UTF_8).length;
            request.append('$').append(length).append("\r\n").append(word).append("\r\n");
        }
        socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
        List<String> reply = new ArrayList<>();
        read(reply);
        return reply;
    }

    private void read(List<String> reply) throws IOException {
        String line = line();
        if (line.isEmpty()) {
            throw new ProtocolException("an empty line is not a Redis reply");
        }
        String rest = line.substring(1);
        switch (line.charAt(0)) {
            case '+', ':' -> reply.add(rest);
            case '-' -> throw new ErrorReply(rest);
            case '$' -> reply.add(bulk(number(rest)));
            case '*' -> {
                int items = number(rest);
                for (int i = 0; i < items; i++) {
                    read(reply);
                }
            }
            default -> throw new ProtocolException("not a Redis reply");
        }
    }

    private String bulk(int length) throws IOException {
        byte[] bytes = in.readNBytes(length + 2);
        if (bytes.length < length + 2) {
            throw new EOFException("connection closed");
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("connection closed");
            }
            if (line.length() > LONGEST) {
                throw new ProtocolException("not a Redis reply");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    private static int number(String text) throws ProtocolException {
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= LONGEST) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number out of range is.
        }
        throw new ProtocolException("not a Redis reply");
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** An error that the server answers. */
    static final class ErrorReply extends IOException {
        private static final long serialVersionUID = 1L;

        ErrorReply(String message) {
            super(message);
        }
    }
}
