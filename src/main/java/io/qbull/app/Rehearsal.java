package io.qbull.app;

import io.qbull.app.exit.CliException;
import io.qbull.app.pod.Pod;
import io.qbull.app.settings.SettingsReader;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Starts a pod, gives it a job, and ends. The launcher runs this once after a build with {@code -XX:ArchiveClassesAtExit}: the JVM writes
 * down the classes that it has loaded by then, and later starts need neither parse nor check them again.
 *
 * <p>It has an embedded Redis, free ports, and the routes of {@code src/rehearsal}: those of the user may do anything.
 */
public final class Rehearsal {
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);
    private static final String LOCALHOST = "127.0.0.1";

    private Rehearsal() {}

    /**
     * @param args the folder with the routes, and one for the data, which is not removed
     * @throws CliException if the pod cannot start
     * @throws IOException if there are no free ports
     */
    public static void main(String... args) throws CliException, IOException {
        Path home = Path.of(args[0]).toAbsolutePath();
        int http;
        int management;
        try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            http = one.getLocalPort();
            management = other.getLocalPort();
        }
        Map<String, String> environment = Map.of(
                "QBULL_DATA",
                args[1],
                "QBULL_QUEUES",
                "REHEARSAL",
                "QBULL_HTTP_PORT",
                String.valueOf(http),
                "QBULL_MANAGEMENT_PORT",
                String.valueOf(management));
        SettingsReader reader = new SettingsReader(environment, Map.of(), home);
        Pod pod = new Pod(reader.read(), reader.camel());
        Thread user = new Thread(() -> use(http, management), "rehearsal");
        user.setDaemon(true);
        user.start();
        System.exit(pod.run().number());
    }

    /** Ends the process as a signal does, in any case: nobody waits for it for ever. */
    private static void use(int http, int management) {
        try {
            long deadline = System.nanoTime() + LONGEST.toNanos();
            while (System.nanoTime() < deadline && !ready(management)) {
                Thread.sleep(LOOK_EVERY.toMillis());
            }
            post(http);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.err.println("the rehearsal could not add a job: " + e);
        } finally {
            System.exit(0);
        }
    }

    private static boolean ready(int port) {
        try {
            return connect(port, "/observe/health/ready").getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            // Nobody listens yet.
            return false;
        }
    }

    private static void post(int port) throws IOException {
        HttpURLConnection request = connect(port, "/queues/REHEARSAL/jobs?key=a");
        request.setDoOutput(true);
        request.getOutputStream().write("a job".getBytes(StandardCharsets.UTF_8));
        int code = request.getResponseCode();
        if (code != HttpURLConnection.HTTP_ACCEPTED) {
            throw new IOException("status " + code);
        }
    }

    private static HttpURLConnection connect(int port, String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) new URL("http", LOCALHOST, port, path).openConnection();
        connection.setConnectTimeout((int) LONGEST.toMillis());
        connection.setReadTimeout((int) LONGEST.toMillis());
        return connection;
    }
}
