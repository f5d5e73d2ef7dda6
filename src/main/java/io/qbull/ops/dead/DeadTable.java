package io.qbull.ops.dead;

import io.qbull.model.DeadLetter;
import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.Printable;
import io.qbull.ops.BodyText;
import io.qbull.ops.Change;
import io.qbull.ops.Summary;
import io.qbull.ops.TerminalText;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Dead letters as text for a terminal; escapes untrusted text before printing. */
public final class DeadTable {
    private static final int LONGEST_HEX = 64;

    private DeadTable() {}

    /**
     * @return the heading
     */
    static String head() {
        return row("PLACE", "ID", "KEY", "FAILED AT", "ATTEMPTS", "REASON");
    }

    /**
     * @param letter a dead letter
     * @return its line
     */
    static String row(DeadLetter letter) {
        Job job = letter.job();
        DeadLetter.Burial burial = letter.burial();
        return row(
                letter.place(),
                job == null ? "-" : Printable.of(job.id().value(), 36),
                job == null ? "-" : Printable.of(job.key(), 24),
                TerminalText.time(burial.failedAtMillis()),
                burial.attempts() == null ? "-" : burial.attempts(),
                Printable.of(text(burial.reason())));
    }

    /**
     * @param letter read with its body
     * @return all that is known of it, in lines
     */
    public static String whole(DeadLetter letter) {
        Job job = letter.job();
        DeadLetter.Burial burial = letter.burial();
        StringBuilder lines = new StringBuilder();
        line(lines, "place", letter.place());
        line(lines, "id", job == null ? null : job.id());
        line(lines, "key", job == null ? null : job.key());
        line(lines, "reason", burial.reason());
        line(lines, "exception", burial.exception());
        line(lines, "attempts", burial.attempts());
        line(lines, "failed at", TerminalText.time(burial.failedAtMillis()));
        line(lines, "enqueued at", job == null ? null : TerminalText.time(job.enqueuedAtMillis()));
        line(lines, "epoch", burial.epoch());
        if (letter.entry() instanceof Entry.Undecodable undecodable) {
            line(lines, "unreadable", undecodable.reason());
        }
        line(lines, "content type", job == null ? null : job.contentType());
        if (job != null) {
            job.headers().forEach((name, value) -> line(lines, "header " + Printable.of(name), value));
        }
        if (job != null && job.body() instanceof byte[] body) {
            bytes(lines, "body", body);
        } else {
            letter.fields().forEach((name, value) -> bytes(lines, "field " + Printable.of(name), value));
        }
        return lines.toString();
    }

    /**
     * @param change that was made
     * @param summary what became of it
     * @return a sentence without its full stop
     */
    static String sentence(Change change, Summary summary) {
        String done = change.past();
        StringBuilder text = new StringBuilder(summary.done() + " " + done);
        TerminalText.clause(text, summary.left(), "cannot be retried and stay");
        TerminalText.clause(text, summary.gone(), "were already gone");
        TerminalText.clause(
                text,
                summary.unknown(),
                "may have been " + done + ": the answer was lost, and it is safe to repeat the command");
        return text.toString();
    }

    /** Text is printed as it is, line ends included; other bytes by their number and the first of them. */
    private static void bytes(StringBuilder lines, String name, byte[] value) {
        String text = BodyText.of(value);
        String shown = text;
        if (text == null) {
            byte[] begin = Arrays.copyOf(value, Math.min(value.length, LONGEST_HEX));
            String dots = value.length > LONGEST_HEX ? "…" : "";
            shown = value.length + " bytes: " + HexFormat.of().formatHex(begin) + dots;
        } else if (text.indexOf('\n') >= 0) {
            shown = System.lineSeparator() + text;
        }
        lines.append(name).append(": ").append(shown).append(System.lineSeparator());
    }

    private static void line(StringBuilder lines, String name, @Nullable Object value) {
        if (value != null) {
            lines.append(name)
                    .append(": ")
                    .append(Printable.of(value.toString(), Integer.MAX_VALUE))
                    .append(System.lineSeparator());
        }
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, "%-20s %-37s %-25s %-20s %8s  %s%n", cells);
    }

    private static String text(@Nullable String value) {
        return value == null ? "-" : value;
    }
}
