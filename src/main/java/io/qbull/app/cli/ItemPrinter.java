package io.qbull.app.cli;

import org.jspecify.annotations.Nullable;

/** Prints a list item by item. */
interface ItemPrinter<T> {
    void print(T item);

    /**
     * Prints what follows the last item.
     *
     * @param next the place after which the list continues; null if nothing follows
     */
    void end(@Nullable String next);
}
