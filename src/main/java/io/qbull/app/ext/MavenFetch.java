package io.qbull.app.ext;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches jars with the installed Maven, from the repositories of its settings. */
public final class MavenFetch implements ExtFolder.Fetch {
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:";
    private static final Pattern MISSING =
            Pattern.compile("Could not find artifact ([^\\s:]+:[^\\s:]+)\\S*?:([^\\s:]+)[\\s,]");
    private static final Pattern AWAY = Pattern.compile(
            "Could not transfer|Cannot access|offline mode|Unknown host|Connection refused|No such host");

    /** May follow colour codes, even in batch mode. */
    private static final Pattern ERROR = Pattern.compile("\\[ERROR] (\\S.*)");

    private final String program;
    private final Path pom;
    private final Libraries libraries;

    /**
     * @param program the name of Maven
     * @param pom of this project
     * @param libraries that keep their versions
     */
    public MavenFetch(String program, Path pom, Libraries libraries) {
        this.program = program;
        this.pom = pom;
        this.libraries = libraries;
    }

    @Override
    public List<Artifact> into(Path folder, Artifact wanted) throws CliException {
        try {
            Files.writeString(folder.resolve("pom.xml"), ExtPom.under(pom).text(wanted, libraries.all()));
            run(folder, wanted);
            return Files.readAllLines(folder.resolve("list")).stream()
                    .map(Artifact::listed)
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            throw new CliException(ExitCode.FAILED, "Nothing was added: " + e.getMessage(), e);
        }
    }

    private void run(Path folder, Artifact wanted) throws IOException, CliException {
        Path said = folder.resolve("said");
        Process maven = start(new ProcessBuilder(
                        program,
                        "--batch-mode",
                        "--quiet",
                        // A jar that was missing at the last attempt may exist now.
                        "--update-snapshots",
                        "--file",
                        folder.resolve("pom.xml").toString(),
                        PLUGIN + "list",
                        PLUGIN + "copy-dependencies",
                        "-DoutputFile=" + folder.resolve("list"),
                        "-DoutputDirectory=" + folder,
                        "-DincludeScope=runtime",
                        "-DexcludeTypes=pom")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile()));
        try {
            if (maven.waitFor() != 0) {
                throw failure(Files.readString(said), wanted);
            }
        } catch (InterruptedException e) {
            maven.destroy();
            Thread.currentThread().interrupt();
            throw new CliException(ExitCode.FAILED, "Nothing was added: interrupted", e);
        }
    }

    private static Process start(ProcessBuilder maven) throws CliException {
        try {
            return maven.start();
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "There is no " + maven.command().get(0) + " in the PATH. Install Maven 3.8 or newer.",
                    e);
        }
    }

    /** One line: Maven's own output is long and names servers. */
    private static CliException failure(String said, Artifact wanted) {
        Matcher missing = MISSING.matcher(said);
        if (missing.find()) {
            String absent = missing.group(1) + ":" + missing.group(2);
            return new CliException(
                    ExitCode.FAILED,
                    "Nothing was added: Maven finds no " + absent
                            + (absent.equals(wanted.toString()) ? "" : ", which " + wanted + " needs"));
        }
        if (AWAY.matcher(said).find()) {
            return new CliException(
                    ExitCode.FAILED, "Nothing was added: Maven cannot reach its repositories to fetch " + wanted);
        }
        Matcher error = ERROR.matcher(said);
        return new CliException(
                ExitCode.FAILED,
                "Nothing was added: Maven failed" + (error.find() ? ": " + error.group(1) : " without saying why"));
    }
}
