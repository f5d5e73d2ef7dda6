package io.qbull.model.why;

import io.qbull.model.Pause;
import io.qbull.model.Pause.Scope;
import io.qbull.model.Printable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Pauses in words; safe to print. */
public final class PauseText {
    private PauseText() {}

    /**
     * @param pause any
     * @return such as {@code partition 3 is paused by ann since …, until …: reason}
     */
    public static String sentence(Pause pause) {
        return pause.scope() instanceof Scope.NewJobs
                ? "the queue takes no new jobs: drained" + clause(pause)
                : what(pause.scope()) + " is paused" + clause(pause);
    }

    private static String clause(Pause pause) {
        Long until = pause.untilMillis();
        return " by " + Printable.of(pause.by()) + " since " + time(pause.sinceMillis()) + ", until "
                + (until == null ? "somebody resumes it" : time(until))
                + (pause.reason().isEmpty() ? "" : ": " + Printable.of(pause.reason()));
    }

    private static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /**
     * @param scope what is paused
     * @return how a sentence names it
     */
    public static String what(Scope scope) {
        if (scope instanceof Scope.Partition one) {
            return "partition " + one.index();
        }
        return scope instanceof Scope.Key one ? "key " + Printable.of(one.key()) : "the queue";
    }
}
