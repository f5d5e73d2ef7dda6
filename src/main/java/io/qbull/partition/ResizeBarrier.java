package io.qbull.partition;

import io.qbull.model.PartitionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Keeps the keys that leave for a resize from being touched, from the first answer that shows the seal until the jobs of the new layout
 * run. Says when nothing is under way for them any more, so that they can be moved. On the event loop.
 *
 * <p>Two rounds make sure of that. First no job of such a key runs or is uncommitted, and no command about such a key is unanswered; from
 * then on none is sent. Then the commands that were sent before and name no key are waited for. Those that are sent meanwhile are not,
 * so that a busy partition comes to an end, too.
 */
final class ResizeBarrier {
    private final LeasedPartition partition;
    private final PumpListener listener;
    private final BooleanSupplier recording;
    private final Runnable gateChanged;
    private Phase phase = Phase.UNREAD;
    private Predicate<String> leaving = ResizeBarrier::none;
    /** The newest version that the partition was sealed for, as far as is known. */
    private int sealed;
    /** Held keys that leave were forgotten. */
    private boolean forgotten;

    private boolean moved;
    /** Entries were passed by, and the log was not read again since the jobs of the new layout run. */
    private boolean unread;

    /** What is known, and what is under way. */
    private enum Phase {
        /** No answer has shown the stage of the partition. */
        UNREAD,
        /** All jobs may run. */
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
     */
    ResizeBarrier(LeasedPartition partition, PumpListener listener, BooleanSupplier recording, Runnable gateChanged) {
        this.partition = partition;
        this.listener = listener;
        this.recording = recording;
        this.gateChanged = gateChanged;
    }

    /** Whether an answer has shown how far the partition is. */
    boolean read() {
        return phase != Phase.UNREAD;
    }

    /** Whether it is asked which keys leave. Until that is known nothing is read, parked or buried. */
    boolean asking() {
        return phase == Phase.ASKING;
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

    /** Whether jobs wait here, though not in memory, until they are moved. */
    boolean keepsBack() {
        return phase != Phase.OPEN
                && !moved
                && (forgotten || partition.prefetched().passedLeaving());
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
        } else if (sealed <= started && phase != Phase.OPEN) {
            unread = partition.prefetched().passedLeaving();
            turn(Phase.OPEN, ResizeGate.OPEN, ResizeBarrier::none);
        }
    }

    /**
     * @param version the version for which it was asked
     * @param keys which keys leave
     */
    void depart(int version, Predicate<String> keys) {
        if (phase == Phase.ASKING && version == sealed) {
            turn(Phase.BUSY, new ResizeGate(false, keys), keys);
        }
    }

    private void turn(Phase next, ResizeGate gate, Predicate<String> keys) {
        phase = next;
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

    /** The log is read again from its head. */
    void readAgain() {
        unread = false;
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
            forgotten = partition.held().forgetLeaving();
            listener.cleared(partition.lease(), sealed);
        }
    }

    private boolean touched() {
        return recording.getAsBoolean()
                || partition.prefetched().touchesLeaving()
                || partition.held().touchesLeaving();
    }

    /** All that leaves has been moved. */
    void moved() {
        moved = true;
    }
}
