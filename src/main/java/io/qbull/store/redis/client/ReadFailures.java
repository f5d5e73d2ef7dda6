package io.qbull.store.redis.client;

import io.qbull.runtime.IncidentLog;
import io.qbull.runtime.LogLimit;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why readers cannot wait for new jobs: each cause once for all readers of a store, until all of them can wait again. In a cluster
 * each partition has a reader of its own, and what one of them meets the others meet too. Thread-safe.
 */
final class ReadFailures {
    private static final Logger LOG = LoggerFactory.getLogger(ReadFailures.class);

    private final IncidentLog lines = new IncidentLog(new LogLimit());
    private final Set<Object> failing = new HashSet<>();

    /**
     * @param reader has failed
     * @param text why
     */
    synchronized void failed(Object reader, String text) {
        failing.add(reader);
        lines.once(text, more -> LOG.warn("Cannot wait for new jobs, polling until it works again: {}{}", text, more));
    }

    /**
     * @param reader can wait, or will not any more
     */
    synchronized void ended(Object reader) {
        if (failing.remove(reader) && failing.isEmpty()) {
            lines.close();
        }
    }
}
