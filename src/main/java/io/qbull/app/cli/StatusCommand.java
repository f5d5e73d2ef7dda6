package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.SettingsReader;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.status.QueueJson;
import io.qbull.ops.status.Queues;
import io.qbull.ops.status.StatusTable;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qbull status}. */
@Command(
        name = "status",
        description = "Shows which pods own the partitions, and how many jobs are waiting.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class StatusCommand implements Callable<Integer> {
    private final Path home;

    @Parameters(index = "0", arity = "0..1", paramLabel = "QUEUE", description = "Only this queue.")
    private @Nullable String queue;

    @Option(names = "--json", description = "Prints JSON, as /api/queues answers.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * @param home the top of the repository
     */
    public StatusCommand(Path home) {
        this.home = home;
    }

    @Override
    public Integer call() throws CliException {
        AppSettings settings = SettingsReader.ofProcess(home).read();
        QueueName name = queue == null ? null : Arguments.read(QueueName::new, queue);
        String report;
        try (Store store = StoreAccess.find(settings)) {
            Queues queues = new Queues(store.inspector());
            report = name == null ? all(queues) : one(queues, name);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(report);
        out.flush();
        return ExitCode.OK.number();
    }

    private String all(Queues queues) throws CliException {
        List<QueueStatus.Present> found = StoreAccess.await(queues.all());
        if (json) {
            return Json.text(Queues.json(found)) + "\n";
        }
        return found.isEmpty()
                ? "There are no queues yet.\n"
                : found.stream().map(StatusTable::of).collect(Collectors.joining("\n"));
    }

    private String one(Queues queues, QueueName name) throws CliException {
        QueueStatus.Present found = StoreAccess.await(queues.one(name)).orElseThrow(() -> Arguments.noQueue(name));
        return json ? Json.text(QueueJson.of(found)) + "\n" : StatusTable.of(found);
    }
}
