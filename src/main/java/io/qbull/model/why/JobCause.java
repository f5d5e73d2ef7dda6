package io.qbull.model.why;

import io.qbull.model.DurationText;
import io.qbull.model.Printable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a key or a job waits, although its partition may work, or what has become of it. */
public sealed interface JobCause extends Cause {
    /** The longest id, key or reason in a sentence. */
    int LONGEST = 120;

    /**
     * @param id of a job
     * @param key of the job
     * @return both, safe to print
     */
    static String name(String id, String key) {
        return "job " + Printable.of(id, LONGEST) + " of key " + Printable.of(key, LONGEST);
    }

    /**
     * A person has paused it.
     *
     * @param text says what is paused, by whom, and until when
     */
    record Paused(String text) implements JobCause {
        @Override
        public String sentence() {
            return text;
        }

        @Override
        public String advice() {
            return "./qbull resume lets it go on.";
        }
    }

    /**
     * A key waits behind a failed job.
     *
     * @param key the key
     * @param job the failed job; null if it is not known
     * @param attempts how often it has failed; 0 if that is not known
     * @param reason of the last failure
     * @param dueIn time until it runs again; null = when a person asks
     */
    record KeyHeld(
            String key,
            @Nullable String job,
            int attempts,
            String reason,
            @Nullable Duration dueIn) implements JobCause {
        @Override
        public String sentence() {
            String named = "key " + Printable.of(key, LONGEST) + " is held";
            String failed = job == null || attempts == 0
                    ? ""
                    : " after " + attempts + (attempts == 1 ? " failed attempt" : " failed attempts") + " of job "
                            + Printable.of(job, LONGEST) + " (" + Printable.of(reason, LONGEST) + ")";
            return named
                    + failed
                    + (dueIn == null ? " until a person retries or drops it" : ", and runs again " + when(dueIn));
        }

        private static String when(Duration dueIn) {
            return dueIn.isZero() ? "now" : "in " + DurationText.of(dueIn);
        }

        @Override
        public String advice() {
            return "Mend what it fails for; ./qbull held retry runs it at once, ./qbull held drop deletes it.";
        }
    }

    /**
     * A job waits behind others.
     *
     * @param id of the job
     * @param key of the job
     * @param jobs how many are before it
     * @param where such as {@code in partition Q:3}
     */
    record Behind(String id, String key, long jobs, String where) implements JobCause {
        @Override
        public String sentence() {
            return name(id, key) + " waits behind " + jobs + (jobs == 1 ? " job " : " jobs ") + where;
        }

        @Override
        public String advice() {
            return "More partitions, pods or concurrency work a queue off faster.";
        }
    }

    /**
     * A job is not due yet.
     *
     * @param id of the job
     * @param key of the job
     * @param dueIn time until then
     */
    record NotDue(String id, String key, Duration dueIn) implements JobCause {
        @Override
        public String sentence() {
            return name(id, key) + " is not due yet: it is in " + DurationText.of(dueIn);
        }

        @Override
        public String advice() {
            return "./qbull cancel removes it before it is due.";
        }
    }

    /**
     * Nothing is due yet.
     *
     * @param jobs how many jobs are delayed
     * @param dueIn time until the first of them is due
     */
    record NextDue(long jobs, Duration dueIn) implements JobCause {
        @Override
        public String sentence() {
            return (jobs == 1 ? "the only job is" : "the " + jobs + " jobs are") + " not due yet: the next one is in "
                    + DurationText.of(dueIn);
        }

        @Override
        public String advice() {
            return "./qbull peek shows which; ./qbull cancel removes one before it is due.";
        }
    }

    /**
     * A job was given up.
     *
     * @param id of the job
     * @param key of the job
     * @param attempts how often it ran; 0 if that is not known
     * @param reason why
     */
    record GivenUp(String id, String key, int attempts, String reason) implements JobCause {
        @Override
        public String sentence() {
            return name(id, key) + " was given up"
                    + (attempts > 0 ? " after " + attempts + (attempts == 1 ? " attempt" : " attempts") : "") + ": "
                    + Printable.of(reason, LONGEST);
        }

        @Override
        public String advice() {
            return "./qbull dead retry runs it again, ./qbull dead drop deletes it.";
        }
    }

    /**
     * A job was added and is not in the queue any more.
     *
     * @param id of the job
     */
    record Done(String id) implements JobCause {
        @Override
        public String sentence() {
            return "job " + Printable.of(id, LONGEST)
                    + " was added and is not in the queue any more: it is done, or was dropped";
        }

        @Override
        public String advice() {
            return "";
        }
    }

    /**
     * There is nothing to wait for.
     *
     * @param what was looked for, such as {@code job J}, or empty
     * @param more whether the look was ended before everything was seen
     */
    record Nothing(String what, boolean more) implements JobCause {
        @Override
        public String sentence() {
            if (what.isEmpty()) {
                return "nothing waits";
            }
            return "nothing is known of " + Printable.of(what, LONGEST)
                    + (more ? " in what could be looked at; the queue is long" : ": it is done, or was never added");
        }

        @Override
        public String advice() {
            return "";
        }
    }
}
