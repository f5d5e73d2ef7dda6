package io.qbull.runtime;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The log lines of a trouble that lasts: each cause is written once until the trouble is over, and its end is worth a line only if its
 * beginning was one. Troubles that come and go are thinned out by a {@link LogLimit}, as are causes beyond the first {@value #MOST}. On
 * one thread.
 */
public final class IncidentLog {
    /** So many causes are remembered, because their texts may come from outside. */
    static final int MOST = 100;

    private final LogLimit lines;
    private final Set<String> causes = new HashSet<>();
    private boolean open;

    /**
     * @param lines thins out what this log writes
     */
    public IncidentLog(LogLimit lines) {
        this.lines = lines;
    }

    /**
     * Writes a line, unless one for the same cause was written since the last {@link #forget} or {@link #close}.
     *
     * @param cause what repeated lines have in common
     * @param line as of {@link LogLimit#log}
     */
    public void once(String cause, Consumer<String> line) {
        if (!causes.contains(cause) && lines.log(cause, line)) {
            if (causes.size() < MOST) {
                causes.add(cause);
            }
            open = true;
        }
    }

    /**
     * @return whether a line was written since the last {@link #close}
     */
    public boolean open() {
        return open;
    }

    /** Causes that come again are worth a line again. */
    public void forget() {
        causes.clear();
    }

    /** The trouble is over. */
    public void close() {
        causes.clear();
        open = false;
    }
}
