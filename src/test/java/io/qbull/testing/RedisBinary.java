package io.qbull.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import redis.embedded.RedisServer;

/**
 * The server program for child processes: the path in {@code QBULL_TEST_REDIS_SERVER}, which serves to try other versions, else the
 * program in the embedded-redis library, unpacked once for each JVM.
 */
final class RedisBinary {
    private static final class Holder {
        private static final Path PATH = unpack();
    }

    private RedisBinary() {}

    static Path path() {
        return Holder.PATH;
    }

    private static Path unpack() {
        String given = System.getenv("QBULL_TEST_REDIS_SERVER");
        if (given != null && !given.isBlank()) {
            return Path.of(given);
        }
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        String name;
        if (os.contains("mac")) {
            name = arm ? "/redis-server-6.2.6-v5-darwin-arm64" : "/redis-server-6.2.6-v5-darwin-amd64";
        } else {
            name = arm ? "/redis-server-6.2.7-linux-arm64" : "/redis-server-6.2.6-v5-linux-amd64";
        }
        try (InputStream in = RedisServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no embedded Redis for " + os);
            }
            Path directory = TempDirs.create("qbull-redis-binary");
            Path file = directory.resolve("redis-server");
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            Process version = new ProcessBuilder(file.toString(), "--version")
                    .redirectErrorStream(true)
                    .start();
            String text = new String(version.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!version.waitFor(10, TimeUnit.SECONDS) || version.exitValue() != 0) {
                throw new IllegalStateException(
                        "the embedded Redis does not start here, set QBULL_TEST_REDIS instead: " + text);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
