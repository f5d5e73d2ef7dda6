package io.qbull.app;

import io.qbull.ingest.Inbox;
import io.qbull.model.QueueName;
import io.qbull.model.SourceId;
import io.qbull.ops.Files;
import io.qbull.ops.QueueJson;
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
final class FilesVerb {
    private final Path home;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    FilesVerb(Path home) {
        this.home = home;
    }

    @Command(
            name = "list",
            description = "Lists the files of all queues that are not finished.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    int list(@Option(names = "--json", description = "As JSON.") boolean json) throws Refusal {
        AppSettings settings = settings();
        try (Store store = Stores.find(settings)) {
            List<Files.Unfinished> files = Stores.await(new Files(store).all());
            print(
                    json
                            ? new String(QueueJson.bytes(Files.json(files)), StandardCharsets.UTF_8) + "\n"
                            : Files.table(files));
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
            throws Refusal {
        QueueName name;
        SourceId source;
        try {
            name = new QueueName(queue);
            source = new SourceId(ulid);
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
        AppSettings settings = settings();
        try (Store store = Stores.find(settings)) {
            Files files = new Files(store);
            Files.Unfinished file = Stores.await(files.of(name)).stream()
                    .filter(each -> each.source().equals(source))
                    .findFirst()
                    .orElseThrow(() -> new Refusal(
                            ExitCode.NOT_FOUND, "There is no unfinished file " + source + " of queue " + name));
            Inbox inbox = new Inbox(settings.folders().inbox());
            if (inbox.find(name, source, file.claim().file()) == Inbox.Place.WORK) {
                throw new Refusal(
                        ExitCode.USAGE,
                        "The file is there, and a pod reads it or will: take it out of "
                                + inbox.folder().resolve(name + "/.work") + " first");
            }
            Stores.await(files.forget(file));
            print("forgotten: " + source + "\n");
        }
        return ExitCode.OK.number();
    }

    private AppSettings settings() throws Refusal {
        return new SettingsReader(System.getenv(), ConfigFile.read(home), home).read();
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }
}
