package io.qbull.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.app.Main;
import io.qbull.app.exit.CliException;
import io.qbull.app.ext.Artifact;
import io.qbull.app.ext.Libraries;
import io.qbull.app.settings.Setting;
import io.qbull.app.settings.SettingsReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;

/** Checks commands that a test cannot run, because they take an hour, need the network or a program that may be missing. */
final class KnownTools {
    private static final CamelCatalog CATALOG = new DefaultCamelCatalog();
    private static final Set<String> GOALS = Set.of(
            "clean", "verify", "test", "install", "test-compile", "spotless:apply", "dependency:build-classpath");
    private static final Set<String> PROPERTIES = Set.of("maven.test.skip", "mdep.outputFile", "seed");
    static final String OPTION = "camel.component.qbull.";
    private static final Pattern USAGE = Pattern.compile("# (\\w+\\.py)((?: [A-Z]+)+):");

    private KnownTools() {}

    /**
     * @param command the tool and its arguments
     * @param place to name in a failure
     */
    static void check(List<String> command, String place) {
        List<String> arguments = command.subList(1, command.size());
        switch (command.get(0)) {
            case "mvn" -> arguments.forEach(argument -> checkMaven(argument, place + ": " + command));
            case "java" -> checkJava(arguments, place);
            case "camel" -> checkCamel(arguments, place);
            case "python3" -> checkPython(arguments, place);
            case "qbull" -> checkQbull(arguments, place);
            default -> throw new AssertionError(place + ": no rule says how to check " + command);
        }
    }

    private static void checkMaven(String argument, String place) {
        if (argument.startsWith("-P")) {
            assertThat(text(Path.of("pom.xml"))).as(place).contains("<id>" + argument.substring(2) + "</id>");
        } else if (argument.startsWith("-D")) {
            String[] property = argument.substring(2).split("=", 2);
            switch (property[0]) {
                case "test", "it.test" ->
                    assertThat(testClass(property[1])).as(place).isTrue();
                default -> assertThat(isKnown(property[0])).as(place).isTrue();
            }
        } else {
            assertThat(GOALS).as(place).contains(argument);
        }
    }

    private static boolean isKnown(String property) {
        String size = "qbull.size.";
        return property.startsWith(size)
                ? tests().anyMatch(test -> text(test).contains("Size.of(\"" + property.substring(size.length()) + "\""))
                : PROPERTIES.contains(property);
    }

    /** Whether there is a test class with this simple name. */
    static boolean testClass(String name) {
        return tests().anyMatch(test -> test.endsWith(name + ".java"));
    }

    private static Stream<Path> tests() {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code java -cp PATH CLASS ARGUMENTS}: the class has a main method. */
    private static void checkJava(List<String> arguments, String place) {
        assertThat(arguments.get(0)).as(place).isEqualTo("-cp");
        try {
            assertThat(Modifier.isPublic(Class.forName(arguments.get(2))
                            .getDeclaredMethod("main", String[].class)
                            .getModifiers()))
                    .as(place)
                    .isTrue();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(place, e);
        }
    }

    /** {@code camel run FILE --dep=COORDINATES}: they are ours. */
    private static void checkCamel(List<String> arguments, String place) {
        assertThat(arguments.get(0)).as(place).isEqualTo("run");
        assertThat(arguments).as(place).contains("--dep=" + coordinates());
    }

    /** What the pom builds. */
    static String coordinates() {
        String[] project =
                text(Path.of("pom.xml")).split("(?s)<packaging>|<name>", 2)[0].split("<groupId>", 2);
        return element(project[1], "</groupId>") + ":" + between(project[1], "artifactId") + ":"
                + between(project[1], "version");
    }

    private static String element(String text, String end) {
        return text.substring(0, text.indexOf(end));
    }

    private static String between(String text, String name) {
        return element(text.substring(text.indexOf("<" + name + ">") + name.length() + 2), "</" + name + ">");
    }

    /** {@code python3 FILE ARGUMENTS}: a page shows the script, whose first line names as many arguments. */
    private static void checkPython(List<String> arguments, String place) {
        assertThat(Page.all().stream().flatMap(page -> page.blocks("python")))
                .as(place)
                .anySatisfy(script -> {
                    var usage = USAGE.matcher(script.text());
                    assertThat(usage.lookingAt()).isTrue();
                    assertThat(usage.group(1)).isEqualTo(arguments.get(0));
                    assertThat(usage.group(2).strip().split(" ", -1)).hasSize(arguments.size() - 1);
                });
    }

    /** {@code qbull VERB}: the command line accepts it. */
    private static void checkQbull(List<String> arguments, String place) {
        Main.commandLine(Path.of("").toAbsolutePath()).parseArgs(arguments.toArray(String[]::new));
        if (!arguments.get(0).equals("bench")) {
            checkAdd(arguments, place);
        }
    }

    /** {@code qbull add WHAT}: Camel has the component. */
    private static void checkAdd(List<String> arguments, String place) {
        assertThat(arguments).as(place).hasSize(2).startsWith("add");
        try {
            Artifact artifact =
                    Artifact.parse(arguments.get(1), Libraries.ofThisBuild().camelVersion());
            if (artifact.group().equals("org.apache.camel")) {
                assertThat(CATALOG.findComponentNames())
                        .as(place)
                        .anyMatch(name ->
                                CATALOG.componentModel(name).getArtifactId().equals(artifact.name()));
            }
        } catch (CliException e) {
            throw new AssertionError(place, e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Checks that a command starts a pod: every variable is a setting, and the settings are accepted. */
    static void checkUp(Map<String, String> environment, String place) {
        Set<String> settings =
                Stream.of(Setting.values()).map(Setting::variable).collect(Collectors.toSet());
        environment.keySet().stream()
                .filter(name -> name.startsWith("QBULL_"))
                .forEach(name -> assertThat(settings).as(place).contains(name));
        try {
            SettingsReader reader = new SettingsReader(environment, Map.of(), Path.of(""));
            reader.read();
            reader.camel().stringPropertyNames().stream()
                    .filter(name -> name.startsWith(OPTION))
                    .forEach(name -> checkOption(name, place));
        } catch (CliException e) {
            throw new AssertionError(place, e);
        }
    }

    /** Checks that {@code camel.component.qbull.OPTION}, in any spelling that Camel accepts, names an option. */
    static void checkOption(String property, String place) {
        String option = property.substring(OPTION.length()).replace("-", "");
        assertThat(Catalog.options("componentProperties").keySet())
                .as(place + " " + property)
                .anyMatch(option::equalsIgnoreCase);
    }
}
