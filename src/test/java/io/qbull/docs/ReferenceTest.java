package io.qbull.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.qbull.app.exit.ExitCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The tables of options, headers and exit codes are complete and true. */
class ReferenceTest {
    /** Camel's own, which every component has; the page names them in a sentence. */
    private static final Set<String> OF_CAMEL = Set.of(
            "configuration",
            "bridgeErrorHandler",
            "exceptionHandler",
            "exchangePattern",
            "lazyStartProducer",
            "autowiredEnabled");

    private static final Set<String> COMPONENT_ONLY =
            Set.of("healthCheckConsumerEnabled", "healthCheckProducerEnabled", "prefetchMemory");

    private static String withoutCode(String cell) {
        return cell.replace("`", "");
    }

    @Test
    void the_documented_options_are_those_of_the_component() {
        Map<String, String> documented = new TreeMap<>();
        Page.of("component").table("option").forEach(row -> documented.put(withoutCode(row.get(0)), row.get(1)));
        Set<String> existing =
                new TreeSet<>(Catalog.options("componentProperties").keySet());
        existing.removeAll(OF_CAMEL);

        assertThat(documented.keySet()).containsExactlyInAnyOrderElementsOf(existing);
        assertThat(Page.of("component").inlineCode().toList())
                .containsAll(OF_CAMEL.stream()
                        .filter(option -> !option.equals("configuration"))
                        .toList());
    }

    @Test
    void an_option_of_a_side_stands_in_the_table_of_that_side() {
        Page page = Page.of("component");
        List<String> order = new ArrayList<>();
        page.prose().stream()
                .filter(line -> line.isTableRow() || line.text().startsWith("### "))
                .forEach(line ->
                        order.add(line.isTableRow() ? withoutCode(line.cells().get(0)) : line.text()));
        Catalog.options("properties").forEach((option, about) -> {
            String side = about.get("label").asText().replaceFirst(",.*", "");
            if (order.contains(option) && !COMPONENT_ONLY.contains(option)) {
                String heading = order.subList(0, order.indexOf(option)).stream()
                        .filter(text -> text.startsWith("### "))
                        .reduce("", (first, second) -> second);
                assertThat(heading).as(option).isEqualToIgnoringCase("### " + side + " options");
            }
        });
    }

    @Test
    void the_documented_defaults_are_those_of_the_component() {
        Map<String, JsonNode> existing = Catalog.options("componentProperties");
        for (List<String> row : Page.of("component").table("option")) {
            JsonNode preset = Objects.requireNonNull(existing.get(withoutCode(row.get(0))), row.get(0))
                    .get("defaultValue");
            if (preset != null) {
                String documented = withoutCode(row.get(1)).replaceFirst(" \\(.*", "");
                String expected = preset.asText().replaceFirst("\\.0$", "");
                assertThat(documented).as(row.get(0)).isEqualTo(expected);
            }
        }
    }

    @Test
    void the_documented_headers_are_those_of_the_component() {
        Set<String> documented = new TreeSet<>();
        Page.of("component")
                .table("header")
                .forEach(row ->
                        documented.addAll(Arrays.asList(withoutCode(row.get(0)).split(", ", -1))));

        assertThat(documented)
                .containsExactlyInAnyOrderElementsOf(Catalog.options("headers").keySet());
    }

    @Test
    void the_documented_exit_codes_are_those_of_the_program() {
        assertThat(Page.of("operating").table("code"))
                .extracting(row -> row.get(0))
                .containsExactlyElementsOf(Arrays.stream(ExitCode.values())
                        .map(code -> Integer.toString(code.number()))
                        .toList());
    }

    @Test
    void a_word_of_the_glossary_is_defined_once() {
        List<String> words = Page.of("glossary").table("word").stream()
                .map(row -> row.get(0))
                .toList();

        assertThat(words).hasSizeBetween(25, 50).doesNotHaveDuplicates();
    }
}
