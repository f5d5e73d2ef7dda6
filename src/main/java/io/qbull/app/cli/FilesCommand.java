package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.SettingsReader;
import io.qbull.ingest.file.Inbox;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.ops.Json;
import io.qbull.ops.files.UnfinishedFiles;
import io.qbull.ops.files.UnfinishedFiles.UnfinishedFile;
import io.qbull.store.Store;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qbull files}: the files that a pod has claimed and not finished. */
@Command(
        name = "files",
        description = "Lists unfinished files, and forgets one that is gone.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class FilesCommand {
    private final Path home;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * @param home the top of the repository
     */
    public FilesCommand(Path home) {
        this.home = home;
    }

    @Command(
            name = "list",
            description = "Lists the unfinished files of all queues.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    int list(@Option(names = "--json", description = "Prints JSON.") boolean json) throws CliException {
        try (Store store = StoreAccess.find(settings())) {
            List<UnfinishedFile> files = StoreAccess.await(new UnfinishedFiles(store).all());
            print(json ? Json.text(UnfinishedFiles.json(files)) + "\n" : UnfinishedFiles.table(files));
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "forget",
            description = {
                "Forgets a file that is gone: removes what Redis remembers of it.",
                "Records that were added stay. If the file comes back, all its records are added again."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    int forget(
            @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.") String queue,
            @Parameters(index = "1", paramLabel = "ULID", description = "The file, as qbull files list shows it.")
                    String ulid)
            throws CliException {
        QueueName name = Arguments.read(QueueName::new, queue);
        SourceId source = Arguments.read(SourceId::new, ulid);
        AppSettings settings = settings();
        try (Store store = StoreAccess.find(settings)) {
            UnfinishedFiles files = new UnfinishedFiles(store);
            UnfinishedFile file = StoreAccess.await(files.of(name)).stream()
                    .filter(each -> each.source().equals(source))
                    .findFirst()
                    .orElseThrow(() -> new CliException(
                            ExitCode.NOT_FOUND, "There is no unfinished file " + source + " of queue " + name));
            requireGone(file, new Inbox(settings.folders().inbox()));
            StoreAccess.await(files.forget(file));
            print("forgotten: " + source + "\n");
        }
        return ExitCode.OK.number();
    }

    private static void requireGone(UnfinishedFile file, Inbox inbox) throws CliException {
        if (inbox.find(file.queue(), file.source(), file.claim().file()) == Inbox.Place.WORK) {
            throw new CliException(
                    ExitCode.USAGE,
                    "The file still exists, and a pod reads it or will: first remove it from "
                            + inbox.folder().resolve(file.queue() + "/.work"));
        }
    }

    private AppSettings settings() throws CliException {
        return SettingsReader.ofProcess(home).read();
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
