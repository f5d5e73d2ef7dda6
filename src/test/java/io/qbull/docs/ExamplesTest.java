package io.qbull.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.settings.SettingsReader;
import io.qbull.component.QbullComponent;
import io.qbull.testing.RuntimeClassPath;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples in YAML, Java, XML and properties pass the readers that a user's own files pass. */
class ExamplesTest {
    private static final Pattern FILE = Pattern.compile("<!-- (src/it/\\S+) -->");

    @TempDir
    Path classes;

    private static Stream<Page.Block> blocks(String language) {
        return Page.all().stream().flatMap(page -> page.blocks(language));
    }

    static Stream<Page.Block> yaml() {
        return blocks("yaml");
    }

    static Stream<Page.Block> properties() {
        return blocks("properties");
    }

    static Stream<Page.Block> java() {
        return blocks("java");
    }

    static Stream<Page.Block> xml() {
        return blocks("xml");
    }

    @ParameterizedTest
    @MethodSource("yaml")
    void a_route_in_yaml_can_be_loaded_and_has_options_that_exist(Page.Block block) throws Exception {
        try (DefaultCamelContext idle = new DefaultCamelContext()) {
            QbullComponent component = new QbullComponent();
            component.getConfiguration().setRedisUri("redis://127.0.0.1:1");
            idle.addComponent("qbull", component);
            PluginHelper.getRoutesLoader(idle)
                    .loadRoutes(ResourceHelper.fromString("example.camel.yaml", block.text()));
            assertThat(((ModelCamelContext) idle).getRouteDefinitions())
                    .as(block.toString())
                    .isNotEmpty()
                    .allSatisfy(route -> endpointExists(idle, route.getInput().getEndpointUri()));
        }
    }

    private static void endpointExists(DefaultCamelContext context, String uri) {
        if (uri.startsWith("qbull:")) {
            assertThat(context.getEndpoint(uri)).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource("properties")
    void a_property_of_ours_is_a_setting_or_an_option(Page.Block block) throws Exception {
        Properties properties = new Properties();
        properties.load(new StringReader(block.text()));
        assertThat(properties).as(block.toString()).isNotEmpty();
        Map<String, String> file = properties.stringPropertyNames().stream()
                .collect(Collectors.toMap(name -> name, properties::getProperty));
        file.keySet().stream()
                .filter(name -> name.startsWith(KnownTools.OPTION))
                .forEach(name -> KnownTools.checkOption(name, block.toString()));
        new SettingsReader(Map.of(), file, Path.of("")).read();
    }

    @ParameterizedTest
    @MethodSource("java")
    void an_example_in_java_compiles(Page.Block block) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        String name = block.text().replaceFirst("(?s).*public class (\\w+).*", "$1");
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return block.text();
                    }
                };
        List<String> options = List.of("-proc:none", "-d", classes.toString(), "-cp", classPath());
        assertThat(compiler.getTask(null, null, null, options, null, List.of(source))
                        .call())
                .as(block.toString())
                .isTrue();
    }

    /** With Spring Boot, which a user's project brings along. */
    private static String classPath() {
        return RuntimeClassPath.ofTests().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    static List<Page> pages() {
        return Page.all();
    }

    /** A comment in the line before the block names the file. */
    @ParameterizedTest
    @MethodSource("pages")
    void an_example_from_a_file_equals_the_file(Page page) throws IOException {
        for (Page.Block block : page.blocks()) {
            Optional<Path> file = page.prose().stream()
                    .filter(line -> line.number() == block.line() - 1)
                    .map(line -> FILE.matcher(line.text()))
                    .filter(Matcher::matches)
                    .map(comment -> Path.of(comment.group(1)))
                    .findFirst();
            if (file.isPresent()) {
                assertThat(block.text()).as(block.toString()).isEqualTo(Files.readString(file.get()));
            }
        }
    }

    @Test
    void the_projects_of_users_stand_in_their_page() {
        assertThat(Page.of("embedding").prose())
                .filteredOn(line -> FILE.matcher(line.text()).matches())
                .hasSize(5);
    }

    @ParameterizedTest
    @MethodSource("xml")
    void a_dependency_of_ours_has_the_version_of_this_build(Page.Block block) {
        String[] ours = KnownTools.coordinates().split(":", -1);
        if (block.text().contains("<groupId>" + ours[0] + "</groupId>")) {
            assertThat(block.text())
                    .contains("<artifactId>" + ours[1] + "</artifactId>", "<version>" + ours[2] + "</version>");
        }
    }
}
