package io.qbull.store;

import io.qbull.model.EnqueueException;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.JobId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.LogCursor;
import io.qbull.model.NewJob;
import io.qbull.model.PartitionId;
import io.qbull.model.PartitionStage;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;
import io.qbull.model.SourceId;
import io.qbull.model.StreamId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The logs of jobs. A log is a partition's segments, with the jobs that have moved there, and its own stream. An entry is in it until its job
 * is done, held or buried.
 */
public interface JobLog {
    /**
     * Reads entries and instructions for the owner, up to a marker whose version has not started. Changes nothing.
     *
     * @param lease the owner's lease
     * @param after reads what follows in each stream; its segments must be those that there are
     * @param lastInstruction reads the instructions that follow this one; {@link StreamId#START} for all
     * @param maxCount the largest number of entries; 0 to read instructions alone
     * @param maxBytes bytes after which no further entry is read; the first entry is always returned, unless none is asked for
     * @return entries in the order of the log and what else waits for the owner, or which segments there are, or fenced
     */
    CompletionStage<Fetch> fetch(Lease lease, LogCursor after, StreamId lastInstruction, int maxCount, int maxBytes);

    /**
     * Forgets segments that are empty and whose version has started, so that nothing is added to them. Safe to repeat, and safe when it runs
     * late.
     *
     * @param lease the owner's lease
     * @param segments one or more; the others among them stay
     * @return done or fenced
     */
    CompletionStage<Verdict> tidy(Lease lease, List<Segment> segments);

    /**
     * Deletes the entries of finished jobs. Safe to repeat, and safe when it runs late.
     *
     * @param lease the owner's lease
     * @param done 1 to 1000 entries
     * @return done or fenced
     */
    CompletionStage<Verdict> commit(Lease lease, List<EntryId> done);

    /**
     * Moves a job to the partition's dead-letter stream. Safe to repeat, and safe when it runs late: no job is moved twice.
     *
     * @param lease the owner's lease
     * @param job place of the job
     * @param key key of the job; empty if it has none
     * @param burial why it is buried
     * @return done or fenced
     */
    CompletionStage<Verdict> bury(Lease lease, JobPlace job, String key, Burial burial);

    /**
     * Adds jobs for a producer, all or none. Repeating a call under its number adds nothing and returns the first answer.
     *
     * @param call the call
     * @return the answer
     */
    CompletionStage<Answer> enqueue(Call call);

    /**
     * @param partition a partition
     * @param ids 1 to 500 job ids that callers gave
     * @return those of them that the partition remembers
     */
    CompletionStage<Set<JobId>> known(PartitionId partition, List<JobId> ids);

    /**
     * Converts a job to the format of the original QBull, which keeps id, key and time of publication in the body.
     *
     * @param job any job
     * @param publishedAt time of publication, unless the body already has one
     * @return the job in that format; if its caller gave no id, with the id in the body
     * @throws EnqueueException if the body is not a JSON object, or contradicts id or key
     */
    NewJob original(NewJob job, Instant publishedAt);

    /**
     * Reads the progress of a source and extends its lifetime.
     *
     * @param partition the partition
     * @param source the source
     * @param lifetime how long the progress is kept from now on; zero = until {@link #forget}
     * @return layout version to the offset of the last record added under it; empty if no record was added
     */
    CompletionStage<Map<Integer, Long>> progress(PartitionId partition, SourceId source, Duration lifetime);

    /**
     * Notes that a source has progress in a partition, or is about to have, for a later reading of the source. To be done before its first
     * record is added there.
     *
     * @param partition the partition
     * @param source the source
     * @param lifetime how long the note is kept from now on, above zero
     * @return completes when that is on record
     */
    CompletionStage<Void> note(PartitionId partition, SourceId source, Duration lifetime);

    /**
     * @param queue the queue
     * @param source a source
     * @param lifetime how long its notes are kept from now on, above zero
     * @return the partitions that were noted
     */
    CompletionStage<List<PartitionId>> noted(QueueName queue, SourceId source, Duration lifetime);

    /**
     * Deletes the progress of a source that was read to its end.
     *
     * @param partition the partition
     * @param source the source
     * @return completes when the progress is gone
     */
    CompletionStage<Void> forget(PartitionId partition, SourceId source);

    /**
     * Reads where the stream begins. Changes nothing and needs no lease.
     *
     * @param partition the partition
     * @return its first entry; null if there is none, or if entries may wait there for a resize to go on
     */
    CompletionStage<@Nullable StreamId> head(PartitionId partition);

    /** The result of {@link #fetch}. */
    sealed interface Fetch extends OwnerAnswer {
        /**
         * What was read.
         *
         * @param entries in the order of the log
         * @param more whether a bound ended the read, so that more entries may follow
         * @param agenda what else waits for the owner
         * @param stage how far the partition is in a resize, at the same moment
         * @param gate whether a marker ended the read, so that entries may follow when its version has started
         */
        record Entries(List<Entry> entries, boolean more, Agenda agenda, PartitionStage stage, boolean gate)
                implements Fetch {
            /** What was read up to the end of the log. */
            public Entries(List<Entry> entries, boolean more, Agenda agenda, PartitionStage stage) {
                this(entries, more, agenda, stage, false);
            }

            /** What was read from a partition that knows no layout. */
            public Entries(List<Entry> entries, boolean more, Agenda agenda) {
                this(entries, more, agenda, PartitionStage.ABSENT);
            }
        }

        /**
         * The log has other segments than the cursor: nothing was read.
         *
         * @param staged all of them
         */
        record Segments(List<Segment> staged) implements Fetch {}

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
     * @param instructions the first few that follow the last known one
     * @param dueIn time until the next delayed job is due; null if there is none
     */
    record Agenda(List<Instruction> instructions, @Nullable Duration dueIn) {
        /** Nothing. */
        public static final Agenda EMPTY = new Agenda(List.of(), null);
    }

    /**
     * A request to the owner: from a person, or a note that wakes the owner.
     *
     * @param id its entry in the inbox
     * @param verb what to do; an unknown verb comes from a newer release or by mistake
     * @param key the held key; empty if the verb needs none
     * @param place place of the held job; empty = the first job of the key, whichever that is
     * @param from the segment with which the job comes here in a resize; empty if the request was made here
     */
    record Instruction(StreamId id, String verb, String key, String place, String from) {
        /** A request that was made here. */
        public Instruction(StreamId id, String verb, String key, String place) {
            this(id, verb, key, place, "");
        }

        /** The verb by which a producer wakes the owner: a delayed job was added that is due before all others. */
        public static final String DUE = "due";
        /** The verb by which a resize wakes the owner: jobs have come into a segment. */
        public static final String STAGED = "staged";
        /** The verb by which a resize wakes the owner: the jobs behind a marker may run. */
        public static final String STARTED = "started";

        /**
         * @return whether it only wakes the owner
         */
        public boolean note() {
            return verb.equals(DUE) || log();
        }

        /**
         * @return whether it wakes the owner because there is more to read in the log
         */
        public boolean log() {
            return verb.equals(STAGED) || verb.equals(STARTED);
        }
    }

    /**
     * Why a job is buried.
     *
     * @param reason one line
     * @param exception class name of the exception; empty if there was none
     * @param attempts number of runs
     */
    record Burial(String reason, String exception, int attempts) {}

    /** The result of an owner's command. */
    enum Verdict implements OwnerAnswer {
        /** It was carried out, now or by an earlier attempt. */
        DONE,
        /** The lease has ended: nothing was changed. */
        FENCED;

        @Override
        public boolean fenced() {
            return this == FENCED;
        }
    }

    /**
     * An enqueue call.
     *
     * @param partition the partition of the jobs' keys
     * @param layoutVersion version of the layout that maps the keys to the partition
     * @param producer pod and a nonce that no other producer has
     * @param number grows with each call of this producer to this partition
     * @param jobs 1 to 500
     * @param deduplicationWindow how long ids given by callers are remembered; zero = no deduplication
     * @param maxBacklog number of entries from which on the partition takes no more jobs; zero = no limit
     * @param records the offsets of the jobs in their source; null if they come from none
     * @param known ids that a partition of an earlier layout remembers: jobs with them are duplicates
     */
    record Call(
            PartitionId partition,
            int layoutVersion,
            String producer,
            long number,
            List<NewJob> jobs,
            Duration deduplicationWindow,
            long maxBacklog,
            @Nullable Records records,
            Set<JobId> known) {
        /** Copies the set. */
        public Call {
            known = Set.copyOf(known);
        }

        /** A call of jobs whose ids no earlier layout knows. */
        public Call(
                PartitionId partition,
                int layoutVersion,
                String producer,
                long number,
                List<NewJob> jobs,
                Duration deduplicationWindow,
                long maxBacklog,
                @Nullable Records records) {
            this(partition, layoutVersion, producer, number, jobs, deduplicationWindow, maxBacklog, records, Set.of());
        }

        /** The same without a source and without a limit. */
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
     * Marks the jobs of a call as records of a source. A record at or below the last offset added under the call's layout version is
     * skipped and counts as a duplicate.
     *
     * @param source the source
     * @param offsets one for each job, 0 to 2^53, strictly ascending
     * @param lifetime how long the progress is kept; zero = until {@link #forget}
     */
    record Records(SourceId source, List<Long> offsets, Duration lifetime) {}

    /** The result of {@link #enqueue}. */
    sealed interface Answer {
        /**
         * Redis has the jobs.
         *
         * @param places one for each job of the call, in order
         */
        record Accepted(List<Place> places) implements Answer {}

        /** The partition does not take jobs for that layout version; nothing was added. */
        record OtherLayout() implements Answer {}

        /** The partition has {@code maxBacklog} entries or more; nothing was added. */
        record Crowded() implements Answer {}

        /** A later call of the same producer was already answered; nothing was added. */
        record Stale() implements Answer {}

        /**
         * Where a job is.
         *
         * @param streamId its entry; {@link StreamId#START} for a duplicate and for a delayed job
         * @param duplicate whether nothing was added for this job
         */
        record Place(StreamId streamId, boolean duplicate) {}
    }
}
