package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.deletion.Contents;
import io.qbull.ops.deletion.DeletionJson;
import io.qbull.ops.deletion.QueueDeleter;
import io.qbull.ops.deletion.QueueDeleter.Outcome;
import io.qbull.store.Store;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code qbull delete}. */
@Command(
        name = "delete",
        description = {
            "Deletes a queue that is drained, that no pod consumes and that has no jobs.",
            "If that is broken off, the same command finishes it."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class DeleteCommand extends QueueCommand {
    @Mixin
    private final Confirmation confirmation = new Confirmation();

    @Option(names = "--all", description = "Deletes its jobs, dead letters and unfinished files, too.")
    private boolean all;

    /**
     * @param home the top of the repository
     */
    public DeleteCommand(Path home) {
        super(home);
    }

    @Override
    void check() {}

    @Override
    void run(Store store, QueueName name) throws CliException {
        QueueDeleter deleter = StoreAccess.queueDeleter(store);
        Outcome found = possible(name, StoreAccess.await(deleter.check(name, all)));
        if (confirmation.dryRun()) {
            print(name, found);
            return;
        }
        if (found instanceof Outcome.Ready ready && ready.contents().total() > 0) {
            // One job is worth the question, too.
            long count = Math.max(2, ready.contents().total());
            confirmation.confirm(err(), question(name, ready.contents()), count);
        }
        print(name, possible(name, StoreAccess.finish(deleter.delete(name, all))));
    }

    private static String question(QueueName name, Contents contents) {
        return "Delete queue " + name + " with " + contents.text();
    }

    private static Outcome possible(QueueName name, Outcome outcome) throws CliException {
        if (outcome instanceof Outcome.Absent) {
            throw Arguments.noQueue(name);
        }
        if (outcome instanceof Outcome.Refused refused) {
            throw new CliException(ExitCode.FAILED, refused.why());
        }
        return outcome;
    }

    private void print(QueueName name, Outcome outcome) {
        if (json()) {
            out().println(Json.text(DeletionJson.of(name, outcome)));
        } else if (outcome instanceof Outcome.Ready ready) {
            out().println("queue " + name + " would be deleted, with "
                    + ready.contents().text());
        } else if (outcome instanceof Outcome.Deleted deleted) {
            out().println("queue " + name + " is deleted"
                    + (deleted.jobs() == 0
                            ? ""
                            : ", with " + deleted.jobs() + (deleted.jobs() == 1 ? " job" : " jobs")));
        }
    }
}
