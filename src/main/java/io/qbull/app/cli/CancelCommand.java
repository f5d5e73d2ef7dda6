package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.SettingsReader;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.ops.status.Queues;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.Store;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qbull cancel}, which does the same as DELETE over HTTP. */
@Command(
        name = "cancel",
        description = "Removes a delayed job before it is due. A new job with the same id is accepted again.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class CancelCommand implements Callable<Integer> {
    private final Path home;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
    private String queue = "";

    @Option(names = "--id", paramLabel = "ID", required = true, description = "The job's id.")
    private String id = "";

    @Option(names = "--key", paramLabel = "KEY", required = true, description = "The job's key.")
    private String key = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * @param home the top of the repository
     */
    public CancelCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws CliException {
        QueueName name = Arguments.read(QueueName::new, queue);
        JobId job = Arguments.read(JobId::new, id);
        SettingsReader reader = SettingsReader.ofProcess(home);
        KeyHash configured = reader.keyHash(name);
        try (Store store = StoreAccess.find(reader.read())) {
            QueueStatus.Present status = StoreAccess.await(new Queues(store.inspector()).one(name))
                    .orElseThrow(() -> Arguments.noQueue(name));
            // What the layout says rules, as it does for the pods.
            KeyHash hash = StoreAccess.await(store.layouts().keyHash(name)).orElse(configured);
            Layout layout = new Layout(status.layoutVersion(), status.partitionCount());
            PartitionId partition = layout.partitionOf(name, hash, key);
            if (StoreAccess.await(store.delayed().cancel(partition, layout.version(), key, job)) == 0) {
                throw new CliException(ExitCode.NOT_FOUND, "There is no delayed job with this id and key in " + name);
            }
        }
        spec.commandLine().getOut().println("cancelled: " + job);
        return ExitCode.OK.number();
    }
}
