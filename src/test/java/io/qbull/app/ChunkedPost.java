package io.qbull.app;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/** A POST whose body comes in pieces, without a length. */
final class ChunkedPost implements AutoCloseable {
    private final Socket socket;

    /**
     * @param headers beside those that every request has
     */
    ChunkedPost(int port, String target, String... headers) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(30_000);
        write("POST " + target
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
                + String.join(
                        "", Stream.of(headers).map(header -> header + "\r\n").toList()) + "\r\n");
    }

    void send(byte[] chunk) throws IOException {
        write(Integer.toHexString(chunk.length) + "\r\n");
        socket.getOutputStream().write(chunk);
        write("\r\n");
    }

    /** What is written to it is sent at once, a chunk each time. */
    OutputStream body() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                send(Arrays.copyOfRange(bytes, from, from + length));
            }
        };
    }

    void end() throws IOException {
        write("0\r\n\r\n");
    }

    RawHttp.Answer answer() throws IOException {
        return RawHttp.answer(socket.getInputStream());
    }

    private void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
