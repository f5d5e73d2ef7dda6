package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** Reads {@code config/application.properties}. */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * @param home the top of the repository
     * @return its properties; empty if it does not exist
     * @throws CliException if it cannot be read
     */
    public static Map<String, String> read(Path home) throws CliException {
        Path path = home.resolve("config").resolve("application.properties");
        Properties properties = new Properties();
        if (Files.exists(path)) {
            try (Reader reader = Files.newBufferedReader(path)) {
                properties.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new CliException(ExitCode.USAGE, path + " cannot be read: " + e.getMessage(), e);
            }
        }
        Map<String, String> content = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> content.put(name, properties.getProperty(name)));
        return Map.copyOf(content);
    }
}
