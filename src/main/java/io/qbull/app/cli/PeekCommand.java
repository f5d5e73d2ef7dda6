package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.redis.StoreAccess;
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

/** {@code qbull peek}, which answers the same as {@code /api/queues/QUEUE/peek}. */
@Command(
        name = "peek",
        description =
                "Shows which jobs come next: the first ones of each partition, and the delayed ones that are due first.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class PeekCommand extends QueueCommand {
    @Option(names = "--partition", paramLabel = "P", description = "Only this partition.")
    private @Nullable Integer partition;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most N of each kind and partition (default: 3, most: 100).")
    private int limit = 3;

    /**
     * @param home the top of the repository
     */
    public PeekCommand(Path home) {
        super(home);
    }

    @Override
    void check() throws CliException {
        if (limit < 1 || limit > 100) {
            throw CliException.setting("--limit", Integer.toString(limit), "must be 1 to 100");
        }
        if (partition != null && partition < 0) {
            throw CliException.setting("--partition", Integer.toString(partition), "must be 0 or more");
        }
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        Shown next = StoreAccess.finish(new Jobs(store).next(name, partition, limit))
                .orElseThrow(
                        () -> partition == null ? Arguments.noQueue(name) : Arguments.noPartition(name, partition));
        if (json()) {
            out().println(Json.text(JobsJson.of(next)));
        } else {
            out().print(next.jobs().isEmpty() ? "Nothing waits.\n" : JobsTable.of(next));
        }
    }
}
