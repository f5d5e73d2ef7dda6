package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.SettingsReader;
import io.qbull.model.QueueName;
import io.qbull.ops.Json;
import io.qbull.ops.resize.ResizeAdmin;
import io.qbull.ops.resize.ResizeView;
import io.qbull.ops.status.Overview;
import io.qbull.ops.status.QueueJson;
import io.qbull.ops.status.Queues;
import io.qbull.ops.status.StatusTable;
import io.qbull.store.Inspector.QueueStatus;
import io.qbull.store.Rounds;
import io.qbull.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
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
        description =
                "Shows how many jobs each queue has to do, how fast jobs come and end, and which pods own its partitions.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
public final class StatusCommand implements Callable<Integer> {
    private static final int QUEUES_AT_ONCE = 16;

    private final Path home;

    @Parameters(index = "0", arity = "0..1", paramLabel = "QUEUE", description = "Only this queue.")
    private @Nullable String queue;

    @Option(names = "--json", description = "Prints JSON, as /api/queues answers.")
    private boolean json;

    @Option(
            names = {"-v", "--verbose"},
            description = "Shows each partition.")
    private boolean verbose;

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
            report = name == null ? all(store, queues) : one(store, queues, name);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(report);
        out.flush();
        return ExitCode.OK.number();
    }

    private String all(Store store, Queues queues) throws CliException {
        List<QueueStatus.Present> found = StoreAccess.await(queues.all());
        if (json) {
            return Json.text(Queues.json(found)) + "\n";
        }
        if (found.isEmpty()) {
            return "There are no queues yet.\n";
        }
        String overview = overview(store, found, queues::all) + resizes(store, found);
        return verbose
                ? overview + found.stream().map(StatusTable::of).collect(Collectors.joining("\n", "\n", ""))
                : overview;
    }

    private String one(Store store, Queues queues, QueueName name) throws CliException {
        QueueStatus.Present found = StoreAccess.await(queues.one(name)).orElseThrow(() -> Arguments.noQueue(name));
        if (json) {
            return Json.text(QueueJson.of(found)) + "\n";
        }
        String overview = overview(
                        store,
                        List.of(found),
                        () -> queues.one(name)
                                .thenApply(again -> again.map(List::of).orElse(List.of())))
                + resizes(store, List.of(found));
        return verbose ? overview + "\n" + StatusTable.of(found) : overview;
    }

    private static String resizes(Store store, List<QueueStatus.Present> found) throws CliException {
        ResizeAdmin admin = new ResizeAdmin(store);
        List<QueueName> names = found.stream().map(QueueStatus.Present::queue).toList();
        List<Optional<String>> lines = StoreAccess.finish(Rounds.of(
                QUEUES_AT_ONCE,
                names,
                name -> admin.underWay(name)
                        .thenApply(status -> status.map(running -> ResizeView.sentence(name, running) + "\n"))));
        return lines.stream().flatMap(Optional::stream).collect(Collectors.joining());
    }

    /** Looks twice if there are jobs or pods, so that it can say how fast jobs come and end. */
    private static String overview(
            Store store, List<QueueStatus.Present> found, Supplier<CompletionStage<List<QueueStatus.Present>>> again)
            throws CliException {
        Overview overview = Overview.worthASecondLook(found)
                ? StoreAccess.await(StoreAccess.secondLook(store).at(found, again))
                : new Overview(found, null, Duration.ZERO);
        return overview.text();
    }
}
