package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.History.PodLife;
import org.jspecify.annotations.Nullable;

/**
 * An event that may make jobs run twice: a kill, a freeze, an outage of Redis.
 *
 * @param name for the report
 * @param pod the life of a pod that it affected; null = all
 * @param from its start
 * @param to its end
 */
record Disruption(String name, @Nullable String pod, long from, long to) {
    static Disruption kill(PodLife life) {
        return new Disruption("kill -9 of " + life.name(), life.name(), life.killedAt(), NEVER);
    }

    /** Whether it affected the pod of a run that started while it lasted. */
    boolean covers(Ledger.Run run) {
        return (pod == null || pod.equals(run.pod().name())) && run.startedAt() > from && run.startedAt() < to;
    }

    /** Whether a run's lease ended while it lasted, and the run was in flight then or its end may not be on record. */
    boolean endangers(Ledger.Run run, Ledger ledger) {
        long end = ledger.leaseEnd(run);
        return (pod == null || pod.equals(run.pod().name()))
                && from <= end
                && end <= to
                && run.startedAt() <= end
                && ledger.recordedAt(run) > end;
    }
}
