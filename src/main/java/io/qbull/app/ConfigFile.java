package io.qbull.app;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * {@code config/application.properties}. Camel reads it too, for what it says about Camel.
 *
 * @param path whether it exists or not
 * @param properties its content; empty if it does not exist
 */
record ConfigFile(Path path, Map<String, String> properties) {
    static ConfigFile of(Path home) throws Refusal {
        Path path = home.resolve("config").resolve("application.properties");
        return new ConfigFile(path, Files.exists(path) ? read(path) : Map.of());
    }

    private static Map<String, String> read(Path path) throws Refusal {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, path + " cannot be read: " + e.getMessage(), e);
        }
        Map<String, String> content = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> content.put(name, properties.getProperty(name)));
        return Map.copyOf(content);
    }
}
