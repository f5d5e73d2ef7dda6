package io.qbull.app.cli;

import io.qbull.ops.ItemView;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;

/** Prints a list as a table. */
final class TablePrinter<T> implements ItemPrinter<T> {
    private final PrintWriter out;
    private final ItemView<T> view;
    private boolean empty = true;

    TablePrinter(PrintWriter out, ItemView<T> view) {
        this.out = out;
        this.view = view;
    }

    @Override
    public void print(T item) {
        out.print((empty ? view.head() : "") + view.row(item));
        empty = false;
    }

    @Override
    public void end(@Nullable String next) {
        if (empty) {
            out.println("There are none.");
        } else if (next != null) {
            out.println("There may be more: --after " + next + ", or --all");
        }
    }
}
