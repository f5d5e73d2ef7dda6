package io.qbull.app.settings;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.exit.CliException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

        assertThatThrownBy(() -> RouteFolder.check(folder))
                .isInstanceOf(CliException.class)
                .hasMessageStartingWith("QBULL_ROUTES (" + folder + ") must be a path without ,");
    }

    @Test
    void a_folder_without_routes_is_refused() throws IOException {
        Path folder = Files.createDirectories(top.resolve("empty"));

        assertThatThrownBy(() -> RouteFolder.check(folder)).hasMessageContaining("has no file *.camel.yaml");
        assertThatThrownBy(() -> RouteFolder.check(top.resolve("none"))).hasMessageContaining("is not a folder");
        assertThatCode(() -> RouteFolder.check(folder("with blank"))).doesNotThrowAnyException();
    }

    private Path folder(String name) throws IOException {
        Path folder = Files.createDirectories(top.resolve(name));
        Files.writeString(folder.resolve("a.camel.yaml"), "");
        return folder;
    }
}
