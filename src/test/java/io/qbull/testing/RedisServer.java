package io.qbull.testing;

import io.qbull.config.RedisSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.testcontainers.containers.GenericContainer;

/**
 * A real Redis for tests. {@link #shared()} is one server for the whole JVM: the one in {@code QBULL_TEST_REDIS} if that is set (a
 * {@code redis://host:port} without password, whose data the tests delete), else a container if Docker answers, else the embedded
 * program as a child process. {@link #start} always starts a child process for the caller, which may kill it. The class prints which
 * kind it uses.
 */
public final class RedisServer implements AutoCloseable {
    private static final String IMAGE = "redis:7.4-alpine";
    private static final int DEFAULT_PORT = 6379;
    private static @Nullable RedisServer shared;

    private final String host;
    private final int port;
    private final @Nullable RedisProcess process;

    private RedisServer(String host, int port, @Nullable RedisProcess process) {
        this.host = host;
        this.port = port;
        this.process = process;
    }

    /**
     * @return the server of this JVM, which must not be stopped
     */
    public static synchronized RedisServer shared() {
        if (shared == null) {
            shared = choose();
        }
        return shared;
    }

    /**
     * @param config settings as on the server's command line, such as {@code "--maxmemory", "10mb"}; no password
     * @return a running server that belongs to the caller
     */
    public static RedisServer start(String... config) {
        RedisProcess process = new RedisProcess(Ports.free(), List.of(config));
        process.start();
        return new RedisServer("127.0.0.1", process.port(), process);
    }

    /**
     * @return where it listens
     */
    public int port() {
        return port;
    }

    /**
     * @return its address
     */
    public String uri() {
        return "redis://" + host + ":" + port;
    }

    /**
     * @return settings with a command timeout of a second
     */
    public RedisSettings settings() {
        return new RedisSettings(uri(), Duration.ofSeconds(1));
    }

    /**
     * @return a connection of the test's own, which it closes
     */
    public Resp connect() {
        return new Resp(host, port);
    }

    /**
     * @return whether it can be killed and paused
     */
    public boolean owned() {
        return process != null;
    }

    /** Like {@code kill -9}. */
    public void kill() {
        own().kill();
    }

    /** Starts it again, on the same port and with its data, killed before or not; returns when it answers. */
    public void restart() {
        own().kill();
        own().start();
    }

    /** Freezes it with SIGSTOP. */
    public void pause() {
        own().pause();
    }

    /** Resumes it after {@link #pause}. */
    public void resume() {
        own().resume();
    }

    /** Resets it for the next test: running, empty, with default settings. */
    public void reset() {
        if (process != null) {
            resumeOrStart();
        }
        try (Resp resp = connect()) {
            resp.call("CONFIG", "SET", "maxmemory", "0");
            resp.call("CONFIG", "SET", "maxmemory-policy", "noeviction");
            resp.call("FLUSHALL");
            resp.call("ACL", "LOG", "RESET");
        }
    }

    /** Makes it answer again, whatever a test did to it. */
    void resumeOrStart() {
        if (own().running()) {
            own().resume();
        } else {
            own().start();
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.close();
        }
    }

    private RedisProcess own() {
        if (process == null) {
            throw new IllegalStateException("this server is not a child process of the test");
        }
        return process;
    }

    private static RedisServer choose() {
        String given = System.getenv("QBULL_TEST_REDIS");
        RedisServer chosen;
        String kind;
        if (given != null && !given.isBlank()) {
            URI uri = URI.create(given);
            chosen = new RedisServer(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), null);
            kind = "QBULL_TEST_REDIS";
        } else if (dockerAnswers()) {
            chosen = container();
            kind = "container " + IMAGE;
        } else {
            chosen = start();
            kind = "child process of " + RedisBinary.path().getFileName();
        }
        try (Resp resp = chosen.connect()) {
            String version = resp.text("INFO", "server")
                    .lines()
                    .filter(line -> line.startsWith("redis_version:"))
                    .findFirst()
                    .orElse("unknown version");
            System.out.println("Redis for tests: " + kind + ", " + version + ", port " + chosen.port());
        }
        return chosen;
    }

    private static boolean dockerAnswers() {
        if (System.getenv("DOCKER_HOST") == null && !Files.exists(Path.of("/var/run/docker.sock"))) {
            return false;
        }
        try {
            Process info = new ProcessBuilder("docker", "info")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return info.waitFor(10, TimeUnit.SECONDS) && info.exitValue() == 0;
        } catch (java.io.IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @SuppressWarnings("resource") // Lives as long as the JVM; Testcontainers removes it.
    private static RedisServer container() {
        GenericContainer<?> container = new GenericContainer<>(IMAGE)
                .withExposedPorts(DEFAULT_PORT)
                .withCommand("redis-server", "--appendonly", "yes");
        container.start();
        return new RedisServer(container.getHost(), container.getMappedPort(DEFAULT_PORT), null);
    }
}
