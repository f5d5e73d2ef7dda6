package io.qbull.app.bench;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.EmbeddedRedis;
import io.qbull.app.redis.RedisFailure;
import io.qbull.app.redis.StoreAccess;
import io.qbull.config.RedisSettings;
import io.qbull.store.StoreException;
import io.qbull.store.redis.RedisStore;
import io.qbull.store.redis.raw.RawClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The Redis of a run: a fresh one in a temporary folder, or a given one, of which only queues of the benchmark are used. */
final class BenchRedis implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final String uri;
    private final RawClient raw;
    private final @Nullable EmbeddedRedis own;
    private final @Nullable Path folder;

    private BenchRedis(String uri, RawClient raw, @Nullable EmbeddedRedis own, @Nullable Path folder) {
        this.uri = uri;
        this.raw = raw;
        this.own = own;
        this.folder = folder;
    }

    /**
     * Opens it. Blocks.
     *
     * @param given URI of a running server; null for a fresh one
     * @throws CliException if it cannot be used
     */
    static BenchRedis open(@Nullable String given) throws CliException {
        return given == null ? fresh() : given(given);
    }

    private static BenchRedis fresh() throws CliException {
        Path folder = null;
        try {
            folder = Files.createTempDirectory("qbull-bench");
            EmbeddedRedis own = EmbeddedRedis.join(folder, () -> false);
            return new BenchRedis(own.uri(), RawClient.open(own.uri()), own, folder);
        } catch (IOException | RedisFailure e) {
            if (folder != null) {
                delete(folder);
            }
            throw new CliException(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
    }

    private static BenchRedis given(String uri) throws CliException {
        try {
            RawClient raw = RawClient.open(uri);
            try {
                check(uri, raw);
                return new BenchRedis(uri, raw, null, null);
            } catch (CliException | RuntimeException e) {
                raw.close();
                throw e;
            }
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, "--redis is wrong: " + e.getMessage(), e);
        } catch (StoreException e) {
            throw StoreAccess.cliException(e);
        }
    }

    private static void check(String uri, RawClient raw) throws CliException {
        if ("cluster".equals(raw.info("server").get("redis_mode"))) {
            throw new IllegalArgumentException("the benchmark runs on one server, not on a cluster");
        }
        try (RedisStore store = RedisStore.open(new RedisSettings(uri, TIMEOUT))) {
            StoreAccess.await(store.check());
        }
        if (raw.exists(Scene.PREFIX)) {
            throw new CliException(
                    ExitCode.USAGE,
                    "Redis has keys of queues that begin with " + Scene.PREFIX
                            + ": another benchmark runs there, or was killed; remove them first");
        }
    }

    String uri() {
        return uri;
    }

    RawClient raw() {
        return raw;
    }

    /** Removes what the benchmark has left; a server of its own stops. Blocks. */
    @Override
    public void close() {
        if (own == null) {
            raw.remove(Scene.PREFIX);
        }
        raw.close();
        if (own != null) {
            own.close();
        }
        if (folder != null) {
            delete(folder);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
