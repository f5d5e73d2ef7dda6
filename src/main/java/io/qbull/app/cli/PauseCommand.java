package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.model.Pause.Scope;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code qbull pause}. */
@Command(
        name = "pause",
        description = {
            "Starts no more jobs of a queue, a partition or a key, on all pods within a second.",
            "Jobs that run end, new ones are accepted, and order is kept."
        })
public final class PauseCommand extends PausingCommand {
    @Mixin
    private final PauseScope scope = new PauseScope();

    /**
     * @param home the top of the repository
     */
    public PauseCommand(Path home) {
        super(home);
    }

    @Override
    Scope scope() throws CliException {
        return scope.scope();
    }
}
