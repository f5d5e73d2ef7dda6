package io.qbull.app.ext;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The folder {@code ext}, whose jars join the class path: adds what is missing there, all or nothing. */
public final class ExtFolder {
    private final Path home;
    private final Libraries libraries;
    private final Fetch fetch;

    /**
     * @param home the top of the repository
     * @param libraries what is on the class path anyway
     * @param fetch gets jars from elsewhere
     */
    public ExtFolder(Path home, Libraries libraries, Fetch fetch) {
        this.home = home;
        this.libraries = libraries;
        this.fetch = fetch;
    }

    /** Where jars come from. */
    interface Fetch {
        /**
         * @param wanted a jar
         * @param folder empty; gets that jar and all that it needs at run time
         * @return what is there now
         * @throws CliException if that cannot be had
         */
        List<Artifact> into(Path folder, Artifact wanted) throws CliException;
    }

    /**
     * @param added file names of what was missing
     * @param present file names of what was there before
     */
    public record Added(List<String> added, List<String> present) {}

    /**
     * @param wanted a jar; what it needs comes with it
     * @param only whether to tell and not to do it
     * @throws CliException if it cannot be had, or meets another version of itself; then the folder is as it was
     */
    public Added add(Artifact wanted, boolean only) throws CliException {
        try {
            // On the same file system, so that a jar is moved there in one step.
            Path work = Files.createDirectories(home.resolve(".qbull"));
            Path fetched = Files.createTempDirectory(work, "add-");
            try {
                return take(fetched, fetch.into(fetched, wanted), only);
            } finally {
                delete(fetched);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "Nothing was added: " + e, e);
        }
    }

    private Added take(Path fetched, List<Artifact> artifacts, boolean only) throws IOException, CliException {
        Path ext = home.resolve("ext");
        List<String> jars = jars(ext);
        refuseOtherVersions(artifacts, jars);
        List<String> added = new ArrayList<>();
        List<String> present = new ArrayList<>();
        for (Artifact artifact : artifacts) {
            String name = artifact.fileName();
            boolean there = jars.contains(name) || libraries.all().contains(artifact);
            (there ? present : added).add(name);
        }
        if (!only) {
            move(added, fetched, Files.createDirectories(ext));
        }
        return new Added(added, present);
    }

    private void refuseOtherVersions(List<Artifact> artifacts, List<String> jars) throws CliException {
        for (Artifact artifact : artifacts) {
            for (Artifact library : libraries.all()) {
                if (artifact.isOtherVersionOf(library)) {
                    throw conflict(artifact, "the application runs on " + library.fileName());
                }
            }
            for (String jar : jars) {
                if (artifact.isOtherVersionOf(jar)) {
                    throw conflict(artifact, "ext has " + jar + "; remove that first");
                }
            }
        }
        for (Artifact library : libraries.all()) {
            for (String jar : jars) {
                if (library.isOtherVersionOf(jar)) {
                    throw new CliException(
                            ExitCode.FAILED,
                            "Nothing was added: ext has " + jar + ", but the application runs on " + library.fileName()
                                    + "; remove it from ext");
                }
            }
        }
    }

    private static CliException conflict(Artifact artifact, String why) {
        return new CliException(
                ExitCode.FAILED, "Nothing was added: " + artifact.fileName() + " is needed, but " + why);
    }

    private static void move(List<String> names, Path from, Path to) throws IOException {
        List<Path> moved = new ArrayList<>();
        try {
            for (String name : names) {
                moved.add(Files.move(from.resolve(name), to.resolve(name)));
            }
        } catch (IOException e) {
            for (Path file : moved) {
                Files.deleteIfExists(file);
            }
            throw e;
        }
    }

    private static List<String> jars(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
