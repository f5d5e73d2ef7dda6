package io.qbull.partition;

import static java.util.Objects.requireNonNull;

import io.qbull.model.Entry;
import io.qbull.model.StreamId;
import io.qbull.partition.Prefetched.Slot;
import io.qbull.runtime.EventLoop;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldJobs.Parked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the prefetched jobs of held keys out of the stream when they are in the way of others. Where there is no room for them in Redis
 * they stay in the stream and are passed by, and are read again when their key is no longer held. On the event loop.
 */
final class Parking {
    /** So many entries of held keys are worth a call that parks them. */
    private static final int CROWD = 32;

    /** After a refusal no job is parked for so long, and so long keys wait for each other to return to the stream. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final LeasedPartition partition;
    private final Runnable changed;
    private final int crowd;
    /** Suspects that were parked before they ran again. */
    private final Set<StreamId> suspects = new HashSet<>();

    private Phase phase = Phase.SETTLED;
    /** The last call was refused for lack of room. */
    private boolean full;

    private long fullSince;
    private EventLoop.@Nullable Timer timer;

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
     * @param changed called when keys may return to the stream
     */
    Parking(LeasedPartition partition, int prefetch, Runnable changed) {
        this.partition = partition;
        this.changed = changed;
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
            List<Slot> fitting = slots.stream().filter(this::fits).toList();
            slots.stream().filter(slot -> !fitting.contains(slot)).forEach(this::leave);
            if (!fitting.isEmpty()) {
                park(fitting);
            }
        }
    }

    /**
     * Lets keys return to the stream whose jobs were left there. They do so together, since each time a part of the stream is read for
     * the second time.
     *
     * @return whether there is more to read
     */
    boolean readAgain() {
        HeldKeys held = partition.held();
        if (!held.anyReturning() || timer != null) {
            return false;
        }
        Set<String> names = new HashSet<>();
        StreamId from = held.comeBack(names);
        timer = partition.loop().schedule(PAUSE, () -> {
            timer = null;
            changed.run();
        });
        partition
                .prefetched()
                .readAgain(
                        from,
                        entry -> entry instanceof Entry.Decoded decoded
                                && names.contains(decoded.job().key()),
                        partition.commits().all());
        return true;
    }

    /** Lets no key return any more. */
    void end() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    private void park(List<Slot> slots) {
        List<Parked> parked = new ArrayList<>();
        Set<HeldKey> keys = new LinkedHashSet<>();
        for (Slot slot : slots) {
            slot.moving = true;
            HeldKey key = key(slot);
            if (keys.add(key)) {
                partition.held().touch(key.name);
            }
            parked.add(new Parked(slot.entry.streamId(), key.name));
        }
        phase = Phase.UNDER_WAY;
        partition.commands().perform(() -> partition.store().held().park(partition.lease(), parked), answer -> {
            phase = Phase.CHANGED;
            slots.forEach(answer == HeldJobs.Parking.FULL ? this::refused : this::parked);
            keys.forEach(partition.held()::untouch);
        });
    }

    private void parked(Slot slot) {
        if (slot.suspect) {
            suspects.add(slot.entry.streamId());
        }
        partition.prefetched().remove(slot.entry.streamId());
    }

    private void refused(Slot slot) {
        fullSince = partition.now();
        full = true;
        slot.moving = false;
        leave(slot);
    }

    private void leave(Slot slot) {
        partition.held().leave(key(slot), slot.entry.streamId());
        partition.prefetched().leave(slot.entry.streamId());
    }

    /** There was room lately, and no earlier job of the key has been left in the stream. */
    private boolean fits(Slot slot) {
        full &= partition.now() - fullSince < PAUSE.toNanos();
        return !full && key(slot).left == null;
    }

    /** The held key of a slot that is parked or left. */
    private HeldKey key(Slot slot) {
        return requireNonNull(
                partition.held().find(((Entry.Decoded) slot.entry).job().key()));
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
