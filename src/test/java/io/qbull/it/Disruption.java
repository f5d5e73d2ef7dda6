package io.qbull.it;

import static io.qbull.it.History.NEVER;

import io.qbull.it.History.PodLife;
import org.jspecify.annotations.Nullable;

/**
 * What may make jobs run twice: a kill, a freeze, a Redis that was away.
 *
 * @param name for the report
 * @param pod the life that it struck; null = all
 * @param from its begin
 * @param to its end
 */
record Disruption(String name, @Nullable String pod, long from, long to) {
    static Disruption kill(PodLife life) {
        return new Disruption("kill -9 of " + life.name(), life.name(), life.killedAt(), NEVER);
    }

    /** Whether it struck the pod of a run that started while this lasted. */
    boolean covers(Ledger.Run run) {
        return (pod == null || pod.equals(run.pod().name())) && run.startedAt() > from && run.startedAt() < to;
    }

    /** Whether a run's lease ended while this lasted, and the run was in flight then or its end not on record for certain. */
    boolean endangers(Ledger.Run run, Ledger ledger) {
        long end = ledger.leaseEnd(run);
        return (pod == null || pod.equals(run.pod().name()))
                && from <= end
                && end <= to
                && run.startedAt() <= end
                && ledger.recordedAt(run) > end;
    }
}
