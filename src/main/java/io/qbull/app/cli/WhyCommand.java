package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.JobId;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.why.Answer;
import io.qbull.ops.why.Scope;
import io.qbull.ops.why.WhyJson;
import io.qbull.ops.why.WhyText;
import io.qbull.store.Store;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code qbull why}, which answers the same as {@code /api/queues/QUEUE/why}. */
@Command(
        name = "why",
        description = "Says why a queue, a partition, a key or a job does not move, and what to do.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class WhyCommand extends QueueCommand {
    @Option(names = "--partition", paramLabel = "P", description = "Only this partition.")
    private @Nullable Integer partition;

    @Option(names = "--key", paramLabel = "KEY", description = "Only this key.")
    private @Nullable String key;

    @Option(names = "--id", paramLabel = "ID", description = "Only the job with this id.")
    private @Nullable String id;

    private Scope scope = Scope.ALL;

    /**
     * @param home the top of the repository
     */
    public WhyCommand(Path home) {
        super(home);
    }

    @Override
    void check() throws CliException {
        JobId job = id == null ? null : Arguments.read("--id: ", JobId::new, id);
        scope = Arguments.read("", text -> new Scope(partition, key, job), "");
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        Answer answer = StoreAccess.await(StoreAccess.why(store).ask(name, scope))
                .orElseThrow(
                        () -> partition == null ? Arguments.noQueue(name) : Arguments.noPartition(name, partition));
        if (json()) {
            out().println(Json.text(WhyJson.of(answer)));
        } else {
            out().print(WhyText.of(answer));
        }
    }
}
