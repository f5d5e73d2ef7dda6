package io.qbull.ops.held;

import io.qbull.model.DurationText;
import io.qbull.model.Printable;
import io.qbull.ops.Change;
import io.qbull.ops.Summary;
import io.qbull.ops.TerminalText;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.Pause;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Held keys as text for a terminal; escapes untrusted text before printing. */
final class HeldTable {
    private HeldTable() {}

    /**
     * @return the heading
     */
    static String head() {
        return row("KEY", "PARTITION", "JOBS", "FIRST ID", "ATTEMPTS", "SINCE", "DUE", "REASON");
    }

    /**
     * @param key a held key
     * @return its line
     */
    static String row(HeldKey key) {
        Pause pause = key.pause();
        boolean failed = pause.attempts() > 0;
        return row(
                Printable.of(key.first().key(), 24),
                key.partition().index(),
                key.jobs(),
                Printable.of(key.first().id().value(), 36),
                pause.attempts(),
                TerminalText.time(failed ? (Long) pause.failedAtMillis() : null),
                due(pause.dueIn()),
                failed ? Printable.of(pause.reason()) : "-");
    }

    /**
     * @param change that was requested
     * @param summary what became of it
     * @return a sentence without its full stop
     */
    static String sentence(Change change, Summary summary) {
        String done = change.past();
        // An owner also takes a request whose job has completed meanwhile; afterwards nothing tells the two apart.
        StringBuilder text =
                new StringBuilder(summary.done() + " " + done + (summary.done() > 0 ? " or no longer held" : ""));
        TerminalText.clause(text, summary.gone(), "were no longer held");
        TerminalText.clause(
                text,
                summary.left(),
                "not " + done + " yet: the request stays until the partition has an owner with time for it");
        TerminalText.clause(
                text,
                summary.unknown(),
                "may have been requested: the answer was lost, and it is safe to repeat the command");
        return text.toString();
    }

    private static String due(@Nullable Duration dueIn) {
        if (dueIn == null) {
            return "when asked";
        }
        return dueIn.isZero() ? "now" : "in " + DurationText.of(dueIn);
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-25s %9s %7s %-37s %8s %-20s %-10s  %s%n", cells);
    }
}
