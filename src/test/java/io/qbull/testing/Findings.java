package io.qbull.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * What a test measured. It goes to a file, so that the output of a build stays short; it is printed too under the profile
 * {@code acceptance}, and when the test fails. Thread-safe.
 */
public final class Findings {
    private static final @Nullable String BUILD = System.getProperty("qbull.build.directory");
    private static final StringBuilder ofThisTest = new StringBuilder();

    private Findings() {}

    /**
     * @param text a line or more
     */
    public static synchronized void note(String text) {
        String line = text.endsWith("\n") ? text : text + System.lineSeparator();
        ofThisTest.append(line);
        if (BUILD == null || Boolean.getBoolean("qbull.acceptance")) {
            System.out.print(line);
        }
        if (BUILD != null) {
            Path folder = Path.of(BUILD, "test-logs");
            Path file = folder.resolve("findings-" + System.getProperty("qbull.fork") + ".txt");
            try {
                Files.createDirectories(folder);
                Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    static synchronized void begin() {
        ofThisTest.setLength(0);
    }

    static synchronized String ofThisTest() {
        return ofThisTest.toString();
    }
}
