package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.Stores;
import io.qbull.app.settings.AppSettings;
import io.qbull.app.settings.ConfigFile;
import io.qbull.app.settings.SettingsReader;
import io.qbull.ingest.file.Inbox;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.ops.Json;
import io.qbull.ops.files.Files;
import io.qbull.store.Store;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code files}: files that were claimed and are not finished. */
@Command(
        name = "files",
        description = "Shows the files that are being read, and gives up one that is gone.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class FilesCommand {
    private final Path home;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    FilesCommand(Path home) {
        this.home = home;
    }

    @Command(
            name = "list",
            description = "Lists the files of all queues that are not finished.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    int list(@Option(names = "--json", description = "As JSON.") boolean json) throws CliException {
        AppSettings settings = settings();
        try (Store store = Stores.find(settings)) {
            List<Files.Unfinished> files = Stores.await(new Files(store).all());
            print(json ? new String(Json.bytes(Files.json(files)), StandardCharsets.UTF_8) + "\n" : Files.table(files));
        }
        return ExitCode.OK.number();
    }

    @Command(
            name = "forget",
            description = {
                "Gives up a file that is gone: what Redis remembers of it is removed.",
                "Its records that were added stay; if the file comes again, all are added again."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    int forget(
            @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.") String queue,
            @Parameters(index = "1", paramLabel = "ULID", description = "The file, as qbull files list shows it.")
                    String ulid)
            throws CliException {
        QueueName name;
        SourceId source;
        try {
            name = new QueueName(queue);
            source = new SourceId(ulid);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        AppSettings settings = settings();
        try (Store store = Stores.find(settings)) {
            Files files = new Files(store);
            Files.Unfinished file = Stores.await(files.of(name)).stream()
                    .filter(each -> each.source().equals(source))
                    .findFirst()
                    .orElseThrow(() -> new CliException(
                            ExitCode.NOT_FOUND, "There is no unfinished file " + source + " of queue " + name));
            Inbox inbox = new Inbox(settings.folders().inbox());
            if (inbox.find(name, source, file.claim().file()) == Inbox.Place.WORK) {
                throw new CliException(
                        ExitCode.USAGE,
                        "The file is there, and a pod reads it or will: take it out of "
                                + inbox.folder().resolve(name + "/.work") + " first");
            }
            Stores.await(files.forget(file));
            print("forgotten: " + source + "\n");
        }
        return ExitCode.OK.number();
    }

    private AppSettings settings() throws CliException {
        return new SettingsReader(System.getenv(), ConfigFile.read(home), home).read();
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
