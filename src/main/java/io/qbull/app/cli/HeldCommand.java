package io.qbull.app.cli;

import io.qbull.ops.Change;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code qbull held}: the parent of the commands for held keys. */
@Command(
        name = "held",
        description = "Lists keys whose jobs wait behind a failed one, and retries or drops that job.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class HeldCommand {
    private static final String OWNER = "The owner of the partition does it; the command waits up to ten seconds.";

    private HeldCommand() {}

    /**
     * @param home the top of the repository
     * @return the command with its subcommands
     */
    public static CommandLine of(Path home) {
        CommandLine parent = new CommandLine(new HeldCommand());
        new ListCommand<>(home, new HeldSelection())
                .addTo(parent, "list", "Lists held keys and the first job of each, partition by partition.");
        new ChangeCommand(home, new HeldSelection(), Change.RETRY)
                .addTo(
                        parent,
                        Change.RETRY.verb(),
                        "Runs the failed first job of a key now, with its attempts counted anew. The key's other jobs follow in"
                                + " order.",
                        OWNER);
        new ChangeCommand(home, new HeldSelection(), Change.DROP)
                .addTo(
                        parent,
                        Change.DROP.verb(),
                        "Deletes the failed first job of a key for good, and only that job. The key continues with the next.",
                        OWNER);
        return parent;
    }
}
