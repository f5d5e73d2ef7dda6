package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.Pause.Scope;
import io.qbull.model.QueueName;
import io.qbull.model.why.PauseText;
import io.qbull.ops.Json;
import io.qbull.ops.pause.PauseAdmin;
import io.qbull.ops.pause.PauseAdmin.Outcome;
import io.qbull.ops.pause.PauseView;
import io.qbull.store.PauseTable.Change;
import io.qbull.store.Store;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code qbull resume}. */
@Command(
        name = "resume",
        description = "Ends a pause: of the queue as a whole, and its draining, or of a partition or a key.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class ResumeCommand extends QueueCommand {
    @Mixin
    private final PauseScope scope = new PauseScope();

    @Option(names = "--all", description = "Ends all pauses of the queue, its partitions and its keys.")
    private boolean all;

    /**
     * @param home the top of the repository
     */
    public ResumeCommand(Path home) {
        super(home);
    }

    @Override
    void check() throws CliException {
        scope.scope();
        if (all && scope.narrowed()) {
            throw new CliException(ExitCode.USAGE, "--all cannot be combined with --partition and --key");
        }
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        Scope named = scope.scope();
        PauseAdmin admin = new PauseAdmin(store.pauses());
        Outcome outcome = StoreAccess.await(admin.resume(name, all ? null : named));
        if (outcome.change() == Change.ABSENT) {
            throw Arguments.noQueue(name);
        }
        if (json()) {
            out().println(Json.text(PauseView.json(name, outcome.now())));
            return;
        }
        String what = all ? "everything" : PauseText.what(named);
        out().println(outcome.change() == Change.DONE ? "resumed: " + what : "nothing to resume: not paused");
        if (!outcome.now().all().isEmpty()) {
            out().println("still paused:");
            out().print(PauseView.lines(outcome.now()));
        }
    }
}
