package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.redis.StoreAccess;
import io.qbull.model.QueueName;
import io.qbull.ops.Listing;
import io.qbull.store.Store;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code qbull dead list} and {@code qbull held list}: prints page after page, so that a list of any length fits into memory.
 *
 * @param <T> an item
 * @param <P> a place in a list of items
 */
@Command(name = "list", mixinStandardHelpOptions = true, versionProvider = Versions.class)
final class ListCommand<T, P> extends SelectionCommand<Selection<T, P>> {
    private static final int PAGE = 1000;

    @Option(names = "--limit", paramLabel = "N", description = "Lists at most N (default: 100).")
    private int limit = 100;

    @Option(names = "--after", paramLabel = "PLACE", description = "Continues after this place.")
    private @Nullable String after;

    private P start;

    ListCommand(Path home, Selection<T, P> selection) {
        super(home, selection);
        this.start = selection.start();
    }

    @Override
    void check() throws CliException {
        super.check();
        if (limit < 1) {
            throw CliException.setting("--limit", Integer.toString(limit), "must be 1 or more");
        }
        if (after != null) {
            start = Arguments.read("--after: ", selection()::place, after);
        }
    }

    @Override
    void run(Store store, QueueName name) throws CliException {
        ItemPrinter<T> printer = json()
                ? new JsonPrinter<>(
                        out(), name, selection().view().member(), selection().view()::json)
                : new TablePrinter<>(out(), selection().view());
        int left = selection().all() ? Integer.MAX_VALUE : limit;
        P next = start;
        while (next != null && left > 0) {
            Listing<T, P> page = StoreAccess.await(selection().list(store, name, next, Math.min(left, PAGE)))
                    .orElseThrow(() -> Arguments.noQueue(name));
            page.items().forEach(printer::print);
            left -= page.items().size();
            next = page.next();
        }
        printer.end(next == null ? null : next.toString());
    }
}
