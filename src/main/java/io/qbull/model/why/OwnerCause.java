package io.qbull.model.why;

import io.qbull.model.DurationText;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/** What the owner of a partition knows, or what can be seen of it while its lease lives. */
public sealed interface OwnerCause extends Cause {
    /**
     * A job runs, and what waits behind it waits for its end.
     *
     * @param pod where
     * @param job the one that has been running for the longest time
     * @param others how many others run beside it
     */
    record JobRunning(String pod, RunningJob job, int others) implements OwnerCause {
        @Override
        public String sentence() {
            return job.name() + " has been running for " + DurationText.of(job.ran()) + " in pod " + pod
                    + (job.thread().isEmpty() ? ", on no thread of its own" : " on thread " + job.thread())
                    + (job.attempt() > 1 ? " (attempt " + job.attempt() + ")" : "")
                    + (others > 0 ? ", beside " + others + (others == 1 ? " other job" : " other jobs") : "");
        }

        @Override
        public String advice() {
            return "If it hangs, see what it waits for in a thread dump of the pod (jstack), or restart the pod: the job then runs"
                    + " again. The option jobTimeout ends such jobs by itself.";
        }
    }

    /**
     * A job waits for a worker.
     *
     * @param job the job
     * @param awaited for whom, such as {@code a thread}
     */
    record NoWorker(String job, String awaited) implements OwnerCause {
        @Override
        public String sentence() {
            return job + " waits for " + awaited;
        }

        @Override
        public String advice() {
            return "Jobs of other partitions keep all workers busy, or nobody polls: give the pod more threads, or poll.";
        }
    }

    /**
     * A crash suspect of another partition runs first.
     *
     * @param text says so
     */
    record SuspectElsewhere(String text) implements OwnerCause {
        @Override
        public String sentence() {
            return text;
        }

        @Override
        public String advice() {
            return "Nothing: after a crash the jobs that may have caused it run one at a time in each pod.";
        }
    }

    /**
     * The owner waits for an answer of Redis.
     *
     * @param text says so
     */
    record Unanswered(String text) implements OwnerCause {
        @Override
        public String sentence() {
            return text;
        }

        @Override
        public String advice() {
            return "See whether Redis is slow or away; the pod repeats the command until it is answered.";
        }
    }

    /**
     * The owner waits for something that passes by itself.
     *
     * @param text what it is
     */
    record Standing(String text) implements OwnerCause {
        @Override
        public String sentence() {
            return text;
        }

        @Override
        public String advice() {
            return "If it lasts, look into the log of the pod.";
        }
    }

    /**
     * The owner renews its lease and does no work.
     *
     * @param pod the owner
     * @param job the first job
     * @param age how long it has been in the queue
     */
    record OwnerIdle(String pod, String job, Duration age) implements OwnerCause {
        @Override
        public String sentence() {
            return "pod " + pod + " renews its lease and runs nothing, although " + job + " has been waiting for "
                    + DurationText.of(age);
        }

        @Override
        public String advice() {
            return "Nothing: the pod notices it within stallAfter, gives the partition up, and its next owner reads it anew. If it"
                    + " happens again, keep a thread dump of the pod (jstack): this should not happen.";
        }
    }

    /**
     * The jobs are being worked off.
     *
     * @param pods the owners
     * @param jobs how many there are to do
     * @param age how old the first one is
     */
    record Working(Set<String> pods, long jobs, Duration age) implements OwnerCause {
        /** Copies the set. */
        public Working {
            pods = Set.copyOf(pods);
        }

        @Override
        public String sentence() {
            String who = pods.size() == 1 ? "pod " + pods.iterator().next() + " works" : pods.size() + " pods work";
            return "nothing stands still: " + who + ", with " + jobs + (jobs == 1 ? " job" : " jobs")
                    + " to do, the first one " + DurationText.of(age) + " old";
        }

        @Override
        public String advice() {
            return "";
        }

        /**
         * @param other partitions that work, too
         * @return both
         */
        public Working and(Working other) {
            Set<String> all = new HashSet<>(pods);
            all.addAll(other.pods);
            return new Working(all, jobs + other.jobs, age.compareTo(other.age) < 0 ? other.age : age);
        }
    }
}
