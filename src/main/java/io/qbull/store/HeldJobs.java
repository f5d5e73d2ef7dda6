package io.qbull.store;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of held keys. The failed job of a key, and all later jobs of that key, leave the stream, so that other keys can continue;
 * the owner gets them back in order. Every method needs the owner's lease, is safe to repeat, and is safe when it runs late. Two
 * commands for one key must not be under way at the same time.
 */
public interface HeldJobs {
    /**
     * Records a failed run. The job is held from now on, as the first of its key.
     *
     * @param lease the owner's lease
     * @param job place of the job; nothing happens if it is gone
     * @param key key of the job
     * @param failed the failure
     * @return done or fenced
     */
    CompletionStage<Verdict> fail(Lease lease, JobPlace job, String key, Failed failed);

    /**
     * Moves jobs out of the stream, behind the first job of their held key.
     *
     * @param lease the owner's lease
     * @param jobs 1 to 10,000 of one stream of the log, which must have no earlier job of their keys
     * @param repeated whether an earlier attempt of this call has no answer. A repeat is never refused for lack of room: a refusal
     *     would not tell what became of the earlier attempt
     * @return done, full or fenced
     */
    CompletionStage<Parking> park(Lease lease, List<Parked> jobs, boolean repeated);

    /**
     * Puts jobs of a segment among the held jobs again, where they were held before they moved. Works when Redis is full.
     *
     * @param lease the owner's lease
     * @param jobs 1 to 10,000 of one segment, in its order; those that have left it are skipped
     * @return how their keys stand, or fenced
     */
    CompletionStage<Unpacked> unpack(Lease lease, List<Parked> jobs);

    /**
     * Deletes the first job of a held key if it is done, and reads the next one.
     *
     * @param lease the owner's lease
     * @param key the key
     * @param done place of the finished job; null to read only
     * @return the first job, free if there is none, or fenced
     */
    CompletionStage<Advance> advance(Lease lease, String key, @Nullable JobPlace done);

    /**
     * Reads which keys are held. A new owner needs this before it starts a job.
     *
     * @param lease the owner's lease
     * @param cursor {@link Page#START}, the same as {@link Page#CHECK}, or the cursor of the previous page
     * @return a page of keys
     */
    CompletionStage<Page> keys(Lease lease, String cursor);

    /**
     * Ties held and delayed jobs to their places and keys again, after some of this was lost in Redis. Works page by page.
     *
     * @param lease the owner's lease
     * @param cursor {@link Page#START}, or the cursor of the previous page
     * @return what was mended, or fenced
     */
    CompletionStage<Mending> mend(Lease lease, String cursor);

    /**
     * Records crashes of a job that may have crashed its process before.
     *
     * @param lease the owner's lease
     * @param job place of the job; nothing happens if it is gone
     * @param key key of the job
     * @param known its crashes, and the number of this change; nothing happens if a later one is recorded
     * @return done or fenced
     */
    CompletionStage<Verdict> suspect(Lease lease, JobPlace job, String key, Attempts known);

    /**
     * Carries out an instruction to the owner and deletes it. Leaves the job alone if it is no longer the first of its key.
     *
     * @param lease the owner's lease
     * @param instruction the instruction; nothing happens if it is gone
     * @param action what to do
     * @return the state of the key afterwards, or fenced
     */
    CompletionStage<Attended> attend(Lease lease, Instruction instruction, Action action);

    /**
     * A failed run.
     *
     * @param attempts failed runs of the job, this one included
     * @param counted those that used an attempt up
     * @param change number of this change of the job's {@link Attempts}; nothing happens if a later one is recorded
     * @param pause time until it may run again; null = until a person asks
     * @param reason one line
     */
    record Failed(
            int attempts, int counted, int change, @Nullable Duration pause, String reason) {}

    /**
     * A job to move behind the first job of its key.
     *
     * @param job its entry
     * @param key its key
     */
    record Parked(EntryId job, String key) {}

    /** The result of {@link #park}. */
    enum Parking implements OwnerAnswer {
        /** The jobs have left the stream, now or before. */
        DONE,
        /** Nothing was moved: the server takes no data, or the held jobs of the partition use as much memory as they may. */
        FULL,
        /** The lease has ended. */
        FENCED;

        @Override
        public boolean fenced() {
            return this == FENCED;
        }
    }

    /** How to carry out an instruction. */
    enum Action {
        /** Run the first job of the key at once, and count its attempts from zero. */
        RETRY,
        /** Delete the first job of the key. */
        DROP,
        /** Delete the instruction only. */
        IGNORE
    }

    /** The result of {@link #advance}. */
    sealed interface Advance extends OwnerAnswer {
        /**
         * The key has a first job.
         *
         * @param place its place
         * @param entry the job
         */
        record Next(JobPlace place, Entry entry) implements Advance {}

        /** The key has no held job, so it is no longer held. */
        record Free() implements Advance {}

        /** The lease has ended. */
        record Fenced() implements Advance {}

        @Override
        default boolean fenced() {
            return this instanceof Advance.Fenced;
        }
    }

    /** The result of {@link #unpack}. */
    sealed interface Unpacked extends OwnerAnswer {
        /**
         * The jobs are held, by this call or before.
         *
         * @param keys each key that is held with the time until its first job may run; null = until a person asks
         */
        record Done(Map<String, @Nullable Duration> keys) implements Unpacked {}

        /** The lease has ended. */
        record Fenced() implements Unpacked {}

        @Override
        default boolean fenced() {
            return this instanceof Unpacked.Fenced;
        }
    }

    /** The result of {@link #attend}. */
    sealed interface Attended extends OwnerAnswer {
        /**
         * Carried out, now or before.
         *
         * @param pause time until the first job of the key may run; null = until a person asks
         */
        record Done(@Nullable Duration pause) implements Attended {}

        /** The lease has ended. */
        record Fenced() implements Attended {}

        @Override
        default boolean fenced() {
            return this instanceof Attended.Fenced;
        }
    }

    /** The result of {@link #keys}. */
    sealed interface Page extends OwnerAnswer {
        /** The cursor of the first page, and the cursor after the last one. */
        String START = "0";

        /** As {@link #START}; the answer to it or to a later page is {@link Broken} if {@link HeldJobs#mend} is needed first. */
        String CHECK = "check";

        /**
         * Some held keys.
         *
         * @param cursor cursor of the next page; {@link #START} after the last one
         * @param keys each key with the time until its first job may run; null = until a person asks. A key may come twice
         */
        record Keys(String cursor, Map<String, @Nullable Duration> keys) implements Page {}

        /** Some jobs that wait are without their place or key, or the other way round. */
        record Broken() implements Page {}

        /** The lease has ended. */
        record Fenced() implements Page {}

        @Override
        default boolean fenced() {
            return this instanceof Page.Fenced;
        }
    }

    /** The result of {@link #mend}. */
    sealed interface Mending extends OwnerAnswer {
        /**
         * A page was mended.
         *
         * @param cursor cursor of the next page; {@link Page#START} after the last one
         * @param putBack number of jobs that wait in their places again
         * @param lost number of places whose job is gone; of held jobs that cannot be counted any more, one for each key
         * @param buried number of jobs that became dead letters because their key cannot be told
         */
        record Mended(String cursor, int putBack, int lost, int buried) implements Mending {}

        /** The lease has ended. */
        record Fenced() implements Mending {}

        @Override
        default boolean fenced() {
            return this instanceof Mending.Fenced;
        }
    }
}
