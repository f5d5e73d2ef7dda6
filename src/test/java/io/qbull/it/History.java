package io.qbull.it;

import io.qbull.it.Event.JobRef;
import io.qbull.model.StreamId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What everybody saw.
 *
 * @param pods one entry for each life of a pod: a restarted pod has two
 * @param sent what the producers sent, in the order of sending for each key
 * @param remains what is left in Redis at the end
 */
record History(List<PodLife> pods, List<Sent> sent, Remains remains) {
    /** The time of a thing that did not happen. */
    static final long NEVER = Long.MAX_VALUE;

    /**
     * @param name unique for each life
     * @param events in the order of the log
     * @param killedAt just before the kill -9; {@link #NEVER} if it was not killed
     */
    record PodLife(String name, List<Event> events, long killedAt) {
        /** When it did its last step: a signal takes a moment, in which a pod works on. */
        long endedAt() {
            return killedAt == NEVER || events.isEmpty()
                    ? killedAt
                    : Math.max(killedAt, events.get(events.size() - 1).at());
        }
    }

    /**
     * @param job the job
     * @param invokedAt when it was handed over
     * @param result how that ended
     * @param place where the answer says it is
     */
    record Sent(
            JobRef job,
            long invokedAt,
            Result result,
            @Nullable Place place) {}

    /** How an enqueue ended. */
    enum Result {
        /** Redis has it. */
        ACCEPTED,
        /** Redis does not have it and never will. */
        REFUSED,
        /** Either. */
        UNKNOWN
    }

    /**
     * @param partition number of the partition
     * @param id its entry
     */
    record Place(int partition, StreamId id) {}

    /**
     * @param job the job
     * @param place its entry, in the dead-letter stream the entry that it was; null if unknown
     */
    record Left(JobRef job, @Nullable Place place) {}

    /**
     * @param inStreams jobs not done, held ones too
     * @param dead jobs given up
     */
    record Remains(List<Left> inStreams, List<Left> dead) {}
}
