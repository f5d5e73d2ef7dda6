package io.qbull.resize.search;

import io.qbull.model.HeldPlace;

/** What an entry of a stream is. */
sealed interface Item {
    /** Separates layout versions. */
    record Marker(int version) implements Item {}

    /** A job, or what came of it in the partition from which it moved. */
    sealed interface OfJob extends Item {
        int job();
    }

    /** A job that was neither held nor delayed. */
    record Plain(int job) implements OfJob {}

    /** A job that was held, and whose owner has yet to unpack it. */
    record Held(int job, HeldPlace place, boolean attempted) implements OfJob {}

    /** A job that was delayed. */
    record Delayed(int job) implements OfJob {}

    /** An item with its id in a stream. */
    record Stored(long id, Item item) {
        boolean isJob(int job) {
            return item instanceof OfJob of && of.job() == job;
        }
    }
}
