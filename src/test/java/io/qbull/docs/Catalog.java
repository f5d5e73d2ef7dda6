package io.qbull.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.component.QbullComponent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What the build has generated about the component, for tools. */
final class Catalog {
    private Catalog() {}

    /**
     * @param part {@code properties}, {@code componentProperties} or {@code headers}
     * @return what it says, by name
     */
    static Map<String, JsonNode> options(String part) {
        try (InputStream json = Objects.requireNonNull(
                QbullComponent.class.getResourceAsStream("/META-INF/io/qbull/component/qbull.json"))) {
            Map<String, JsonNode> options = new LinkedHashMap<>();
            new ObjectMapper()
                    .readTree(json)
                    .get(part)
                    .properties()
                    .forEach(option -> options.put(option.getKey(), option.getValue()));
            return options;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
