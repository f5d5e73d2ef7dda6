package io.qbull.ops.why;

import io.qbull.model.DurationText;
import io.qbull.model.Printable;
import io.qbull.ops.TerminalText;
import io.qbull.ops.why.Jobs.Shown;
import java.util.Locale;

/** Jobs that were found, for a terminal; escapes untrusted text before printing. */
public final class JobsTable {
    private JobsTable() {}

    /**
     * @param shown jobs
     * @return complete lines
     */
    public static String of(Shown shown) {
        StringBuilder table = new StringBuilder(row("PARTITION", "WHERE", "BEFORE", "SINCE", "ID", "KEY", ""));
        shown.jobs().forEach(job -> table.append(row(job)));
        if (shown.more()) {
            table.append("There may be more: the queue is long.").append(System.lineSeparator());
        }
        return table.toString();
    }

    private static String row(FoundJob found) {
        String before = "-";
        String rest = "";
        if (found instanceof FoundJob.InStream in) {
            before = Long.toString(in.before());
            rest = in.segment().own()
                    ? ""
                    : "from partition " + in.segment().source() + " for layout "
                            + in.segment().version();
        } else if (found instanceof FoundJob.Held held) {
            before = held.before() < 0 ? "-" : Long.toString(held.before());
        } else if (found instanceof FoundJob.Delayed delayed) {
            rest = "due in " + DurationText.of(delayed.dueIn());
        } else if (found instanceof FoundJob.Dead dead) {
            rest = Printable.of(dead.reason());
        }
        String since = found instanceof FoundJob.Delayed
                ? "-"
                : TerminalText.time(found.job().atMillis());
        return row(
                found.partition().index(),
                found.where(),
                before,
                since,
                Printable.of(found.job().id(), 36),
                Printable.of(found.job().key(), 24),
                rest);
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%9s  %-8s %7s  %-20s  %-37s %-25s %s", cells)
                        .stripTrailing()
                + System.lineSeparator();
    }
}
