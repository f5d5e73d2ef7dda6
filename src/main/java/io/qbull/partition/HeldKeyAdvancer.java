package io.qbull.partition;

import io.qbull.model.JobPlace;
import io.qbull.store.HeldJobs.Advance;
import org.jspecify.annotations.Nullable;

/** Moves held keys on, one job at a time: removes the finished first job and reads the next. On the event loop. */
final class HeldKeyAdvancer {
    private final LeasedPartition partition;
    private final Parking parking;
    private final StallReason stall;
    private final int concurrency;
    private final int mostBytes;
    private int reading;
    private int unconfirmed;

    /**
     * @param partition whose keys move on
     * @param parking knows which parked jobs are suspects
     * @param stall is told when a job has left the partition
     * @param concurrency how many jobs may run at once, so how many first jobs are worth being known
     * @param mostBytes of first jobs in memory; one always fits
     */
    HeldKeyAdvancer(LeasedPartition partition, Parking parking, StallReason stall, int concurrency, int mostBytes) {
        this.partition = partition;
        this.parking = parking;
        this.stall = stall;
        this.concurrency = concurrency;
        this.mostBytes = mostBytes;
    }

    /** Whether no other first job is read now: as many are known or on their way as could run, or as fit into memory. */
    boolean readsEnough() {
        return enough() || !(first() || (fits() && partition.held().fitsShare(reading + 1)));
    }

    /**
     * Another first job could run, and nothing but the memory that other pumps use, or could use, keeps this one from reading it. When that
     * changes it is not told.
     */
    boolean lacksMemory() {
        HeldKey next = partition.held().next();
        return next != null
                && next.head == null
                && !enough()
                && !first()
                && fits()
                && !partition.held().fitsShare(reading + 1);
    }

    private boolean enough() {
        // The next key's first job is read while the end of the one before is put on record.
        return reading + partition.held().heads() >= Math.max(2, concurrency) || reading >= concurrency;
    }

    private boolean first() {
        return reading + partition.held().heads() == 0;
    }

    /** Several of unknown size are never read at once. */
    private boolean fits() {
        HeldKeys held = partition.held();
        return (held.headsKnown() || reading == 0) && held.headBytes(reading + 1) <= mostBytes;
    }

    /** Finished jobs of held keys whose removal Redis has not confirmed. */
    int unconfirmed() {
        return unconfirmed;
    }

    /** Reads the first job of the key whose turn is next. */
    void readHead(HeldKey key) {
        reading++;
        advance(key, null, () -> reading--);
    }

    /** The first job of the key has succeeded. */
    void finished(HeldKey key, JobPlace place) {
        unconfirmed++;
        advance(key, place, () -> {
            unconfirmed--;
            stall.moved(partition.now());
        });
    }

    private void advance(HeldKey key, @Nullable JobPlace done, Runnable then) {
        HeldKeys held = partition.held();
        held.touch(key.name);
        partition
                .commands()
                .perform(() -> partition.store().held().advance(partition.lease(), key.name, done), answer -> {
                    then.run();
                    if (answer instanceof Advance.Next next) {
                        key.suspect |= parking.wasSuspect(next.place().entry());
                        held.loaded(key, next);
                    } else {
                        held.free(key);
                    }
                    held.untouch(key);
                });
    }
}
