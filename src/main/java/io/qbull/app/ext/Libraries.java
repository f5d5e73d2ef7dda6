package io.qbull.app.ext;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The jars that the application runs on, {@code lib/*.jar}.
 *
 * @param all of them
 */
public record Libraries(List<Artifact> all) {
    /** The build writes it. */
    private static final String LIST = "libraries.txt";

    /** Copies the list. */
    public Libraries {
        all = List.copyOf(all);
    }

    /**
     * @return the libraries that the build wrote down
     */
    public static Libraries ofThisBuild() {
        try (InputStream list = Libraries.class.getResourceAsStream(LIST)) {
            if (list == null) {
                throw new IllegalStateException(LIST + " is missing from the build");
            }
            return new Libraries(new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))
                    .lines()
                    .map(Artifact::listed)
                    .flatMap(Optional::stream)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @return the version of Camel among them
     */
    public String camelVersion() {
        return all.stream()
                .filter(library -> library.name().equals("camel-api"))
                .map(Artifact::version)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the application has no Camel"));
    }
}
