package io.qbull.app;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Where the routes lie that the app brings. */
public final class RouteFiles {
    private static final String INGEST = "routes/ingest";

    private RouteFiles() {}

    /** Gives a home the ingest routes as they are shipped. */
    public static void copyIngest(Path home) throws IOException {
        Files.createDirectories(home.resolve(INGEST));
        try (DirectoryStream<Path> shipped = Files.newDirectoryStream(Path.of(INGEST))) {
            for (Path file : shipped) {
                Files.copy(file, home.resolve(file));
            }
        }
    }

    /** The file of a name, or all that match a pattern: those of the ingest routes are in a folder of their own. */
    static Path of(String name) {
        return Path.of(name.startsWith("ingest-") ? INGEST : "routes").resolve(name);
    }

    /** How Camel finds files whose names are separated by commas. */
    static String pattern(String names) {
        return Arrays.stream(names.split(",")).map(name -> "file:" + of(name)).collect(Collectors.joining(","));
    }
}
