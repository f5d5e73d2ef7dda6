package io.qbull.it;

import io.qbull.it.Event.JobRef;
import io.qbull.model.StreamId;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What pods, producers and Redis recorded.
 *
 * @param pods one entry for each life of a pod; a restarted pod has two
 * @param sent what the producers sent, in order for each key
 * @param remains what is left in Redis at the end
 */
record History(List<PodLife> pods, List<Sent> sent, Remains remains) {
    /** The time of an event that did not happen. */
    static final long NEVER = Long.MAX_VALUE;

    /**
     * @param name unique for each life
     * @param events in the order of their times; the log has them as its threads came to write them
     * @param killedAt just before the kill -9; {@link #NEVER} if it was not killed
     */
    record PodLife(String name, List<Event> events, long killedAt) {
        PodLife {
            events = events.stream().sorted(Comparator.comparingLong(Event::at)).toList();
        }

        /** When it did its last step. A signal takes a moment to arrive, during which the pod continues. */
        long endedAt() {
            return killedAt == NEVER || events.isEmpty()
                    ? killedAt
                    : Math.max(killedAt, events.get(events.size() - 1).at());
        }
    }

    /**
     * @param job the job
     * @param invokedAt when it was sent
     * @param result how that ended
     * @param place its place according to the answer
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
        /** Redis does not have it and never will have it. */
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
     * @param place its entry, for a dead letter its former entry; null if unknown
     */
    record Left(JobRef job, @Nullable Place place) {}

    /**
     * @param inStreams jobs that are not done, held ones included
     * @param dead buried jobs
     */
    record Remains(List<Left> inStreams, List<Left> dead) {}
}
