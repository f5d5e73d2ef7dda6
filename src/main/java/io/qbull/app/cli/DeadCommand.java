package io.qbull.app.cli;

import io.qbull.ops.Change;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code qbull dead}: the parent of the commands for dead letters. */
@Command(
        name = "dead",
        description = "Lists, shows, retries and drops dead letters: jobs that were given up.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class DeadCommand {
    private DeadCommand() {}

    /**
     * @param home the top of the repository
     * @return the command with its subcommands
     */
    public static CommandLine of(Path home) {
        CommandLine parent = new CommandLine(new DeadCommand());
        new ListCommand<>(home, new DeadSelection())
                .addTo(parent, "list", "Lists dead letters partition by partition, the oldest first.");
        parent.addSubcommand(new DeadShowCommand(home));
        new ChangeCommand(home, new DeadSelection(), Change.RETRY)
                .addTo(
                        parent,
                        Change.RETRY.verb(),
                        "Puts dead letters back at the end of their partition's stream, with their attempts counted anew.",
                        "Jobs that fail again meanwhile are not retried a second time.");
        new ChangeCommand(home, new DeadSelection(), Change.DROP)
                .addTo(
                        parent,
                        Change.DROP.verb(),
                        "Removes dead letters for good. New jobs with the same ids are accepted again.");
        return parent;
    }
}
