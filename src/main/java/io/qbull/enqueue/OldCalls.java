package io.qbull.enqueue;

import io.qbull.model.PartitionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The outstanding calls that were made by an older layout than the known one, and the jobs that wait for them. A call may have added its
 * jobs or may still do so, so no later job of the same key may leave for another partition before the call is answered. All other jobs
 * may. On the loop.
 */
final class OldCalls {
    private final Map<Lane, OldCall> byLane = new LinkedHashMap<>();
    /** No key is in two of them: the second one would have waited for the first. */
    private final Map<String, OldCall> byKey = new HashMap<>();

    private final Map<Stretch, OldCall> byStretch = new HashMap<>();

    /**
     * A call that is not answered.
     *
     * @param lane that it was sent from
     * @param call the call
     * @param waiting the jobs that wait for it, in order
     */
    record OldCall(Lane lane, Call call, WaitingJobs waiting) {}

    /**
     * Records of a reading for one partition. They must reach it in the order of their offsets: Redis would skip the one that comes late.
     */
    private record Stretch(Reading reading, PartitionId partition) {}

    /**
     * @param lane a lane
     * @param call its outstanding call, made by an older layout; may be known already
     */
    void add(Lane lane, Call call) {
        if (!byLane.containsKey(lane)) {
            OldCall old = new OldCall(lane, call, new WaitingJobs());
            byLane.put(lane, old);
            call.jobs().forEach(job -> byKey.put(job.job().key(), old));
        }
    }

    /**
     * @param job a job that has just arrived, or has no place yet
     * @param partition where it belongs
     * @return the call that it must wait for; null if there is none
     */
    @Nullable
    OldCall before(PendingJob job, PartitionId partition) {
        if (byLane.isEmpty()) {
            return null;
        }
        OldCall old = byKey.get(job.job().key());
        Reading reading = job.reading();
        if (reading == null) {
            return old;
        }
        Stretch stretch = new Stretch(reading, partition);
        OldCall first = byStretch.get(stretch);
        if (first != null) {
            return first;
        }
        if (old != null) {
            byStretch.put(stretch, old);
        }
        return old;
    }

    /**
     * @param lane a lane whose call may have ended
     * @return the old call that it had, which is no longer known here; null if it had none or that is still outstanding
     */
    @Nullable
    OldCall ended(Lane lane) {
        OldCall old = byLane.get(lane);
        if (old == null || lane.call() == old.call) {
            return null;
        }
        byLane.remove(lane);
        old.call.jobs().forEach(job -> byKey.remove(job.job().key(), old));
        byStretch.values().removeIf(old::equals);
        return old;
    }

    /**
     * @return all jobs that wait here, those of each key in order; they no longer do
     */
    List<PendingJob> removeWaiting() {
        List<PendingJob> all = new ArrayList<>();
        byLane.values().forEach(old -> all.addAll(old.waiting.removeAll()));
        byStretch.clear();
        return all;
    }

    /**
     * Refuses jobs whose callers stop waiting.
     *
     * @param now the loop's time
     * @return nanoseconds until the next one is due; {@link Long#MAX_VALUE} if none waits
     */
    long expire(long now) {
        return byLane.values().stream()
                .mapToLong(old -> old.waiting.expire(now, old.lane.reason()))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    boolean noneWaits() {
        return byLane.values().stream().allMatch(old -> old.waiting.isEmpty());
    }
}
