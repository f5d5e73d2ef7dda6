package io.qbull.store;

import io.qbull.model.EnqueueException;
import io.qbull.model.Entry;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The to-do lists: an entry is in a partition's stream exactly as long as its job is not done. */
public interface JobLog {
    /**
     * Reads on behalf of the owner, changes nothing.
     *
     * @param lease the owner's lease
     * @param after the last entry known; {@link StreamId#START} for all
     * @param told the last instruction known; {@link StreamId#START} for all
     * @param maxCount the most entries, 1 or more
     * @param maxBytes after this many bytes no further entry is read; one is always returned if there is any
     * @return what follows {@code after}, in order, and what else waits
     */
    CompletionStage<Fetch> fetch(Lease lease, StreamId after, StreamId told, int maxCount, int maxBytes);

    /**
     * Removes finished jobs. Safe to repeat, and late.
     *
     * @param lease the owner's lease
     * @param done entries whose jobs are finished, 1 to 1000
     * @return done or fenced
     */
    CompletionStage<Verdict> commit(Lease lease, List<StreamId> done);

    /**
     * Moves a job to the partition's dead-letter stream. Safe to repeat, and late: a moved job is not moved twice.
     *
     * @param lease the owner's lease
     * @param job where it is
     * @param key its key; empty if it has none
     * @param burial why
     * @return done or fenced
     */
    CompletionStage<Verdict> bury(Lease lease, JobPlace job, String key, Burial burial);

    /**
     * Adds jobs for a producer, all or none. A call with a number already used gets the first answer again.
     *
     * @param call the call
     * @return the answer
     */
    CompletionStage<Answer> enqueue(Call call);

    /**
     * Makes a job one that the original QBull can read: its body is completed with what that one keeps in it.
     *
     * @param job any
     * @param publishedAt for consumers, unless the body says it
     * @return the job, written in that format, with the id that the body gives it if its caller gave none
     * @throws EnqueueException if the body is no JSON object, or contradicts id or key
     */
    NewJob original(NewJob job, Instant publishedAt);

    /**
     * Reads how far a source has come, and lets what is remembered of it live on.
     *
     * @param partition where
     * @param source whose progress
     * @param lifetime how long the progress is remembered from now on; zero = until it is {@linkplain #forget forgotten}
     * @return layout version to the offset of the last record that was added under it; empty if there is none
     */
    CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime);

    /**
     * Removes the progress of a source that is read to its end.
     *
     * @param partition where
     * @param source whose progress
     * @return completes when it is gone
     */
    CompletionStage<Void> forget(PartitionId partition, SourceId source);

    /** The end of a {@link #fetch}. */
    sealed interface Fetch extends OwnerAnswer {
        /**
         * @param entries in stream order
         * @param more whether a bound ended the read, so that further entries may follow at once
         * @param agenda what else waits for the owner
         */
        record Entries(List<Entry> entries, boolean more, Agenda agenda) implements Fetch {}

        /** The lease has ended: nothing was read. */
        record Fenced() implements Fetch {}

        @Override
        default boolean fenced() {
            return this instanceof Fenced;
        }
    }

    /**
     * What waits for the owner besides jobs in the stream.
     *
     * @param instructions the first few that were not known
     * @param dueIn until the next delayed job is due; null if there is none
     */
    record Agenda(List<Instruction> instructions, @Nullable Duration dueIn) {
        /** Nothing. */
        public static final Agenda EMPTY = new Agenda(List.of(), null);
    }

    /**
     * What a person asks of the owner, or a producer tells him.
     *
     * @param id its place in the inbox
     * @param verb what is asked for; others than ours come from newer releases, or by mistake
     * @param key of which key; empty if of none
     * @param place of which held job; empty = whichever is the first of the key
     */
    record Instruction(StreamId id, String verb, String key, String place) {
        /** The verb of a producer who only wakes the owner: another delayed job is the next one. */
        public static final String DUE = "due";
    }

    /**
     * Why a job is given up.
     *
     * @param reason one line
     * @param exception name of its class; empty if there was none
     * @param attempts how often the job has run
     */
    record Burial(String reason, String exception, int attempts) {}

    /** The end of an owner's command. */
    enum Verdict implements OwnerAnswer {
        /** It was carried out, now or by an earlier repeat. */
        DONE,
        /** The lease has ended: nothing was changed. */
        FENCED;

        @Override
        public boolean fenced() {
            return this == FENCED;
        }
    }

    /**
     * A producer's call.
     *
     * @param partition where to
     * @param layoutVersion the layout by which the partition was chosen
     * @param producer unique for a producer's life: pod and nonce
     * @param number grows with each call of this producer to this partition
     * @param jobs 1 to 500
     * @param deduplicationWindow how long ids that callers gave are remembered; zero = no deduplication
     * @param maxBacklog the partition takes nothing while it has so many entries or more; zero = any number
     * @param records where the jobs stand in their source; null if they come from none
     */
    record Call(
            PartitionId partition,
            int layoutVersion,
            String producer,
            long number,
            List<NewJob> jobs,
            Duration deduplicationWindow,
            long maxBacklog,
            @Nullable Records records) {
        /** A call with jobs that come from no source, to a partition of any length. */
        public Call(
                PartitionId partition,
                int layoutVersion,
                String producer,
                long number,
                List<NewJob> jobs,
                Duration deduplicationWindow) {
            this(partition, layoutVersion, producer, number, jobs, deduplicationWindow, 0, null);
        }
    }

    /**
     * What marks a call's jobs as records of a source: those that are not above the last offset added under the call's layout
     * version are skipped, and count as duplicates.
     *
     * @param source their source
     * @param offsets one for each job, 0 to 2^53, strictly ascending
     * @param lifetime how long the progress is remembered; zero = until it is {@linkplain #forget forgotten}
     */
    record Records(SourceId source, List<Long> offsets, Duration lifetime) {}

    /** The end of an {@link #enqueue}. */
    sealed interface Answer {
        /**
         * @param places one for each job of the call, in order
         */
        record Accepted(List<Place> places) implements Answer {}

        /** The partition does not take jobs for that layout version; nothing was added. */
        record OtherLayout() implements Answer {}

        /** The partition has as many entries as the call allows; nothing was added. */
        record Crowded() implements Answer {}

        /** A later call of the same producer has been answered already; nothing was added. */
        record Stale() implements Answer {}

        /**
         * @param streamId the entry; {@link StreamId#START} for a duplicate and for a job that is not due yet
         * @param duplicate whether nothing was added for this job
         */
        record Place(StreamId streamId, boolean duplicate) {}
    }
}
