package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.StreamId;
import io.qbull.partition.Prefetched.Slot;
import io.qbull.store.HeldJobs.Parked;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Takes the prefetched jobs of held keys out of the stream when they are in the way of others. On the event loop. */
final class Parking {
    /** So many entries of held keys are worth a call that parks them. */
    private static final int CROWD = 32;

    private final LeasedPartition partition;
    private final int crowd;
    /** Suspects that were parked before they ran again. */
    private final Set<StreamId> suspects = new HashSet<>();

    private Phase phase = Phase.SETTLED;

    private enum Phase {
        /** Nothing has changed since the last look: the end of a job leads to none. */
        SETTLED,
        /** Entries were read or a command was answered since: looks again. */
        CHANGED,
        /** A call is under way; its answer is a change. */
        UNDER_WAY
    }

    /**
     * @param partition whose jobs are parked
     * @param prefetch how many entries are prefetched at most
     */
    Parking(LeasedPartition partition, int prefetch) {
        this.partition = partition;
        this.crowd = Math.min(CROWD, prefetch / 2);
    }

    /** Entries were read or a command was answered. */
    void changed() {
        if (phase == Phase.SETTLED) {
            phase = Phase.CHANGED;
        }
    }

    /** Whether there are suspects that were parked and not read again. */
    boolean holdsSuspects() {
        return !suspects.isEmpty();
    }

    /** Whether the job is a suspect that was parked. Asked once, when the job is read again. */
    boolean wasSuspect(StreamId job) {
        return suspects.remove(job);
    }

    /**
     * Parks a crowd, or whatever fills the buffer when nothing in it can run.
     *
     * @param atEnd whether all entries of the stream have been read, so that nothing waits for room in the buffer
     */
    void park(boolean atEnd) {
        if (phase == Phase.UNDER_WAY || partition.held().isEmpty()) {
            return;
        }
        boolean stuck = !atEnd && !partition.prefetched().wantsMore() && partition.firstRunnable() == null;
        if (phase == Phase.SETTLED && !stuck) {
            return;
        }
        phase = Phase.SETTLED;
        List<Slot> slots =
                partition.prefetched().slots().stream().filter(this::parkable).toList();
        if (!slots.isEmpty() && (stuck || slots.size() >= crowd)) {
            park(slots);
        }
    }

    private void park(List<Slot> slots) {
        List<Parked> parked = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Slot slot : slots) {
            if (slot.entry instanceof Entry.Decoded decoded) {
                slot.moving = true;
                if (slot.suspect) {
                    suspects.add(slot.entry.streamId());
                }
                names.add(decoded.job().key());
                parked.add(new Parked(slot.entry.streamId(), decoded.job().key()));
            }
        }
        HeldKeys held = partition.held();
        List<HeldKey> keys = names.stream().map(held::touch).toList();
        phase = Phase.UNDER_WAY;
        partition.commands().perform(() -> partition.store().held().park(partition.lease(), parked), done -> {
            phase = Phase.CHANGED;
            parked.forEach(each -> partition.prefetched().remove(each.job()));
            keys.forEach(held::untouch);
        });
    }

    /** Its key is held and no command for it is pending, so its jobs stay in order. */
    private boolean parkable(Slot slot) {
        if (slot.moving || !(slot.entry instanceof Entry.Decoded decoded)) {
            return false;
        }
        HeldKey key = partition.held().find(decoded.job().key());
        return key != null && key.free();
    }
}
