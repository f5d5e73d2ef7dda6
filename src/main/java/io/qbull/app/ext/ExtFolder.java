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

/** The folder {@code ext}, whose jars are on the class path. Adds the missing jars, all or none. */
public final class ExtFolder {
    private final Path home;
    private final Libraries libraries;
    private final Fetch fetch;

    /**
     * @param home the top of the repository
     * @param libraries the jars that are on the class path anyway
     * @param fetch gets the other jars
     */
    public ExtFolder(Path home, Libraries libraries, Fetch fetch) {
        this.home = home;
        this.libraries = libraries;
        this.fetch = fetch;
    }

    /** Gets jars. */
    interface Fetch {
        /**
         * @param wanted a jar
         * @param folder that is empty; gets the jar and everything it needs at run time
         * @return the jars in the folder
         * @throws CliException if a jar is not available
         */
        List<Artifact> into(Path folder, Artifact wanted) throws CliException;
    }

    /**
     * @param added file names of the jars that were missing
     * @param present file names of the jars that were there before
     */
    public record Added(List<String> added, List<String> present) {}

    /**
     * @param wanted a jar; everything it needs comes with it
     * @param dryRun whether to change nothing
     * @return what was added, or would be
     * @throws CliException if a jar is not available, or conflicts with another version of itself; the folder stays as it was
     */
    public Added add(Artifact wanted, boolean dryRun) throws CliException {
        try {
            // On the same file system, so that each jar is moved in one step.
            Path work = Files.createDirectories(home.resolve(".qbull"));
            Path fetched = Files.createTempDirectory(work, "add-");
            try {
                return take(fetched, fetch.into(fetched, wanted), dryRun);
            } finally {
                delete(fetched);
            }
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "Nothing was added: " + e, e);
        }
    }

    private Added take(Path fetched, List<Artifact> artifacts, boolean dryRun) throws IOException, CliException {
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
        if (!dryRun) {
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
