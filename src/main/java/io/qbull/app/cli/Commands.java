package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.ext.Artifact;
import io.qbull.app.ext.ExtFolder;
import io.qbull.app.ext.Libraries;
import io.qbull.app.ext.MavenFetch;
import io.qbull.app.pod.Pod;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.ConfigFile;
import io.qbull.app.settings.SettingsReader;
import io.qbull.model.QueueName;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verbs of the command line. */
public final class Commands {
    private Commands() {}

    @Command(
            name = "up",
            description =
                    "Starts a pod: takes jobs over HTTP and runs the routes. Ctrl-C stops it after its jobs in flight.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    public static final class UpVerb implements Callable<Integer> {
        private final Path home;

        public UpVerb(Path home) {
            this.home = home;
        }

        @Override
        public Integer call() throws CliException {
            SettingsReader reader = new SettingsReader(System.getenv(), ConfigFile.read(home), home);
            return new Pod(reader.read(), reader.camel()).run().number();
        }
    }

    @Command(
            name = "status",
            description = "Shows who owns the partitions and how many jobs wait.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    public static final class StatusVerb implements Callable<Integer> {
        private final Path home;

        @Parameters(index = "0", arity = "0..1", paramLabel = "QUEUE", description = "Only this queue.")
        private @Nullable String queue;

        @Option(names = "--json", description = "As JSON: what /api/queues answers.")
        private boolean json;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        public StatusVerb(Path home) {
            this.home = home;
        }

        @Override
        public Integer call() throws CliException {
            AppSettings settings = new SettingsReader(System.getenv(), ConfigFile.read(home), home).read();
            PrintWriter out = spec.commandLine().getOut();
            out.print(new StatusReport(settings, json).of(name()));
            out.flush();
            return ExitCode.OK.number();
        }

        private @Nullable QueueName name() throws CliException {
            try {
                return queue == null ? null : new QueueName(queue);
            } catch (IllegalArgumentException e) {
                throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
            }
        }
    }

    @Command(
            name = "add",
            description = {
                "Fetches a jar with all that it needs into ext, through Maven.",
                "Pods have it on their class path when they are started again."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    public static final class AddVerb implements Callable<Integer> {
        private final Path home;

        @Parameters(
                index = "0",
                paramLabel = "WHAT",
                description = "group:artifact:version, or a Camel component by its name, such as camel-kafka or kafka.")
        private String what = "";

        @Option(names = "--dry-run", description = "Only tells what would be added.")
        private boolean dryRun;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        public AddVerb(Path home) {
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

    @Command(
            name = "version",
            description = "Prints the versions of QBull, Camel and Java.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    public static final class VersionVerb implements Callable<Integer> {
        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            spec.commandLine().getOut().println(String.join(", ", new Versions().getVersion()));
            return ExitCode.OK.number();
        }
    }
}
