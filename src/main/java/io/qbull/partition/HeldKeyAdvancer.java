package io.qbull.partition;

import io.qbull.model.JobPlace;
import io.qbull.store.HeldJobs.Advance;
import org.jspecify.annotations.Nullable;

/** Moves held keys on, one job at a time: removes the finished first job and reads the next. On the event loop. */
final class HeldKeyAdvancer {
    private final LeasedPartition partition;
    private final Parking parking;
    private final StallReason stall;
    private boolean readingHead;
    private int unconfirmed;

    /**
     * @param partition whose keys move on
     * @param parking knows which parked jobs are suspects
     * @param stall is told when a job has left the partition
     */
    HeldKeyAdvancer(LeasedPartition partition, Parking parking, StallReason stall) {
        this.partition = partition;
        this.parking = parking;
        this.stall = stall;
    }

    /** Whether the first job of a key is being read for its turn. */
    boolean readingHead() {
        return readingHead;
    }

    /** Finished jobs of held keys whose removal Redis has not confirmed. */
    int unconfirmed() {
        return unconfirmed;
    }

    /** Reads the first job of the key whose turn is next. */
    void readHead(HeldKey key) {
        readingHead = true;
        advance(key, null, () -> readingHead = false);
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
                        key.suspect |= parking.wasSuspect(next.place().streamId());
                        held.loaded(key, next);
                    } else {
                        held.free(key);
                    }
                    held.untouch(key);
                });
    }
}
