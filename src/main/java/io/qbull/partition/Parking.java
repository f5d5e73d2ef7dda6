package io.qbull.partition;

import static java.util.Objects.requireNonNull;

import io.qbull.model.EntryId;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.runtime.LogLimit;
import io.qbull.store.HeldJobs;
import io.qbull.store.HeldJobs.Parked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the prefetched jobs of held keys out of the stream when they are in the way of others. Where Redis has no room for them, they
 * stay in the stream and are passed by. On the event loop.
 */
final class Parking {
    /** So many entries of held keys are worth a call that parks them. */
    private static final int CROWD = 32;

    /** Nothing is parked for so long after a refusal. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);

    private final LeasedPartition partition;
    private final LogLimit lines;
    private final int crowd;
    /** Suspects that were parked before they ran again. */
    private final Set<EntryId> suspects = new HashSet<>();

    private Phase phase = Phase.SETTLED;
    /** The last call was refused, and when. */
    private boolean full;

    private long fullSince;

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
        this.lines = new LogLimit(partition.loop()::nanoTime);
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
    boolean wasSuspect(EntryId job) {
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
        List<Slot> slots = partition.prefetched().blocked().stream()
                .filter(this::parkable)
                .flatMap(line -> line.slots.stream())
                .filter(slot -> !slot.moving)
                .sorted(Comparator.comparing(Slot::id))
                .toList();
        if (!slots.isEmpty() && (stuck || slots.size() >= crowd)) {
            full &= partition.now() - fullSince < PAUSE.toNanos();
            // Behind an entry that was passed by, all later ones of its key have to be.
            Map<Boolean, List<Slot>> fitting =
                    slots.stream().collect(Collectors.partitioningBy(slot -> !full && !key(slot).passed));
            requireNonNull(fitting.get(false)).forEach(this::passBy);
            park(ofFirstStream(requireNonNull(fitting.get(true))));
        }
    }

    /** A call takes jobs out of one stream. What follows in other streams is parked later, so that the jobs of each key leave in order. */
    private static List<Slot> ofFirstStream(List<Slot> slots) {
        return slots.stream()
                .takeWhile(slot -> slot.id().segment().equals(slots.get(0).id().segment()))
                .toList();
    }

    private void park(List<Slot> slots) {
        if (slots.isEmpty()) {
            return;
        }
        List<Parked> parked = new ArrayList<>();
        Set<HeldKey> keys = new LinkedHashSet<>();
        for (Slot slot : slots) {
            slot.moving = true;
            HeldKey key = key(slot);
            keys.add(key);
            parked.add(new Parked(slot.id(), key.name));
        }
        HeldKeys held = partition.held();
        keys.forEach(key -> held.touch(key.name));
        phase = Phase.UNDER_WAY;
        AtomicBoolean repeated = new AtomicBoolean();
        partition
                .commands()
                .perform(
                        () -> partition.store().held().park(partition.lease(), parked, repeated.getAndSet(true)),
                        answer -> {
                            phase = Phase.CHANGED;
                            if (answer == HeldJobs.Parking.FULL) {
                                refused(slots);
                            } else {
                                slots.forEach(this::parked);
                            }
                            keys.forEach(held::untouch);
                        });
    }

    private void parked(Slot slot) {
        if (slot.suspect) {
            suspects.add(slot.id());
        }
        partition.prefetched().remove(slot.id());
    }

    private void refused(List<Slot> slots) {
        lines.log(
                "full",
                more -> LOG.info(
                        "{} Redis has no room for jobs of held keys: they stay in the stream{}",
                        partition.lease(),
                        more));
        full = true;
        fullSince = partition.now();
        for (Slot slot : slots) {
            slot.moving = false;
            passBy(slot);
        }
    }

    private void passBy(Slot slot) {
        key(slot).passed = true;
        partition.prefetched().passBy(slot.id());
    }

    /** The held key of a slot that can be parked. */
    private HeldKey key(Slot slot) {
        return requireNonNull(partition.held().find(requireNonNull(slot.line.name)));
    }

    /** Its key is held and no command for it is pending, so its jobs stay in order. What a gate shuts is passed by instead. */
    private boolean parkable(KeyLine line) {
        HeldKey key = line.name == null ? null : partition.held().find(line.name);
        return key != null && key.free() && !line.shut;
    }
}
