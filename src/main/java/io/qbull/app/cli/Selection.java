package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.QueueName;
import io.qbull.ops.Change;
import io.qbull.ops.ItemView;
import io.qbull.ops.Listing;
import io.qbull.ops.Summary;
import io.qbull.store.Store;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import picocli.CommandLine.Option;

/**
 * Options that select dead letters or held keys, and the operations on what they select. The store's answers are empty if there is no
 * such queue.
 *
 * @param <T> an item
 * @param <P> a place in a list of items
 */
abstract class Selection<T, P> {
    @Option(names = "--all", description = "Selects all.")
    private boolean all;

    /** Changes the selected items that existed when it was made. */
    interface Snapshot {
        CompletionStage<Optional<Summary>> change(Change change);
    }

    boolean all() {
        return all;
    }

    /**
     * @throws CliException if the options cannot be read or contradict each other
     */
    final void check() throws CliException {
        if (narrowed() && all) {
            throw new CliException(ExitCode.USAGE, "--all cannot be combined with " + options());
        }
    }

    /**
     * @throws CliException if no option selects anything
     */
    final void requireChoice() throws CliException {
        if (!narrowed() && !all) {
            throw new CliException(ExitCode.USAGE, choice());
        }
    }

    /** Whether an option other than {@code --all} selects. */
    abstract boolean narrowed() throws CliException;

    /** The options other than {@code --all}. */
    abstract String options();

    /** Asks for an option that selects. */
    abstract String choice();

    /** Reads a place; throws {@link IllegalArgumentException} if the text is not one. */
    abstract P place(String text);

    /** The place before all items. */
    abstract P start();

    abstract ItemView<T> view();

    abstract CompletionStage<Optional<Listing<T, P>>> list(Store store, QueueName queue, P after, int most)
            throws CliException;

    abstract CompletionStage<Optional<Snapshot>> snapshot(Store store, QueueName queue) throws CliException;

    /** Names the items of a change, as the object of a verb. */
    abstract String counted(long count, QueueName queue);

    /** Says that the one item that the options name does not exist; empty if they name no single one. */
    abstract Optional<String> missing(QueueName queue);
}
