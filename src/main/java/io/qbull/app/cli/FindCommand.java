package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.why.Jobs;
import io.qbull.ops.why.Jobs.Shown;
import io.qbull.ops.why.JobsJson;
import io.qbull.ops.why.JobsTable;
import io.qbull.store.Store;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code qbull find}, which answers the same as {@code /api/queues/QUEUE/find}. */
@Command(
        name = "find",
        description =
                "Finds jobs by their id or key, wherever they are: held, in the stream, moved by a resize, delayed, or given up.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class FindCommand extends QueueCommand {
    @Option(names = "--id", paramLabel = "ID", description = "Jobs with this id.")
    private @Nullable String id;

    @Option(names = "--key", paramLabel = "KEY", description = "Jobs of this key.")
    private @Nullable String key;

    @Option(names = "--limit", paramLabel = "N", description = "At most N of each kind and partition (default: 100).")
    private int limit = 100;

    private @Nullable JobId wanted;

    /**
     * @param home the top of the repository
     */
    public FindCommand(Path home) {
        super(home);
    }

    @Override
    void check() throws CliException {
        if (id == null && key == null) {
            throw new CliException(ExitCode.USAGE, "Say which jobs: --id ID, --key KEY, or both");
        }
        if (limit < 1) {
            throw CliException.setting("--limit", Integer.toString(limit), "must be 1 or more");
        }
        wanted = id == null ? null : Arguments.read("--id: ", JobId::new, id);
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        Shown found = StoreAccess.finish(new Jobs(store).find(name, key, wanted, limit))
                .orElseThrow(() -> Arguments.noQueue(name));
        if (json()) {
            out().println(Json.text(JobsJson.of(found)));
        } else {
            out().print(JobsTable.of(found));
        }
        if (found.jobs().isEmpty()) {
            throw new CliException(
                    ExitCode.NOT_FOUND,
                    "There is no such job in " + name
                            + (found.more() ? ", as far as it was looked at: the queue is long" : ""));
        }
    }
}
