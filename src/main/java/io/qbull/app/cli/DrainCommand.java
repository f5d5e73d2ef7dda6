package io.qbull.app.cli;

import io.qbull.model.Pause.Scope;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code qbull drain}. */
@Command(
        name = "drain",
        description = {
            "Lets a queue take no new jobs, on all pods within a second, while those that it has run.",
            "resume ends it."
        })
public final class DrainCommand extends PausingCommand {
    /**
     * @param home the top of the repository
     */
    public DrainCommand(Path home) {
        super(home);
    }

    @Override
    Scope scope() {
        return new Scope.NewJobs();
    }
}
