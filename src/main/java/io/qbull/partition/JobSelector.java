package io.qbull.partition;

import io.qbull.model.Attempts;
import io.qbull.model.Entry;
import io.qbull.model.JobPlace;
import io.qbull.partition.Decision.Bury;
import io.qbull.partition.Decision.ReadHead;
import io.qbull.partition.Decision.Start;
import io.qbull.partition.Decision.Wait;
import io.qbull.partition.KeyLine.Slot;
import io.qbull.partition.PumpSnapshot.Backlog;
import io.qbull.partition.PumpSnapshot.Candidates;
import io.qbull.store.HeldJobs.Advance;
import io.qbull.store.JobLog.Burial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a pump does next about its jobs, from a snapshot alone: it reads no clock and changes nothing. Whatever keeps a job
 * from starting is named here and nowhere else.
 */
final class JobSelector {
    /** The reason with which a job is buried that crashed too many processes; part of the dead letter. */
    static final String CRASHED = "crashed its worker";

    /** What the next step needs, asked in this order. The first that is not met names the cause. */
    private static final List<Condition> CONDITIONS = List.of(
            JobSelector::trust, JobSelector::gates, JobSelector::reading, JobSelector::suspects, JobSelector::turn);

    private final RetryPolicy policy;

    /** Keeps steps back. */
    @FunctionalInterface
    private interface Condition {
        /**
         * @param now what is known
         * @param next the step that would be taken
         * @return why it must wait; null if it need not
         */
        @Nullable
        StallCause obstacle(PumpSnapshot now, Decision next);
    }

    /**
     * @param policy says which jobs have used up their attempts or crashes
     */
    JobSelector(RetryPolicy policy) {
        this.policy = policy;
    }

    Decision select(PumpSnapshot now) {
        return switch (now.readiness()) {
            case BUSY -> new Wait(StallCause.JOB_RUNNING);
            case RECORDING -> ready(now, StallCause.UNANSWERED);
            case NO_THREAD -> ready(now, StallCause.NO_THREAD);
            case FREE -> ready(now, null);
        };
    }

    /** Less than the allowed number of jobs run; {@code obstacle} is what keeps the next one from starting, if anything does. */
    private Decision ready(PumpSnapshot now, @Nullable StallCause obstacle) {
        return switch (now.state()) {
            case LOADING -> new Wait(StallCause.UNANSWERED);
            case RUNNING -> obstacle == null ? running(now) : new Wait(obstacle);
            case DRAINING, ABANDONED, CLOSED -> new Wait(ending(now));
        };
    }

    private static StallCause ending(PumpSnapshot now) {
        if (now.unsettled().running() > 0) {
            return StallCause.JOB_RUNNING;
        }
        boolean unanswered =
                now.state() == PumpState.DRAINING && now.unsettled().commands() > 0;
        return unanswered ? StallCause.UNANSWERED : StallCause.IDLE;
    }

    private Decision running(PumpSnapshot now) {
        Decision next = next(now.candidates());
        if (next == null) {
            return new Wait(nothingToStart(now));
        }
        for (Condition condition : CONDITIONS) {
            StallCause cause = condition.obstacle(now, next);
            if (cause != null) {
                return new Wait(cause);
            }
        }
        return next;
    }

    private static StallCause nothingToStart(PumpSnapshot now) {
        Backlog backlog = now.backlog();
        if (now.unsettled().running() > 0) {
            return StallCause.JOB_RUNNING;
        }
        if (now.unsettled().commands() > 0 || backlog.fetching()) {
            return StallCause.UNANSWERED;
        }
        if (now.rereading() != SecondReading.Phase.NONE) {
            return StallCause.READS_AGAIN;
        }
        if (backlog.paused()) {
            return StallCause.RETRY_PAUSE;
        }
        if (backlog.held()) {
            return StallCause.KEYS_HELD;
        }
        return backlog.shut() == null ? StallCause.IDLE : backlog.shut();
    }

    /** Without trust nothing is begun. An outage explains missing trust, so it is named first. */
    private static @Nullable StallCause trust(PumpSnapshot now, Decision next) {
        if (now.trusted()) {
            return null;
        }
        return now.unsettled().commands() > 0 ? StallCause.UNANSWERED : StallCause.NOT_TRUSTED;
    }

    /**
     * The partition is closed as a whole. Candidates are never of a key that is shut. What need not run may go, unless it may have been
     * copied to another partition.
     */
    private static @Nullable StallCause gates(PumpSnapshot now, Decision next) {
        return next instanceof Bury && now.closed() != StallCause.RESIZE ? null : now.closed();
    }

    /** Everything is on record before the stream is read again, so that nothing is found in it that runs or has ended. */
    private static @Nullable StallCause reading(PumpSnapshot now, Decision next) {
        if (now.rereading() != SecondReading.Phase.DUE) {
            return null;
        }
        return now.unsettled().running() > 0 ? StallCause.JOB_RUNNING : StallCause.UNSETTLED;
    }

    /**
     * A suspect, and the job after one, starts only when nothing runs and everything before it is on record: if it crashes, only it can be
     * guilty.
     */
    private static @Nullable StallCause suspects(PumpSnapshot now, Decision next) {
        boolean apart = next instanceof Start start
                && (start.suspect() || now.unsettled().afterSuspect());
        if (apart && now.unsettled().running() > 0) {
            return StallCause.JOB_RUNNING;
        }
        return apart && now.unsettled().any() ? StallCause.UNSETTLED : null;
    }

    /** The process dies as a whole: a suspect starts only when it is the turn of this partition. */
    private static @Nullable StallCause turn(PumpSnapshot now, Decision next) {
        boolean waits = next instanceof Start start && start.suspect() && !now.suspectTurn();
        return waits ? StallCause.SUSPECT_ELSEWHERE : null;
    }

    /** Held keys and the stream take turns. */
    private @Nullable Decision next(Candidates candidates) {
        HeldKey key = candidates.heldKey();
        Advance.Next head = key == null ? null : key.head;
        if (key != null && head == null && !candidates.readingHead()) {
            return new ReadHead(key);
        }
        Slot slot = candidates.slot();
        if (key != null && head != null && (candidates.heldTurn() || slot == null)) {
            return about(head.entry(), head.place(), key, key.suspect);
        }
        return slot == null ? null : about(slot.entry, JobPlace.inLog(slot.id()), null, slot.suspect);
    }

    /** What an entry means that may start behind another one by itself; null if more than a start is to be done about it. */
    @Nullable
    Work plain(Slot slot) {
        Decision next = about(slot.entry, JobPlace.inLog(slot.id()), null, slot.suspect);
        return next instanceof Start start && !start.suspect() ? start.work() : null;
    }

    private Decision about(Entry entry, JobPlace place, @Nullable HeldKey heldKey, boolean suspect) {
        if (entry instanceof Entry.Undecodable undecodable) {
            return new Bury(null, place, heldKey, new Burial(undecodable.reason(), "", 0));
        }
        Work work = new Work(((Entry.Decoded) entry).job(), place, heldKey);
        Attempts attempts = work.job().attempts();
        // Crashes count only against a suspect: a pod may have recorded a start, come back and never started the job.
        if (suspect && policy.deadly(attempts)) {
            int runs = attempts.failed() + attempts.crashed() + 1;
            return new Bury(work.job(), place, heldKey, new Burial(CRASHED, "", runs));
        }
        if (policy.spent(attempts)) {
            String reason = "failed " + attempts.failed() + " times under an earlier owner";
            return new Bury(work.job(), place, heldKey, new Burial(reason, "", attempts.failed()));
        }
        return new Start(work, suspect);
    }
}
