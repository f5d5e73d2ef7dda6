package io.qbull.app.cli;

import io.qbull.app.exit.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code qbull version}. */
@Command(
        name = "version",
        description = "Prints the versions of QBull, Camel and Java.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class VersionCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        spec.commandLine().getOut().println(String.join(", ", new Versions().getVersion()));
        return ExitCode.OK.number();
    }
}
