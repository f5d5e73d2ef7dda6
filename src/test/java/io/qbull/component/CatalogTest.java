package io.qbull.component;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What tools read about the component stands in generated files that are checked in. */
class CatalogTest {
    private static InputStream resource(String name) {
        return Objects.requireNonNull(QbullComponent.class.getResourceAsStream(name), name);
    }

    private static JsonNode catalog() throws IOException {
        try (InputStream json = resource("/META-INF/io/qbull/component/qbull.json")) {
            return new ObjectMapper().readTree(json);
        }
    }

    private static List<String> options() {
        return Arrays.stream(QbullConfiguration.class.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .map(Field::getName)
                .toList();
    }

    private static List<String> names(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void every_option_is_listed_with_a_description_for_component_and_endpoint() throws IOException {
        JsonNode catalog = catalog();
        for (String option : options()) {
            for (String place : List.of("properties", "componentProperties")) {
                assertThat(catalog.at("/" + place + "/" + option + "/description")
                                .asText())
                        .as(place + " " + option)
                        .isNotBlank();
            }
        }
        assertThat(catalog.at("/properties/redisUri/secret").asBoolean()).isTrue();
        assertThat(catalog.at("/component/async").asBoolean()).isTrue();
        assertThat(catalog.at("/component/syntax").asText()).isEqualTo("qbull:queue");
    }

    @Test
    void choices_are_listed_as_they_are_documented() throws IOException {
        assertThat(catalog().at("/properties/keyHash/enum")).hasToString("[\"xxh64\",\"qbull-python\"]");
        assertThat(catalog().at("/properties/format/enum")).hasToString("[\"native\",\"qbull\"]");
    }

    @Test
    void nothing_is_listed_that_does_not_exist() throws IOException {
        TreeSet<String> known = new TreeSet<>(options());
        known.addAll(
                List.of("queue", "bridgeErrorHandler", "exceptionHandler", "exchangePattern", "lazyStartProducer"));

        assertThat(names(catalog().get("properties"))).containsExactlyInAnyOrderElementsOf(known);
    }

    @Test
    void every_header_is_listed() throws IOException, IllegalAccessException {
        List<String> headers = new ArrayList<>();
        for (Field field : QbullConstants.class.getFields()) {
            headers.add((String) Objects.requireNonNull(field.get(null)));
        }

        assertThat(names(catalog().get("headers"))).containsExactlyInAnyOrderElementsOf(headers);
    }

    @Test
    void tools_find_the_component() throws IOException {
        Properties properties = new Properties();
        try (InputStream text = resource("/META-INF/services/org/apache/camel/component.properties")) {
            properties.load(text);
        }

        assertThat(properties).containsEntry("components", "qbull").containsEntry("artifactId", "camel-qbull");
    }
}
