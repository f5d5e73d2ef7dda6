package io.qbull.lease;

import io.qbull.model.Lease;
import io.qbull.runtime.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what becomes of leases: one line for all to which the same happens within a moment. On the event loop. */
final class LeaseLog {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseLog.class);
    /** Leases are acquired and released in bunches, in calls of their own. */
    static final Duration MOMENT = Duration.ofMillis(200);

    private final EventLoop loop;
    /** What happened, and to which leases. */
    private final Map<String, List<Lease>> noted = new LinkedHashMap<>();

    private EventLoop.@Nullable Timer flush;

    LeaseLog(EventLoop loop) {
        this.loop = loop;
    }

    /**
     * @param lease of this pod
     * @param what happened to it, such as {@code released}
     */
    void note(Lease lease, String what) {
        noted.computeIfAbsent(what, any -> new ArrayList<>()).add(lease);
        if (flush == null) {
            flush = loop.schedule(MOMENT, this::flush);
        }
    }

    /** Writes what was noted, at once: before a line that follows from it, and at the end. */
    void flush() {
        if (flush != null) {
            flush.cancel();
            flush = null;
        }
        Map<String, List<Lease>> now = new LinkedHashMap<>(noted);
        noted.clear();
        now.forEach((what, leases) -> {
            if (leases.size() == 1) {
                LOG.info("{} {}", leases.get(0), what);
            } else {
                LOG.info(
                        "queue={} partitions={} {}",
                        leases.get(0).partition().queue(),
                        leases.stream()
                                .map(lease -> lease.partition().index())
                                .sorted()
                                .toList(),
                        what);
            }
        });
    }
}
