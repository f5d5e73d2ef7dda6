package io.qbull.app.bench;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Makes things as long as there are to be more, which is asked once for each: what was promised is there even if the time is over. */
final class Supply<T> implements Iterator<T> {
    private final BooleanSupplier more;
    private final Supplier<T> maker;
    private boolean promised;

    Supply(BooleanSupplier more, Supplier<T> maker) {
        this.more = more;
        this.maker = maker;
    }

    @Override
    public boolean hasNext() {
        promised = promised || more.getAsBoolean();
        return promised;
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        promised = false;
        return maker.get();
    }
}
