package io.qbull.ops.held;

import io.qbull.model.Printable;
import io.qbull.ops.dead.DeadLetterAdmin.Deed;
import io.qbull.ops.dead.DeadTable;
import io.qbull.ops.held.HeldKeyAdmin.Tally;
import io.qbull.store.HeldKeyTable.HeldKey;
import io.qbull.store.HeldKeyTable.Pause;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Held keys for a terminal. */
public final class HeldTable {
    private HeldTable() {}

    /**
     * @return the line above all others
     */
    public static String head() {
        return row("KEY", "PARTITION", "JOBS", "FIRST ID", "ATTEMPTS", "SINCE", "DUE", "REASON");
    }

    /**
     * @param key a held key
     * @return its line
     */
    public static String row(HeldKey key) {
        Pause pause = key.pause();
        boolean failed = pause.attempts() > 0;
        return row(
                Printable.of(key.first().key(), 24),
                key.partition().index(),
                key.jobs(),
                Printable.of(key.first().id().value(), 36),
                pause.attempts(),
                DeadTable.time(failed ? (Long) pause.failedAtMillis() : null),
                due(pause.dueIn()),
                failed ? Printable.of(pause.reason()) : "-");
    }

    /**
     * @param deed what was asked for
     * @param tally how that went
     * @return a sentence without its end
     */
    public static String sentence(Deed deed, Tally tally) {
        String done = deed == Deed.RETRY ? "retried" : "dropped";
        // A request that the owner took may have found that its job had completed: nobody tells the one from the other
        // afterwards.
        StringBuilder text =
                new StringBuilder(tally.done() + " " + done + (tally.done() > 0 ? " or no longer held" : ""));
        DeadTable.add(text, tally.gone(), "were not held any more");
        DeadTable.add(
                text,
                tally.pending(),
                "not " + done + " yet: that will be done when the partition has an owner that has time for it");
        DeadTable.add(text, tally.unknown(), "may be asked for, for the answer was lost: it is safe to do it again");
        return text.toString();
    }

    private static String due(@Nullable Duration dueIn) {
        if (dueIn == null) {
            return "when asked";
        }
        return dueIn.isZero() ? "now" : "in " + Math.max(1, dueIn.toSeconds()) + " s";
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-25s %9s %7s %-37s %8s %-20s %-10s  %s%n", cells);
    }
}
