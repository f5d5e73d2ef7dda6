package io.qbull.store;

import io.qbull.model.Entry;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of keys that wait for a retry: the failed job of a key and all that follow it with that key leave the stream, so that
 * other keys go on, and come back to nobody but the owner, in order. All commands are the owner's, and safe to repeat, and late; two
 * of one key must not be under way at once.
 */
public interface HeldJobs {
    /**
     * Records a failed run: the job waits from now on, first of its key.
     *
     * @param lease the owner's lease
     * @param job where it is; nothing happens when it is gone
     * @param key its key
     * @param failed the failure
     * @return done or fenced
     */
    CompletionStage<Verdict> fail(Lease lease, JobPlace job, String key, Failed failed);

    /**
     * Moves jobs out of the stream, to wait behind the first job of their key.
     *
     * @param lease the owner's lease
     * @param jobs 1 to 10,000; no earlier job of their keys may be left in the stream
     * @return done or fenced
     */
    CompletionStage<Verdict> park(Lease lease, List<Parked> jobs);

    /**
     * Goes on with a key: removes its first job if that is done, and reads the next.
     *
     * @param lease the owner's lease
     * @param key the key
     * @param done the place of the finished job; null to only read
     * @return the first job, that there is none, or fenced
     */
    CompletionStage<Advance> advance(Lease lease, String key, @Nullable JobPlace done);

    /**
     * Reads which keys are held, after a change of owner.
     *
     * @param lease the owner's lease
     * @param cursor {@link Page#START}, or what the page before said
     * @return a page of keys
     */
    CompletionStage<Page> keys(Lease lease, String cursor);

    /**
     * Records that a job is started that may have killed its process before.
     *
     * @param lease the owner's lease
     * @param job where it is; nothing happens when it is gone
     * @param crashes how often it may have, this start included; the number only grows
     * @return done or fenced
     */
    CompletionStage<Verdict> suspect(Lease lease, JobPlace job, int crashes);

    /**
     * Carries out what a person asks of the owner, and removes the instruction. A job that is not the first of its key any more is left
     * alone.
     *
     * @param lease the owner's lease
     * @param instruction what is asked; nothing happens when it is gone
     * @param action what to do
     * @return how the key stands then, or fenced
     */
    CompletionStage<Attended> attend(Lease lease, Instruction instruction, Action action);

    /**
     * @param attempts how often the job has failed, this time included
     * @param pause until it may run again; null = until a person asks
     * @param reason one line
     */
    record Failed(int attempts, @Nullable Duration pause, String reason) {}

    /**
     * @param job an entry
     * @param key its key
     */
    record Parked(StreamId job, String key) {}

    /** What is done about an instruction. */
    enum Action {
        /** The first job of the key runs at once, its attempts counted anew. */
        RETRY,
        /** The first job of the key is deleted. */
        DROP,
        /** Nothing. */
        IGNORE
    }

    /** The end of an {@link #advance}. */
    sealed interface Advance extends OwnerAnswer {
        /**
         * @param place of the job
         * @param entry the job
         */
        record Next(JobPlace place, Entry entry) implements Advance {}

        /** No job of the key waits; it is not held any more. */
        record Free() implements Advance {}

        /** The lease has ended. */
        record Fenced() implements Advance {}

        @Override
        default boolean fenced() {
            return this instanceof Advance.Fenced;
        }
    }

    /** The end of an {@link #attend}. */
    sealed interface Attended extends OwnerAnswer {
        /**
         * @param pause until the first job of the key may run; null = when a person asks
         */
        record Done(@Nullable Duration pause) implements Attended {}

        /** The lease has ended. */
        record Fenced() implements Attended {}

        @Override
        default boolean fenced() {
            return this instanceof Attended.Fenced;
        }
    }

    /** The end of a {@link #keys}. */
    sealed interface Page extends OwnerAnswer {
        /** The first cursor, and the last one. */
        String START = "0";

        /**
         * @param cursor of the next page; {@link #START} if this was the last one
         * @param keys each with the time until its first job may run; null = when a person asks. A key may come twice
         */
        record Keys(String cursor, Map<String, @Nullable Duration> keys) implements Page {}

        /** The lease has ended. */
        record Fenced() implements Page {}

        @Override
        default boolean fenced() {
            return this instanceof Page.Fenced;
        }
    }
}
