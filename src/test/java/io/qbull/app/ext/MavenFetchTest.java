package io.qbull.app.ext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.AddIT;
import io.qbull.app.exit.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link MavenFetch} makes of Maven's words, with a stand-in for Maven; {@link AddIT} runs the real one. */
class MavenFetchTest {
    private static final Artifact WANTED = new Artifact("g", "wanted", "1.0", "");
    private static final Libraries LIBRARIES = new Libraries(
            List.of(new Artifact("org.slf4j", "slf4j-api", "2.0.17", ""), new Artifact("n", "native", "1", "linux")));

    @TempDir
    private Path top;

    private Path folder;

    @BeforeEach
    void prepare() throws IOException {
        folder = Files.createDirectory(top.resolve("with blank"));
    }

    @Test
    void the_project_for_maven_has_the_one_dependency_under_our_versions() throws IOException {
        String pom =
                ExtPom.under(Path.of("pom.xml")).text(WANTED, LIBRARIES.all()).replaceAll(">\\s+<", "><");

        assertThat(pom)
                .contains("<packaging>pom</packaging>")
                .containsPattern("<camel.version>[0-9.]+</camel.version>")
                .contains("<dependencyManagement><dependencies><dependency><groupId>org.slf4j</groupId>"
                        + "<artifactId>slf4j-api</artifactId><version>2.0.17</version></dependency>")
                .contains("<version>1</version><classifier>linux</classifier></dependency>")
                .contains("<artifactId>camel-bom</artifactId><version>${camel.version}</version><type>pom</type>"
                        + "<scope>import</scope>")
                .contains("netty-bom", "jackson-bom")
                .contains("</dependencyManagement><dependencies><dependency><groupId>g</groupId>"
                        + "<artifactId>wanted</artifactId><version>1.0</version></dependency></dependencies>")
                .containsPattern("<artifactId>maven-dependency-plugin</artifactId><version>[0-9.]+</version></plugin>")
                .doesNotContain("org.junit", "archunit-junit", "enforcer");
    }

    @Test
    void what_maven_lists_is_there() throws Exception {
        Path maven = maven("""
                for word in "$@"; do
                    case $word in
                        -DoutputFile=*) printf '\\nResolved:\\n   g:wanted:jar:1.0:compile -- module w\\n' >"${word#*=}" ;;
                        -DoutputDirectory=*) echo jar >"${word#*=}/wanted-1.0.jar" ;;
                    esac
                done
                """);

        assertThat(fetch(maven.toString()).into(folder, WANTED)).containsExactly(WANTED);
        assertThat(folder.resolve("wanted-1.0.jar")).exists();
        assertThat(folder.resolve("pom.xml")).content().contains("wanted");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Could not resolve dependencies for project io.qbull:ext:pom:1: Could not find artifact g:n:jar:1.0 in central (https://host/x) | Maven finds no g:n:1.0, which g:wanted:1.0 needs
        The following artifacts could not be resolved: g:wanted:jar:1.0: Could not find artifact g:wanted:jar:1.0 in central (https://host/x) | Maven finds no g:wanted:1.0
        g:wanted:jar:1.0: Could not transfer artifact g:wanted:pom:1.0 from/to central (https://host/x): timeout | Maven cannot reach its repositories to fetch g:wanted:1.0
        Cannot access central (https://host/x) in offline mode and the artifact g:wanted:jar:1.0 has not been downloaded | Maven cannot reach its repositories to fetch g:wanted:1.0
        Something else | Maven failed: Something else
        """)
    void a_failure_is_told_in_one_line(String said, String told) throws IOException {
        Path maven = maven("printf '\\033[0m[ERROR] %s\\n[ERROR] \\n[ERROR] more\\n' '" + said + "'; exit 1");

        assertThatThrownBy(() -> fetch(maven.toString()).into(folder, WANTED))
                .isInstanceOf(CliException.class)
                .hasMessage("Nothing was added: " + told)
                .message()
                .doesNotContain("host");
    }

    @Test
    void a_missing_maven_is_named() {
        assertThatThrownBy(() -> fetch("no-such-mvn").into(folder, WANTED))
                .isInstanceOf(CliException.class)
                .hasMessage("There is no no-such-mvn in the PATH. Install Maven 3.8 or newer.");
    }

    private static MavenFetch fetch(String program) {
        return new MavenFetch(program, Path.of("pom.xml"), LIBRARIES);
    }

    private Path maven(String script) throws IOException {
        Path file = Files.writeString(top.resolve("mvn"), "#!/bin/sh\n" + script);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }
}
