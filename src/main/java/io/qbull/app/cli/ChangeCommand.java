package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.Json;
import io.qbull.ops.Summary;
import io.qbull.store.Store;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code retry} and {@code drop} of {@code qbull dead} and {@code qbull held}. */
@Command(mixinStandardHelpOptions = true, versionProvider = Versions.class)
final class ChangeCommand extends SelectionCommand<Selection<?, ?>> {
    private final Change change;

    @Mixin
    private final Confirmation confirmation = new Confirmation();

    ChangeCommand(Path home, Selection<?, ?> selection, Change change) {
        super(home, selection);
        this.change = change;
    }

    @Override
    void check() throws CliException {
        super.check();
        selection().requireChoice();
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        // What fails while the question waits for its answer is not changed: it was not counted.
        Selection.Snapshot snapshot =
                StoreAccess.await(selection().snapshot(store, name)).orElseThrow(() -> Arguments.noQueue(name));
        Summary counted = change(snapshot, Change.COUNT, name);
        requireSuccess(counted);
        Optional<String> missing = selection().missing(name);
        if (counted.found() == 0 && missing.isPresent()) {
            throw new CliException(ExitCode.NOT_FOUND, missing.get());
        }
        if (confirmation.dryRun()) {
            String text = counted.found() + " would be " + change.past();
            out().println(json() ? Json.text(selection().view().json(name, Change.COUNT, counted)) : text);
            return;
        }
        confirmation.confirm(err(), question(counted.found(), name), counted.found());
        Summary summary = change(snapshot, change, name);
        out().println(
                        json()
                                ? Json.text(selection().view().json(name, change, summary))
                                : selection().view().sentence(change, summary));
        out().flush();
        requireSuccess(summary);
    }

    private String question(long count, QueueName name) {
        String verb = change.verb();
        return verb.substring(0, 1).toUpperCase(Locale.ROOT) + verb.substring(1) + " "
                + selection().counted(count, name);
    }

    private static Summary change(Selection.Snapshot snapshot, Change change, QueueName name) throws CliException {
        return StoreAccess.finish(snapshot.change(change)).orElseThrow(() -> Arguments.noQueue(name));
    }

    private static void requireSuccess(Summary summary) throws CliException {
        Throwable failure = summary.failure();
        if (failure != null) {
            throw StoreAccess.cliException(failure);
        }
    }
}
