package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.QueueName;
import io.qbull.ops.Listing;
import io.qbull.ops.dead.DeadJson;
import io.qbull.ops.dead.DeadTable;
import io.qbull.store.Store;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code qbull dead show}. */
@Command(
        name = "show",
        description = "Shows dead letters with their headers and bodies.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class)
final class DeadShowCommand extends QueueCommand {
    /** How many whole bodies are in memory at a time. */
    private static final int PAGE = 10;

    @Mixin
    private final DeadSelection selection = new DeadSelection();

    DeadShowCommand(Path home) {
        super(home);
    }

    @Override
    void check() throws CliException {
        selection.check();
        selection.requireChoice();
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        JsonPrinter<DeadLetter> document =
                new JsonPrinter<>(out(), name, selection.view().member(), DeadJson::whole);
        boolean none = true;
        DeadPlace next = DeadPlace.START;
        while (next != null) {
            Listing<DeadLetter, DeadPlace> page = StoreAccess.await(
                            selection.list(store, name, next, PAGE, Integer.MAX_VALUE))
                    .orElseThrow(() -> Arguments.noQueue(name));
            for (DeadLetter letter : page.items()) {
                if (json()) {
                    document.print(letter);
                } else {
                    out().print((none ? "" : System.lineSeparator()) + DeadTable.whole(letter));
                }
                none = false;
            }
            next = page.next();
        }
        if (none) {
            throw new CliException(ExitCode.NOT_FOUND, DeadSelection.noLetter(name));
        }
        if (json()) {
            document.end();
        }
    }
}
