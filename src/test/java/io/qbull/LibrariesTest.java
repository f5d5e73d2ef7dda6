package io.qbull;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** Which libraries each layer may use: the component must run in an application that has Camel and our six, and nothing else. */
class LibrariesTest {
    /** In every application with camel-core or a Camel starter. */
    private static final List<String> CAMEL =
            List.of("camel-api", "camel-support", "camel-util", "camel-util-json", "camel-health");

    /** What the published pom brings along. */
    private static final List<String> OURS =
            List.of("jackson-core", "jackson-databind", "lettuce-core", "ulid-creator", "jspecify", "slf4j-api");

    private static final Map<String, List<String>> MAY_USE = Map.ofEntries(
            layer("model", "jspecify"),
            layer("runtime", "jspecify"),
            layer("config", "jspecify"),
            layer(
                    "store",
                    "jspecify",
                    "slf4j-api",
                    "jackson-core",
                    "jackson-databind",
                    "lettuce-core",
                    "netty-buffer",
                    "netty-common",
                    "netty-handler"),
            layer("lease", "jspecify", "slf4j-api"),
            layer("partition", "jspecify", "slf4j-api"),
            layer("enqueue", "jspecify", "slf4j-api"),
            layer("engine", "jspecify", "slf4j-api"),
            layer("component", union(CAMEL, "jspecify", "slf4j-api", "ulid-creator")),
            layer(
                    "springboot",
                    union(
                            CAMEL,
                            "jspecify",
                            "spring-boot",
                            "spring-boot-autoconfigure",
                            "spring-context",
                            "spring-core")),
            layer(
                    "ingest",
                    union(
                            CAMEL,
                            "jspecify",
                            "slf4j-api",
                            "ulid-creator",
                            "jackson-core",
                            "jackson-databind",
                            "jackson-dataformat-csv",
                            "camel-platform-http",
                            "camel-platform-http-vertx",
                            "vertx-core",
                            "vertx-web")),
            layer("resize", "jspecify"),
            layer("ops", "jspecify", "slf4j-api", "jackson-core", "jackson-databind", "vertx-core", "vertx-web"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.qbull");

    private static Map.Entry<String, List<String>> layer(String name, String... mayUse) {
        return Map.entry(name, List.of(mayUse));
    }

    private static String[] union(List<String> some, String... more) {
        return Stream.concat(some.stream(), Arrays.stream(more)).toArray(String[]::new);
    }

    static Stream<String> layers() {
        return CLASSES.stream()
                .map(LibrariesTest::layerOf)
                .filter(layer -> !layer.equals("app"))
                .distinct()
                .sorted();
    }

    private static String layerOf(JavaClass candidate) {
        return candidate.getPackageName().replaceFirst("^io\\.qbull\\.?", "").replaceFirst("\\..*", "");
    }

    @ParameterizedTest
    @MethodSource("layers")
    void a_layer_uses_only_its_libraries(String layer) {
        Set<String> used = new TreeSet<>();
        for (JavaClass candidate : CLASSES) {
            if (layerOf(candidate).equals(layer)) {
                candidate.getDirectDependenciesFromSelf().stream()
                        .map(Dependency::getTargetClass)
                        .map(LibrariesTest::library)
                        .forEach(used::add);
            }
        }
        used.remove("");
        assertThat(MAY_USE.getOrDefault(layer, List.of())).containsAll(used);
    }

    /** The name of the jar without its version; empty for classes of ours and of the JDK. */
    private static String library(JavaClass used) {
        JavaClass type = used;
        while (type.isArray()) {
            type = type.getComponentType();
        }
        if (type.isPrimitive() || type.getPackageName().startsWith("io.qbull")) {
            return "";
        }
        URI jar = jar(type.getName());
        if (jar == null) {
            return "";
        }
        Path file = Path.of(jar).getFileName();
        return file == null ? "" : file.toString().replaceFirst("-\\d.*$", "");
    }

    private static @Nullable URI jar(String type) {
        try {
            CodeSource source = Class.forName(type, false, LibrariesTest.class.getClassLoader())
                    .getProtectionDomain()
                    .getCodeSource();
            return source == null || !"file".equals(source.getLocation().getProtocol())
                    ? null
                    : source.getLocation().toURI();
        } catch (ReflectiveOperationException | URISyntaxException e) {
            throw new AssertionError(type, e);
        }
    }

    @Test
    void the_published_pom_brings_six_libraries_along() throws Exception {
        Document pom = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        NodeList found = (NodeList) XPathFactory.newInstance()
                .newXPath()
                .evaluate(
                        "/project/dependencies/dependency[not(scope) and not(optional='true')]/artifactId",
                        pom,
                        XPathConstants.NODESET);
        Set<String> names = new HashSet<>();
        IntStream.range(0, found.getLength())
                .forEach(index -> names.add(found.item(index).getTextContent()));
        assertThat(names).containsExactlyInAnyOrderElementsOf(OURS);
    }

    @Test
    void spring_is_known_to_the_auto_configuration_alone() {
        Set<String> others = new TreeSet<>();
        for (JavaClass candidate : CLASSES) {
            if (!layerOf(candidate).equals("springboot")
                    && candidate.getDirectDependenciesFromSelf().stream()
                            .anyMatch(each -> each.getTargetClass().getName().startsWith("org.springframework."))) {
                others.add(candidate.getName());
            }
        }
        assertThat(others).isEmpty();
    }
}
