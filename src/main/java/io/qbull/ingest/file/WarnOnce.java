package io.qbull.ingest.file;

import io.qbull.model.Printable;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.util.StopWatch;
import org.slf4j.Logger;

/**
 * Logs each warning once, because every scan would repeat it, and again only when nothing has repeated it for a while. Remembers a limited
 * number of warnings; one line stands for all others. Thread-safe.
 */
final class WarnOnce {
    /** The most warnings that are remembered. */
    static final int MOST = 1_000;

    private static final int LONGEST = 500;
    private static final long FORGOTTEN_MILLIS = 600_000;
    private static final long SWEEP_MILLIS = 10_000;

    private final Logger log;
    /** Each warning, and how long ago it was repeated last. Guarded by this. */
    private final Map<String, StopWatch> logged = new HashMap<>();

    private final StopWatch swept = new StopWatch();
    private boolean full;

    WarnOnce(Logger log) {
        this.log = log;
    }

    void warn(String what) {
        String line = Printable.of(what, LONGEST);
        switch (note(line)) {
            case NEW -> log.warn("{}", line);
            case FULL -> log.warn("more than {} files or folders need attention; no more are named", MOST);
            case KNOWN -> {}
        }
    }

    private enum Note {
        NEW,
        KNOWN,
        FULL
    }

    private synchronized Note note(String line) {
        StopWatch known = logged.get(line);
        if (known != null) {
            known.restart();
            return Note.KNOWN;
        }
        if (logged.size() >= MOST && swept.taken() > SWEEP_MILLIS) {
            swept.restart();
            logged.values().removeIf(repeated -> repeated.taken() > FORGOTTEN_MILLIS);
        }
        if (logged.size() < MOST) {
            full = false;
            logged.put(line, new StopWatch());
            return Note.NEW;
        }
        boolean first = !full;
        full = true;
        return first ? Note.FULL : Note.KNOWN;
    }

    /**
     * @return how many warnings are remembered
     */
    synchronized int remembered() {
        return logged.size();
    }
}
