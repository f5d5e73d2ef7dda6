package io.qbull.app.redis;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/**
 * Unpacks the server from the library that contains it. Uses only the table and the resources of the library: its provider deletes the
 * file when the JVM ends, although another pod may be about to start it, and its {@code start()} would stop the server before the pods
 * have drained.
 */
final class ServerBinary {
    private ServerBinary() {}

    /**
     * @param folder for the program; one process at a time may call this
     * @return the program, executable
     * @throws IOException if the folder cannot be written
     * @throws RedisFailure if there is no server for this machine
     */
    static Path unpack(Path folder) throws IOException, RedisFailure {
        String resource = resource();
        Path program = folder.resolve(resource.substring(resource.lastIndexOf('/') + 1));
        if (Files.isExecutable(program)) {
            return program;
        }
        Files.createDirectories(folder);
        Path fresh = program.resolveSibling("unpacking");
        try (InputStream in = ExecutableProvider.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new RedisFailure(
                        "The embedded Redis " + resource + " is missing from the class path. Set REDIS_URL.");
            }
            Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
        }
        if (!fresh.toFile().setExecutable(true)) {
            throw new RedisFailure("The embedded Redis in " + folder + " cannot be made executable. Set REDIS_URL.");
        }
        Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
        return program;
    }

    private static String resource() throws RedisFailure {
        try {
            String name = ExecutableProvider.newProvidedVersionsMap().get(OsArchitecture.detectOSandArchitecture());
            if (name != null && !name.toLowerCase(Locale.ROOT).endsWith(".exe")) {
                return name.startsWith("/") ? name : "/" + name;
            }
        } catch (RuntimeException e) {
            throw new RedisFailure(none(), e);
        }
        throw new RedisFailure(none());
    }

    private static String none() {
        return "There is no embedded Redis for " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
                + ". Set REDIS_URL to a Redis 6.2 or newer.";
    }
}
