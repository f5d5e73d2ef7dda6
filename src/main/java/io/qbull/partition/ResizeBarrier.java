package io.qbull.partition;

import io.qbull.model.PartitionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys that leave for a resize from being touched, from the first answer that shows the seal until the jobs of the new layout
 * run. Says when nothing is under way for them any more, so that they can be moved. On the event loop.
 *
 * <p>Two rounds make sure of that. First no job of such a key runs or is uncommitted, and no command about such a key is unanswered; from
 * then on none is sent. Then the commands that were sent before and name no key are waited for. Those that are sent meanwhile are not,
 * so that a busy partition comes to an end, too.
 *
 * <p>Also says which entries are misplaced by the layout whose jobs run here. While another one comes they are passed by, and then the log
 * is read again from its head, because earlier jobs of their keys may have come into segments.
 */
final class ResizeBarrier {
    private final LeasedPartition partition;
    private final PumpListener listener;
    private final BooleanSupplier recording;
    private final Runnable gateChanged;
    private final Rerouter rerouter;
    private Phase phase = Phase.UNREAD;
    private Predicate<String> leaving = ResizeBarrier::none;
    /** The newest version that the partition was sealed for, as far as is known. */
    private int sealed;
    /** Held keys that leave were forgotten. */
    private boolean forgotten;

    private boolean moved;
    /** How often another phase has begun. */
    private int turns;
    /** The current layout does not have the partition, as far as is known. */
    private boolean retired;
    /** Entries were passed by, and the log was not read again since the jobs of the new layout run. */
    private boolean unread;
    /** The same of misplaced entries. */
    private boolean unreadMisplaced;
    /** Where keys belong by the layout whose jobs run, or that comes; null if it is the first one, or not known. */
    private @Nullable KeyHomes homes;

    /** What is known, and what is under way. */
    private enum Phase {
        /** No answer has shown the stage of the partition. */
        UNREAD,
        /** Which entries are misplaced is asked. */
        PLACING,
        /** All jobs may run that are not misplaced. */
        OPEN,
        /** Which keys leave is asked. */
        ASKING,
        /** Something is under way for keys that leave. */
        BUSY,
        /** Commands that were sent before are waited for. */
        SETTLING,
        /** Nothing is under way for keys that leave, nor will it be. */
        CLEAR
    }

    /**
     * @param partition from which keys leave
     * @param listener is asked which do, and told when they can be moved
     * @param recording whether the start of a job is being put on record
     * @param gateChanged called when other jobs may start than before
     * @param changed called when more misplaced entries may be sent
     */
    ResizeBarrier(
            LeasedPartition partition,
            PumpListener listener,
            BooleanSupplier recording,
            Runnable gateChanged,
            Runnable changed) {
        this.partition = partition;
        this.listener = listener;
        this.recording = recording;
        this.gateChanged = gateChanged;
        this.rerouter = new Rerouter(partition, this::outdated, changed);
    }

    /** Whether an answer has shown how far the partition is. */
    boolean read() {
        return phase != Phase.UNREAD;
    }

    /** Whether it is asked which keys leave, or do not belong here. Until that is known nothing is read, parked or buried. */
    boolean asking() {
        return phase == Phase.ASKING || phase == Phase.PLACING;
    }

    /** Sends misplaced entries to where they belong. */
    Rerouter rerouter() {
        return rerouter;
    }

    /** Sends misplaced entries if no resize is under way here, as far as is known, and if the log need not be read again before. */
    void reroute() {
        if (phase == Phase.OPEN && !unreadMisplaced) {
            rerouter.proceed();
        }
    }

    /** Whether it is known which keys leave, if any do. */
    boolean known() {
        return read() && !asking();
    }

    /** Whether some jobs wait for the resize. */
    boolean stands() {
        return read() && phase != Phase.OPEN;
    }

    /** Whether a request about this key may be carried out. */
    boolean touchable(String key) {
        return known() && !leaving.test(key);
    }

    /** Whether jobs wait here until they are moved, sent to where they belong, or read again. */
    boolean keepsBack() {
        boolean leaving = !moved && (forgotten || partition.prefetched().passedLeaving());
        return phase == Phase.OPEN
                ? rerouter.waits()
                : leaving || partition.prefetched().passedMisplaced();
    }

    /** A fenced answer has shown the stage. */
    void show(PartitionStage stage) {
        boolean first = !read();
        int before = sealed;
        // The jobs of the first version need no start.
        int started = Math.max(1, stage.started());
        sealed = Math.max(sealed, stage.seal().version());
        if (sealed > started && (first || sealed > before)) {
            moved = stage.moved() >= sealed;
            turn(Phase.ASKING, ResizeGate.CLOSED, ResizeBarrier::none);
            listener.sealed(partition.lease(), sealed);
        } else if (sealed <= started && (phase != Phase.OPEN || sealed > before)) {
            settle(sealed > before);
        }
    }

    /** The current layout does not have the partition. */
    void retired() {
        retired = true;
    }

    /**
     * @param newer whether the version is a newer one than was known; what was asked about the older one has no answer any more
     */
    private void settle(boolean newer) {
        boolean first = sealed == 1 || (sealed == 0 && !retired);
        boolean known = homes != null && homes.version() >= sealed;
        if (first) {
            open();
        } else if (phase != Phase.PLACING || newer) {
            if (homes != null && !known) {
                place(homes, true);
            }
            unread = partition.prefetched().passedLeaving();
            // What is being sent may stay, and earlier ones of its key may have come into segments.
            unreadMisplaced |= rerouter.underWay();
            noteMisplaced();
            if (known && homes != null) {
                recall(homes, this::open);
            } else {
                turn(Phase.PLACING, ResizeGate.CLOSED, ResizeBarrier::none);
                listener.settled(partition.lease(), sealed);
            }
        }
    }

    /**
     * An earlier owner may have sent entries by an earlier layout that are not deleted here. By the first two there are none that are not
     * misplaced still.
     *
     * @param layout the layout by which jobs run
     * @param then called when there are none
     */
    private void recall(KeyHomes layout, Runnable then) {
        if (layout.version() <= 2) {
            then.run();
            return;
        }
        if (phase != Phase.ASKING) {
            turn(Phase.PLACING, ResizeGate.CLOSED, ResizeBarrier::none);
        }
        int before = turns;
        rerouter.recall(layout, () -> {
            if (turns == before) {
                then.run();
            }
        });
    }

    private void open() {
        turn(Phase.OPEN, ResizeGate.OPEN, ResizeBarrier::none);
        place(homes, false);
    }

    /** Entries that are passed by are to be read again, whatever comes in between. */
    private void noteMisplaced() {
        unreadMisplaced |= partition.prefetched().passedMisplaced();
    }

    private void place(@Nullable KeyHomes layout, boolean passBy) {
        int own = partition.lease().partition().index();
        noteMisplaced();
        partition.prefetched().place(layout == null ? ResizeBarrier::none : layout.elsewhere(own), passBy);
        rerouter.place(layout);
    }

    /**
     * @param version the version for which it was asked
     * @param keys which keys leave
     * @param before where keys belong by the layout before; null if that is the first one
     * @param after where they belong by that version
     */
    void depart(int version, Predicate<String> keys, @Nullable KeyHomes before, KeyHomes after) {
        if (phase == Phase.ASKING && version == sealed) {
            homes = after;
            Runnable depart = () -> {
                turn(Phase.BUSY, new ResizeGate(false, keys), keys);
                place(before, true);
            };
            if (before == null) {
                depart.run();
            } else {
                recall(before, depart);
            }
        }
    }

    /**
     * @param now where keys belong by the current layout
     */
    void settle(KeyHomes now) {
        if (phase == Phase.PLACING) {
            homes = now;
            recall(now, this::open);
        } else if (phase == Phase.OPEN) {
            homes = now;
            place(now, false);
        }
    }

    /** A partition does not take misplaced entries by the layout that is known: asks for a newer one. */
    void outdated() {
        if (phase == Phase.OPEN) {
            listener.settled(partition.lease(), sealed);
        }
    }

    private void turn(Phase next, ResizeGate gate, Predicate<String> keys) {
        phase = next;
        turns++;
        leaving = keys;
        forgotten = false;
        partition.prefetched().depart(keys);
        partition.held().depart(keys);
        partition.gates().put(gate);
        gateChanged.run();
    }

    /** Whether entries may be left that leave and could not be moved. */
    boolean leftBehind() {
        return unread;
    }

    /** Whether the log is to be read again from its head before anything else is done. */
    boolean mustReadAgain() {
        return unreadMisplaced;
    }

    /** The log is read again from its head. */
    void readAgain() {
        unread = false;
        unreadMisplaced = false;
    }

    private static boolean none(String key) {
        return false;
    }

    /** Follows what the pump has done. */
    void follow() {
        if (phase == Phase.BUSY && !touched()) {
            phase = Phase.SETTLING;
            partition.commands().mark();
        }
        if (phase == Phase.SETTLING && partition.commands().markedAnswered()) {
            phase = Phase.CLEAR;
            partition.prefetched().forgetLeaving();
            partition.prefetched().forgetMisplaced();
            forgotten = partition.held().forgetLeaving();
            listener.cleared(partition.lease(), sealed);
        }
    }

    private boolean touched() {
        return recording.getAsBoolean()
                || rerouter.underWay()
                || partition.prefetched().touchesLeaving()
                || partition.held().touchesLeaving();
    }

    /** All that leaves has been moved. */
    void moved() {
        moved = true;
    }
}
