package io.qbull.app.coalesce;

import io.qbull.model.Printable;
import java.util.regex.Pattern;

/**
 * The window of a key cannot be changed now: Redis is away or full, or another pod was faster. The message is not to blame, so its route
 * lets the job run again for as long as it takes.
 */
public final class WindowException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** Where the client begins to quote the command, and with it the messages. */
    private static final Pattern QUOTE =
            Pattern.compile("[,;.]? *(channel|command|params|script): .*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private WindowException(String message) {
        super(message);
    }

    /**
     * @param failure what the client threw; not kept as the cause, because its message quotes the command with its data
     * @return says why, without a message
     */
    static WindowException unreachable(RuntimeException failure) {
        return new WindowException("the window of this key cannot be changed now: " + reason(failure));
    }

    /** Another pod has changed the window since it was read. */
    static WindowException changed() {
        return new WindowException("the window of this key was changed by another pod");
    }

    /**
     * @param failure what the client threw
     * @return one line without data of a message
     */
    static String reason(Throwable failure) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        String kept = QUOTE.matcher(message).replaceFirst("");
        return failure.getClass().getSimpleName() + (kept.isEmpty() ? "" : ": " + Printable.of(kept));
    }
}
