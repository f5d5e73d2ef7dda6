package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.ext.Artifact;
import io.qbull.app.ext.ExtFolder;
import io.qbull.app.ext.Libraries;
import io.qbull.app.ext.MavenFetch;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qbull add}. */
@Command(
        name = "add",
        description = {
            "Fetches a jar and everything it needs into ext, through Maven.",
            "Pods have it on their class path after their next start."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class AddCommand implements Callable<Integer> {
    private final Path home;

    @Parameters(
            index = "0",
            paramLabel = "WHAT",
            description = "group:artifact:version, or the name of a Camel component, such as camel-kafka or kafka.")
    private String what = "";

    @Option(names = "--dry-run", description = "Only prints what would be added.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * @param home the top of the repository
     */
    public AddCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws CliException {
        Libraries libraries = Libraries.ofThisBuild();
        Artifact wanted = Artifact.parse(what, libraries.camelVersion());
        MavenFetch maven = new MavenFetch("mvn", home.resolve("pom.xml"), libraries);
        ExtFolder.Added jars = new ExtFolder(home, libraries, maven).add(wanted, dryRun);
        PrintWriter out = spec.commandLine().getOut();
        jars.present().forEach(jar -> out.println("there already: " + jar));
        jars.added().forEach(jar -> out.println((dryRun ? "would be added to ext: " : "added to ext: ") + jar));
        out.flush();
        return ExitCode.OK.number();
    }
}
