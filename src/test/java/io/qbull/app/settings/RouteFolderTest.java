package io.qbull.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.exit.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteFolderTest {
    @TempDir
    private Path top;

    @ParameterizedTest
    @ValueSource(strings = {"a,b", "a+b", "a%20b", "a*", "a?b", "{a}"})
    void a_path_that_camel_takes_for_something_else_is_refused(String name) throws IOException {
        Path folder = folder(name);

        assertThatThrownBy(() -> check(folder))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("QBULL_ROUTES (" + folder + ") must be a path without ,");
    }

    @Test
    void a_folder_without_routes_is_refused() throws IOException {
        Path folder = Files.createDirectories(top.resolve("empty"));

        assertThatThrownBy(() -> check(folder)).hasMessageContaining("has no file *.camel.yaml");
        assertThatThrownBy(() -> check(top.resolve("none"))).hasMessageContaining("is not a folder");
        assertThatCode(() -> check(folder("with blank"))).doesNotThrowAnyException();
    }

    @Test
    void ingest_routes_that_are_missing_are_refused_only_if_they_are_to_run() throws IOException {
        Path own = folder("own");
        Path ingest = Files.createDirectories(top.resolve("routes/ingest"));
        Files.writeString(ingest.resolve("ingest-http.camel.yaml"), "- route:\n");

        assertThatThrownBy(() -> RouteFolder.check(settings(own, "http,files")))
                .hasMessage("QBULL_INGEST (" + ingest + ") has no file ingest-files*.camel.yaml");
        assertThatCode(() -> RouteFolder.check(settings(own, "http"))).doesNotThrowAnyException();
    }

    @Test
    void camel_finds_the_chosen_routes_and_the_ingest_routes() throws CliException {
        assertThat(RouteFolder.pattern(settings(top.resolve("own"), "files")))
                .isEqualTo("file:" + top + "/own/*.camel.yaml,file:" + top + "/routes/ingest/ingest-files*.camel.yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x.yaml", "x.yml", "x.camel.yml", "x.camel.YAML", "x.camel.ymal", "x.camel.yaml.txt"})
    void a_file_that_camel_would_skip_is_refused_with_the_name_that_it_needs(String name) throws IOException {
        Path file = Files.writeString(folder("own").resolve(name), "- route:\n");

        assertThatThrownBy(() -> check(top.resolve("own")))
                .hasMessage(file + " is not read: the name of a file with routes ends with .camel.yaml; did you mean"
                        + " x.camel.yaml?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "schema.json", "x.camel.yaml.off", ".x.yaml", "x.camel.yaml~", "map.xsl"})
    void a_file_that_is_not_meant_as_routes_may_stand_beside_them(String name) throws IOException {
        Files.writeString(folder("own").resolve(name), "");

        assertThatCode(() -> check(top.resolve("own"))).doesNotThrowAnyException();
    }

    @Test
    void routes_in_a_folder_below_are_refused_but_for_the_ingest_routes() throws IOException {
        Path own = folder("own");
        folder("own/ingest");
        folder("routes");
        Files.writeString(
                Files.createDirectories(top.resolve("routes/ingest")).resolve("ingest-http.camel.yaml"), "- route:\n");

        assertThatThrownBy(() -> check(own))
                .hasMessageContaining(own + "/ingest is not read: routes are files in " + own);
        assertThatCode(() -> check(top.resolve("routes"))).doesNotThrowAnyException();
    }

    @Test
    void the_folder_of_the_ingest_routes_is_known_through_a_link() throws IOException {
        folder("routes");
        Files.writeString(
                Files.createDirectories(top.resolve("routes/ingest")).resolve("ingest-files.camel.yaml"), "- route:\n");
        Path linked = Files.createSymbolicLink(top.resolve("linked"), top.resolve("routes"));
        Files.createSymbolicLink(top.resolve("routes/to-nowhere"), top.resolve("none"));

        assertThatCode(() -> RouteFolder.check(settings(linked, "files"))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "files"})
    void own_routes_among_the_ingest_routes_are_refused(String ways) throws IOException {
        Path own = folder("own");
        Path ingest = folder("routes/ingest");
        Files.writeString(ingest.resolve("ingest-files.camel.yaml"), "- route:\n");
        Files.writeString(ingest.resolve("ingest-http-mine.camel.yaml"), "- route:\n");

        assertThatThrownBy(() -> RouteFolder.check(settings(own, ways)))
                .hasMessage(ingest + "/a.camel.yaml is not read: that folder is for ingest-http*.camel.yaml and"
                        + " ingest-files*.camel.yaml; your own routes belong in " + own
                        + ", which QBULL_ROUTES names");
        Files.delete(ingest.resolve("a.camel.yaml"));
        assertThatCode(() -> RouteFolder.check(settings(own, ways))).doesNotThrowAnyException();
    }

    @Test
    void the_folder_of_the_ingest_routes_may_be_the_only_one_and_all_of_it_is_read() throws IOException {
        Path ingest = folder("routes/ingest");

        assertThatCode(() -> check(ingest)).doesNotThrowAnyException();
    }

    private void check(Path folder) throws CliException {
        RouteFolder.check(settings(folder, "none"));
    }

    private AppSettings settings(Path routes, String ingest) throws CliException {
        return new SettingsReader(Map.of("QBULL_ROUTES", routes.toString(), "QBULL_INGEST", ingest), Map.of(), top)
                .read();
    }

    private Path folder(String name) throws IOException {
        Path folder = Files.createDirectories(top.resolve(name));
        Files.writeString(folder.resolve("a.camel.yaml"), "- route:\n");
        return folder;
    }
}
