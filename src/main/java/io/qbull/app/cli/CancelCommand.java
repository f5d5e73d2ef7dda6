package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.Stores;
import io.qbull.app.settings.ConfigFile;
import io.qbull.app.settings.SettingsReader;
import io.qbull.model.JobId;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
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

/** {@code qbull cancel}: what DELETE over HTTP does too. */
@Command(
        name = "cancel",
        description = "Removes a delayed job before it is due; a job with its id is taken again.",
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

    CancelCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws CliException {
        QueueName name;
        JobId job;
        try {
            name = new QueueName(queue);
            job = new JobId(id);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        SettingsReader reader = new SettingsReader(System.getenv(), ConfigFile.read(home), home);
        KeyHash hash = reader.keyHash(name);
        try (Store store = Stores.find(reader.read())) {
            QueueStatus.Present sight = Stores.await(new Queues(store.inspector()).one(name))
                    .orElseThrow(
                            () -> new CliException(ExitCode.NOT_FOUND, "There is no queue " + name + " in this Redis"));
            Layout layout = new Layout(sight.layoutVersion(), sight.partitionCount());
            if (Stores.await(store.delayed().cancel(layout.partitionOf(name, hash, key), key, job)) == 0) {
                throw new CliException(ExitCode.NOT_FOUND, "No job with this id and key waits for its time in " + name);
            }
        }
        spec.commandLine().getOut().println("cancelled: " + job);
        return ExitCode.OK.number();
    }
}
