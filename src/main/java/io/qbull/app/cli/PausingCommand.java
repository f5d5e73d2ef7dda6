package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.Pause.Scope;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.pause.PauseAdmin;
import io.qbull.ops.pause.PauseAdmin.Outcome;
import io.qbull.ops.pause.PauseView;
import io.qbull.store.PauseTable.Change;
import io.qbull.store.PauseTable.End;
import io.qbull.store.Store;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Pauses something in a queue. */
@Command(mixinStandardHelpOptions = true, versionProvider = Versions.class)
abstract class PausingCommand extends QueueCommand {
    @Option(names = "--for", paramLabel = "TIME", description = "Resumes by itself after this time, such as 10m.")
    private @Nullable String length;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            description = "Resumes by itself at this time, such as 2026-11-24T08:00:00Z.")
    private @Nullable String until;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; status shows it.")
    private String reason = "";

    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "Who; status shows it. Default: the name of the system's user.")
    private String by = System.getProperty("user.name", "somebody");

    PausingCommand(Path home) {
        super(home);
    }

    /**
     * @throws CliException if the options contradict each other or break a rule
     */
    abstract Scope scope() throws CliException;

    @Override
    void check() throws CliException {
        scope();
        end();
    }

    private End end() throws CliException {
        return Arguments.read(any -> PauseAdmin.end(length, until), "");
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        PauseAdmin admin = new PauseAdmin(store.pauses());
        Outcome outcome = StoreAccess.await(admin.pause(name, scope(), by, reason, end()));
        if (outcome.change() == Change.ABSENT) {
            throw Arguments.noQueue(name);
        }
        if (outcome.change() != Change.DONE) {
            ExitCode code = outcome.change() == Change.NO_PARTITION ? ExitCode.NOT_FOUND : ExitCode.USAGE;
            throw new CliException(code, PauseAdmin.refusal(outcome.change()));
        }
        if (json()) {
            out().println(Json.text(PauseView.json(name, outcome.now())));
        } else {
            out().print(PauseView.lines(outcome.now()));
        }
    }
}
