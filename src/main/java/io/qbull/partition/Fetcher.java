package io.qbull.partition;

import static java.util.Objects.requireNonNull;

import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.LogCursor;
import io.qbull.model.PartitionStage;
import io.qbull.model.StreamId;
import io.qbull.store.HeldJobs.Parked;
import io.qbull.store.JobLog.Agenda;
import io.qbull.store.JobLog.Fetch;
import io.qbull.store.Reachability;
import io.qbull.store.Reachability.Subject;
import io.qbull.store.WakeUps.Known;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log and the owner's agenda, one fetch at a time, and watches for what comes after. On the event loop.
 */
final class Fetcher {
    private static final Duration RETRY = Duration.ofMillis(100);

    private final LeasedPartition partition;
    private final Arrivals arrivals;
    private final Events events;
    private final Reachability reachability;
    private final Subject subject;

    private Phase phase = Phase.RESTING;
    /** The last fetch reached the end of the stream, and no new entry has been announced since. */
    private boolean atEnd;
    /** A marker has ended that fetch: what is added behind it is not worth a wake-up. */
    private boolean atGate;
    /** The newest layout version whose jobs may run, when it was last read. */
    private int started;
    /** The last fetch was for a key of which entries had been passed by. */
    private boolean refilled;
    /** What the watch is set for; null once it has fired. */
    private @Nullable Known watched;

    /** What a pump still wants from a fetch. */
    enum Demand {
        /** Nothing: replies are ignored. */
        NOTHING,
        /** The agenda alone: requests, and when delayed jobs are due. */
        AGENDA,
        /** Jobs too. */
        JOBS
    }

    /** Whether a fetch is under way, and whether another one is called for. */
    private enum Phase {
        /** The next fetch leaves when jobs are wanted. */
        RESTING,
        /** The next fetch leaves at once. */
        CALLED,
        /** A fetch is under way, or waits to be repeated. */
        FETCHING,
        /** The same, and another one leaves after it. */
        FETCHING_CALLED;

        boolean fetching() {
            return this == FETCHING || this == FETCHING_CALLED;
        }

        Phase call() {
            return fetching() ? FETCHING_CALLED : CALLED;
        }

        Phase answer() {
            return this == FETCHING_CALLED ? CALLED : RESTING;
        }
    }

    /** What the pump is asked and told. */
    interface Events {
        /** What is wanted now. */
        Demand demand();

        /**
         * A fetch is answered, and what it has read is about to be taken.
         *
         * @param stage how far the partition was in a resize
         */
        void shows(PartitionStage stage);

        /**
         * A fetch was answered.
         *
         * @param agenda what else waits for the owner
         * @param added whether entries were looked for in the stream
         */
        void fetched(Agenda agenda, boolean added);

        /** Redis refused a fetch: the lease has ended. */
        void fenced();

        /** A fetch may leave. */
        void changed();
    }

    Fetcher(LeasedPartition partition, Arrivals arrivals, Events events) {
        this.partition = partition;
        this.arrivals = arrivals;
        this.events = events;
        this.reachability = partition.context().reachability();
        this.subject = Subject.jobs(partition.lease().partition().index());
    }

    /** Whether a fetch is under way. */
    boolean fetching() {
        return phase.fetching();
    }

    /** Whether all entries of the log that may be read have been. */
    boolean atEnd() {
        return atEnd;
    }

    /** Whether a marker has ended the last fetch, so that nothing is known of what is behind it. */
    boolean atGate() {
        return atGate;
    }

    /** The newest layout version whose jobs may run, when it was last read. */
    int started() {
        return started;
    }

    /** The log has grown: it is read on when there is room. */
    void expectMore() {
        atEnd = false;
    }

    /** The agenda has changed: another fetch reads it. */
    void call() {
        phase = phase.call();
    }

    /**
     * Fetches if that is worth a call, else watches for what would make it so.
     *
     * @param told the last request known
     * @param watchedFrom only requests after this one are worth a wake-up
     */
    void proceed(StreamId told, StreamId watchedFrom) {
        Demand demand = events.demand();
        if (demand != Demand.NOTHING && !fetching()) {
            fetch(demand, told);
            watch(demand, watchedFrom);
        }
    }

    private void fetch(Demand demand, StreamId told) {
        Prefetched prefetched = partition.prefetched();
        boolean wanted = demand == Demand.JOBS && !atEnd && prefetched.wantsMore();
        KeyLine key = demand == Demand.JOBS ? prefetched.refillable(wanted) : null;
        // What was passed by and what follows take turns.
        if (key != null && !(wanted && refilled)) {
            refill(key, told);
            return;
        }
        if (!wanted && phase != Phase.CALLED) {
            return;
        }
        refilled = false;
        phase = Phase.FETCHING;
        int room = wanted ? prefetched.room() : 0;
        int byteRoom = wanted ? prefetched.byteRoom() : 1;
        if (wanted) {
            prefetched.expect(room, byteRoom);
        }
        send(prefetched.cursor(), told, room, byteRoom, (fetch, failure) -> fetched(fetch, failure, wanted));
    }

    /** Reads on where the known entries of a key end. */
    private void refill(KeyLine key, StreamId told) {
        Prefetched prefetched = partition.prefetched();
        EntryId from = requireNonNull(key.passedFrom);
        refilled = true;
        phase = Phase.FETCHING;
        int room = prefetched.refillRoom();
        int byteRoom = prefetched.refillByteRoom();
        prefetched.expect(room, byteRoom);
        send(
                prefetched.cursor().from(from),
                told,
                room,
                byteRoom,
                (fetch, failure) -> answered(fetch, failure, (read, demand) -> {
                    boolean adds = demand == Demand.JOBS;
                    if (adds) {
                        prefetched.refill(key, from, read.entries(), read.more());
                    }
                    return adds;
                }));
    }

    private void send(
            LogCursor after,
            StreamId told,
            int room,
            int byteRoom,
            BiConsumer<@Nullable Fetch, @Nullable Throwable> answered) {
        FencedCommands.send(() -> partition.store().jobs().fetch(partition.lease(), after, told, room, byteRoom))
                .whenComplete((fetch, failure) -> partition.loop().execute(() -> answered.accept(fetch, failure)));
    }

    private void fetched(@Nullable Fetch fetch, @Nullable Throwable failure, boolean wanted) {
        answered(fetch, failure, (read, demand) -> {
            boolean adds = wanted && demand == Demand.JOBS;
            if (adds) {
                drop(read.entries());
                partition.prefetched().add(read.entries(), !read.more(), partition::heldOnRecord);
                atEnd = !read.more();
                atGate = read.gate();
            }
            return adds;
        });
    }

    /** Markers that have served leave the stream like finished jobs. */
    private void drop(List<Entry> read) {
        for (Entry entry : read) {
            if (entry instanceof Entry.Marker marker) {
                partition.commits().add(marker.id(), partition.prefetched().finished(marker.id()));
            }
        }
    }

    /**
     * @param taker takes what was read, and says whether it took entries
     */
    private void answered(
            @Nullable Fetch fetch, @Nullable Throwable failure, BiPredicate<Fetch.Entries, Demand> taker) {
        partition.prefetched().expect(0, 0);
        Demand demand = events.demand();
        if (demand == Demand.NOTHING) {
            return;
        }
        if (fetch instanceof Fetch.Entries read) {
            reachability.answered(subject);
            started = read.stage().started();
            events.shows(read.stage());
            take(read, taker);
        } else if (fetch instanceof Fetch.Segments segments) {
            reachability.answered(subject);
            partition.prefetched().follow(segments.staged());
            phase = Phase.CALLED;
            events.changed();
        } else if (fetch instanceof Fetch.Fenced) {
            events.fenced();
        } else {
            reachability.unanswered(subject, failure);
            partition.loop().schedule(RETRY, () -> {
                phase = Phase.CALLED;
                events.changed();
            });
        }
    }

    private void take(Fetch.Entries read, BiPredicate<Fetch.Entries, Demand> taker) {
        // While it is not known which keys leave, nothing is taken; it is read again.
        Demand demand = events.demand();
        List<Parked> arrived = demand == Demand.JOBS ? arrivals.in(read.entries()) : List.of();
        if (arrived.isEmpty()) {
            phase = phase.answer();
            events.fetched(read.agenda(), taker.test(read, demand));
        } else {
            // All is read again when they are held, and what follows them.
            arrivals.unpack(arrived, () -> phase = Phase.CALLED);
            events.fetched(read.agenda(), false);
        }
    }

    /** Watches the requests and notes at any time, and the stream when all of it has been read. */
    private void watch(Demand demand, StreamId watchedFrom) {
        Known known = new Known(
                demand == Demand.JOBS && atEnd && !atGate
                        ? partition.prefetched().cursor().own()
                        : null,
                watchedFrom);
        if (!fetching() && !known.equals(watched)) {
            watched = known;
            partition
                    .store()
                    .wakeUps()
                    .watch(
                            partition.lease().partition(),
                            known,
                            () -> partition.loop().execute(() -> wake(known)));
        }
    }

    private void wake(Known fired) {
        if (fired.equals(watched)) {
            watched = null;
        }
        expectMore();
        call();
        events.changed();
    }
}
