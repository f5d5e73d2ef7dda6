package io.qbull.ingest.file;

import io.qbull.model.Printable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;

/** Logs each warning once, because every scan would repeat it. Thread-safe. */
final class WarnOnce {
    private static final int LONGEST = 500;

    private final Logger log;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    WarnOnce(Logger log) {
        this.log = log;
    }

    void warn(String what) {
        if (logged.add(what)) {
            log.warn("{}", Printable.of(what, LONGEST));
        }
    }
}
