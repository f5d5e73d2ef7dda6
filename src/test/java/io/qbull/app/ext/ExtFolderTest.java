package io.qbull.app.ext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExtFolderTest {
    private static final Artifact WANTED = new Artifact("g", "wanted", "1.0", "");
    private static final Artifact NEEDED = new Artifact("g", "needed", "2.0", "");
    private static final Artifact LIBRARY = new Artifact("g", "library", "3.0", "");

    @TempDir
    private Path home;

    @Test
    void what_is_missing_is_added_and_what_is_there_is_told() throws Exception {
        have("needed-2.0.jar");

        ExtFolder.Added jars = ext(WANTED, NEEDED, LIBRARY).add(WANTED, false);

        assertThat(jars)
                .isEqualTo(
                        new ExtFolder.Added(List.of("wanted-1.0.jar"), List.of("needed-2.0.jar", "library-3.0.jar")));
        assertThat(inExt()).containsExactly("needed-2.0.jar", "wanted-1.0.jar");
        assertThat(home.resolve("ext/needed-2.0.jar")).hasContent("old");
        assertThat(home.resolve("ext/wanted-1.0.jar")).hasContent("new");
        assertThat(home.resolve(".qbull")).isEmptyDirectory();
    }

    @Test
    void a_dry_run_tells_the_same_and_adds_nothing() throws Exception {
        ExtFolder.Added jars = ext(WANTED, NEEDED, LIBRARY).add(WANTED, true);

        assertThat(jars.added()).containsExactly("wanted-1.0.jar", "needed-2.0.jar");
        assertThat(home.resolve("ext")).doesNotExist();
    }

    @Test
    void another_version_of_a_library_is_refused() throws Exception {
        refused(
                ext(WANTED, new Artifact("g", "library", "3.1", "")),
                "library-3.1.jar is needed, but the application runs on library-3.0.jar");
        assertThat(home.resolve("ext")).doesNotExist();
    }

    @Test
    void another_version_in_the_folder_is_refused() throws Exception {
        have("needed-1.9.jar");

        refused(ext(WANTED, NEEDED), "needed-2.0.jar is needed, but ext has needed-1.9.jar");
        assertThat(inExt()).containsExactly("needed-1.9.jar");
    }

    @Test
    void a_jar_in_the_folder_that_meets_another_version_of_itself_among_the_libraries_is_named() throws Exception {
        have("library-2.0.jar");

        refused(ext(WANTED), "ext has library-2.0.jar, but the application runs on library-3.0.jar");
    }

    @Test
    void what_cannot_be_fetched_or_moved_leaves_the_folder_as_it_was() throws Exception {
        have("old-1.0.jar");
        ExtFolder without = new ExtFolder(home, new Libraries(List.of(LIBRARY)), (folder, wanted) -> {
            file(folder.resolve("wanted-1.0.jar"), "half");
            throw new CliException(ExitCode.FAILED, "not to be had");
        });
        refused(without, "not to be had");

        ExtFolder unmovable = new ExtFolder(home, new Libraries(List.of(LIBRARY)), (folder, wanted) -> {
            file(folder.resolve("wanted-1.0.jar"), "new");
            return List.of(WANTED, NEEDED);
        });
        refused(unmovable, "Nothing was added");

        assertThat(inExt()).containsExactly("old-1.0.jar");
        assertThat(home.resolve(".qbull")).isEmptyDirectory();
    }

    private static void refused(ExtFolder ext, String reason) {
        assertThatThrownBy(() -> ext.add(WANTED, false))
                .isInstanceOf(CliException.class)
                .hasMessageContaining(reason);
    }

    private ExtFolder ext(Artifact... fetched) {
        return new ExtFolder(home, new Libraries(List.of(LIBRARY)), (folder, wanted) -> {
            Stream.of(fetched).forEach(artifact -> file(folder.resolve(artifact.fileName()), "new"));
            return List.of(fetched);
        });
    }

    private void have(String name) throws IOException {
        file(Files.createDirectories(home.resolve("ext")).resolve(name), "old");
    }

    private static void file(Path path, String content) {
        try {
            Files.writeString(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> inExt() throws IOException {
        try (Stream<Path> files = Files.list(home.resolve("ext"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
