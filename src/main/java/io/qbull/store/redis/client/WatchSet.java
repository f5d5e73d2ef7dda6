package io.qbull.store.redis.client;

import io.qbull.model.PartitionId;
import io.qbull.model.StreamId;
import io.qbull.store.WakeUps.Known;
import io.qbull.store.redis.schema.Keys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one blocking reader waits for. A partition whose watch has fired stays in the set: its owner watches again as soon as it has
 * fetched, and needs no other read if nothing came in between. What does come then is remembered, and the key leaves the set until the
 * next watch, so that a partition whose owner is busy costs one read at most. Pure; not thread-safe.
 */
final class WatchSet {
    private final Map<PartitionId, Watched> partitions = new HashMap<>();
    /** Keys of the read under way, or of the last one. */
    private Map<String, Ear> reading = Map.of();

    /** A partition, and what to run when there is more. */
    private static final class Watched {
        final Ear stream;
        final Ear inbox;
        /** Whether the owner waits for jobs, too. */
        boolean wantsStream;
        /** Null while the owner does not wait. */
        @Nullable
        Runnable wakeUp;

        Watched(PartitionId partition) {
            this.stream = new Ear(Keys.stream(partition), this);
            this.inbox = new Ear(Keys.inbox(partition), this);
        }

        boolean wants(Ear ear) {
            return wakeUp != null && (ear == inbox || wantsStream);
        }

        @Nullable
        Runnable fire() {
            Runnable fired = wakeUp;
            wakeUp = null;
            // The owner fetches, which reads whatever was heard before.
            stream.missed = false;
            inbox.missed = false;
            return fired;
        }
    }

    /** One key, and the last of its entries that is known to the owner or was heard. */
    private static final class Ear {
        final String key;
        final Watched partition;
        StreamId after = StreamId.START;
        /** Whether the next read includes the key. */
        boolean open;
        /** Whether an entry was heard while the owner did not wait. */
        boolean missed;

        Ear(String key, Watched partition) {
            this.key = key;
            this.partition = partition;
        }

        /**
         * @return whether the owner does not know an entry that was heard
         */
        boolean await(StreamId known) {
            boolean more = missed && after.compareTo(known) > 0;
            if (after.compareTo(known) < 0) {
                after = known;
            }
            open = true;
            return more;
        }
    }

    /** What a watch needs. */
    enum Need {
        /** The read under way covers it. */
        NOTHING,
        /** A read that begins now. */
        READ,
        /** To be woken: an entry that the owner does not know was heard. */
        WAKE
    }

    /** One key to read. */
    record Place(String key, StreamId after) {}

    Need watch(PartitionId partition, Known known, Runnable wakeUp) {
        Watched watched = partitions.computeIfAbsent(partition, Watched::new);
        StreamId stream = known.stream();
        watched.wakeUp = wakeUp;
        watched.wantsStream = stream != null;
        boolean more = watched.inbox.await(known.inbox());
        boolean covered = reads(watched.inbox);
        if (stream != null) {
            more |= watched.stream.await(stream);
            covered &= reads(watched.stream);
        }
        if (more) {
            return Need.WAKE;
        }
        watched.stream.missed &= stream == null;
        watched.inbox.missed = false;
        return covered ? Need.NOTHING : Need.READ;
    }

    private boolean reads(Ear ear) {
        return reading.get(ear.key) == ear;
    }

    /**
     * @return the wake-up of a partition whose owner is to be woken; null if it does not wait any more
     */
    @Nullable
    Runnable wake(PartitionId partition) {
        Watched watched = partitions.get(partition);
        return watched == null ? null : watched.fire();
    }

    void forget(PartitionId partition) {
        Watched forgotten = partitions.remove(partition);
        if (forgotten != null) {
            // The read under way may still include it.
            forgotten.wakeUp = null;
        }
    }

    boolean isEmpty() {
        return partitions.values().stream().noneMatch(each -> each.stream.open || each.inbox.open);
    }

    /** Any of the partitions. There must be one. */
    PartitionId any() {
        return partitions.keySet().iterator().next();
    }

    /**
     * @return what the read that begins now waits for
     */
    List<Place> begin() {
        Map<String, Ear> open = new HashMap<>();
        List<Place> places = new ArrayList<>();
        for (Watched watched : partitions.values()) {
            for (Ear ear : List.of(watched.stream, watched.inbox)) {
                if (ear.open) {
                    open.put(ear.key, ear);
                    places.add(new Place(ear.key, ear.after));
                }
            }
        }
        reading = open;
        return places;
    }

    /**
     * The read has ended.
     *
     * @param heard the entry that was found in each key where one was found
     * @return wake-ups to run
     */
    List<Runnable> end(Map<String, StreamId> heard) {
        Map<String, Ear> read = reading;
        reading = Map.of();
        List<Runnable> due = new ArrayList<>();
        heard.forEach((key, entry) -> {
            Ear ear = read.get(key);
            if (ear != null && entry.compareTo(ear.after) > 0) {
                ear.after = entry;
                Runnable fired = ear.partition.wants(ear) ? ear.partition.fire() : null;
                if (fired != null) {
                    due.add(fired);
                } else {
                    ear.missed = true;
                    ear.open = false;
                }
            }
        });
        return due;
    }

    /** Forgets everything. */
    List<Runnable> clear() {
        List<Runnable> waiting = new ArrayList<>();
        for (Watched watched : partitions.values()) {
            Runnable fired = watched.fire();
            if (fired != null) {
                waiting.add(fired);
            }
        }
        partitions.clear();
        reading = Map.of();
        return waiting;
    }
}
