package io.qbull.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Sends a request exactly as it is written here: clients of libraries repair and refuse what a test wants to send. */
public final class RawHttp {
    private RawHttp() {}

    /**
     * @param start the request line without {@code HTTP/1.1}; characters stand for bytes
     */
    public static Answer send(int port, String start, List<String> headers, byte[] body) {
        boolean named = headers.stream().anyMatch(header -> header.startsWith("Host:"));
        StringBuilder head = new StringBuilder(start)
                .append(" HTTP/1.1\r\n")
                .append(named ? "" : "Host: localhost\r\n")
                .append("Connection: close\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n");
        headers.forEach(header -> head.append(header).append("\r\n"));
        head.append("\r\n");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(30_000);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
            out.writeBytes(body);
            socket.getOutputStream().write(out.toByteArray());
            return answer(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Answer answer(InputStream in) throws IOException {
        String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        int end = all.indexOf("\r\n\r\n");
        String head = end < 0 ? all : all.substring(0, end);
        int status = head.length() < 12 ? 0 : Integer.parseInt(head.substring(9, 12));
        return new Answer(status, head, end < 0 ? "" : all.substring(end + 4));
    }

    /**
     * @param status 0 if there was no answer
     * @param head status line and headers
     * @param body as UTF-8
     */
    public record Answer(int status, String head, String body) {
        /** Empty if there is no such header. */
        String header(String name) {
            String wanted = name.toLowerCase(Locale.ROOT) + ":";
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(wanted))
                    .map(line -> line.substring(wanted.length()).strip())
                    .findFirst()
                    .orElse("");
        }
    }
}
